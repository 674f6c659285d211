import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Bar } from "@/lib/bars/bar";
import { inProject } from "@/lib/processes/running-bank";

/**
 * W1: first-load JavaScript of every page of the last build, gzipped, against the barest page of the same build.
 * Limits: +40 kB without a wallet; +260 kB on pages of the stake front, whose wallet loads on Connect.
 */
interface RouteStats {
  route: string;
  firstLoadChunkPaths: string[];
}

const plainLimit = 40_000;
const walletLimit = 260_000;
const walletPages = /^\/stake(\/|$)/;

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

export function overBudget(pages: Map<string, number>): {
  bare: number;
  worst: { page: string; over: number; limit: number };
  over: string[];
} {
  const bare = Math.min(...pages.values());
  const rows = [...pages].map(([page, size]) => ({
    page,
    over: size - bare,
    limit: walletPages.test(page) ? walletLimit : plainLimit,
  }));
  const worst = rows.reduce((a, b) => (b.over / b.limit > a.over / a.limit ? b : a));
  return {
    bare,
    worst,
    over: rows
      .filter((row) => row.over > row.limit)
      .map((row) => `${row.page} +${kilobytes(row.over)} of ${kilobytes(row.limit)}`),
  };
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

export const bar: Bar = {
  id: "W1",
  title: "No page outweighs its budget of JavaScript",
  async run() {
    const path = inProject(".next", "diagnostics", "route-bundle-stats.json");
    if (!existsSync(path))
      return { value: "none", limit: "none", pass: false, skipped: "nothing is built: npm run build" };
    const stats = JSON.parse(readFileSync(path, "utf8")) as RouteStats[];
    const pages = gzippedSizes(stats, (chunk) => readFileSync(join(inProject(), chunk)));
    const { bare, worst, over } = overBudget(pages);
    return {
      value: `${worst.page}_+${kilobytes(worst.over)}`,
      limit: `+${kilobytes(worst.limit)}`,
      pass: over.length === 0,
      notes: [
        `bare page ${kilobytes(bare)}`,
        ...[...pages]
          .sort((a, b) => b[1] - a[1])
          .map(([page, size]) => `${kilobytes(size).padStart(9)}  ${page}`),
        ...over,
      ],
    };
  },
};
