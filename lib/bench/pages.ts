import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** First-load JavaScript of every page of the last build, gzipped, against the barest page of the same build. */
export interface RouteStats {
  route: string;
  firstLoadChunkPaths: string[];
}

const plainLimit = 40_000;
const walletLimit = 260_000;
const walletPages = /^\/stake(\/|$)/;

export interface PageWeight {
  page: string;
  bytes: number;
  overBareBytes: number;
  limitBytes: number;
}

/** What Next writes beside a build; undefined while nothing is built. */
export function weighBuild(project: string): { bareBytes: number; pages: PageWeight[] } | undefined {
  const path = join(project, ".next", "diagnostics", "route-bundle-stats.json");
  if (!existsSync(path)) return undefined;
  const stats = JSON.parse(readFileSync(path, "utf8")) as RouteStats[];
  return weighPages(gzippedSizes(stats, (chunk) => readFileSync(join(project, chunk))));
}

export function gzippedSizes(
  stats: readonly RouteStats[],
  read: (path: string) => Buffer,
): Map<string, number> {
  const sizes = new Map<string, number>();
  const sizeOf = (path: string) => {
    const known = sizes.get(path) ?? gzipSync(read(path), { level: 9 }).length;
    sizes.set(path, known);
    return known;
  };
  return new Map(
    stats.map(({ route, firstLoadChunkPaths: paths }) => [
      route,
      paths.filter((path) => path.endsWith(".js")).reduce((sum, path) => sum + sizeOf(path), 0),
    ]),
  );
}

/** Heaviest first. */
export function weighPages(sizes: Map<string, number>): { bareBytes: number; pages: PageWeight[] } {
  const bareBytes = Math.min(...sizes.values());
  const pages = [...sizes]
    .map(([page, bytes]) => ({
      page,
      bytes,
      overBareBytes: bytes - bareBytes,
      limitBytes: walletPages.test(page) ? walletLimit : plainLimit,
    }))
    .sort((a, b) => b.bytes - a.bytes);
  return { bareBytes, pages };
}

export const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
