import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type BaseBackup, inPieces, takeBaseBackup } from "@/lib/backups/base-backup";
import { failpoint } from "@/lib/failpoint";
import type { PostgresPlace } from "@/lib/processes/postgres";

const kept = 2;
const everyMs = 24 * 60 * 60_000;
/** a start has better things to do */
const notBeforeMs = 2 * 60_000;

/** One more base backup; the oldest go, and with them the pieces of the log that only they needed. */
export async function keepBackup(
  place: PostgresPlace & { archive: string },
  folder: string,
  now: Date,
): Promise<BaseBackup> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const taken = await takeBaseBackup(place, join(folder, now.toISOString().replaceAll(":", "")));
  failpoint("backup.kept");
  const whole = wholeBackups(folder);
  for (const name of whole.slice(0, -kept)) {
    const aside = join(folder, `${name}${inPieces}`);
    renameSync(join(folder, name), aside);
    failpoint("backup.set-aside");
    rmSync(aside, { recursive: true, force: true });
    failpoint("backup.dropped");
  }
  const oldest = whole.at(-kept);
  // until then somebody may be restoring from a copy of his own
  if (!oldest) return taken;
  const first = firstPieceOf(join(folder, oldest));
  for (const name of readdirSync(place.archive))
    if (first && isBefore(name, first)) rmSync(join(place.archive, name), { force: true });
  return taken;
}

/** oldest first */
export const wholeBackups = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => !name.endsWith(inPieces) && existsSync(join(folder, name, "backup_label")))
        .sort()
    : [];

const firstPieceOf = (backup: string): string | undefined =>
  /START WAL LOCATION: .*\(file ([0-9A-F]{24})\)/.exec(
    readFileSync(join(backup, "backup_label"), "utf8"),
  )?.[1];

/** Pieces are numbered on through all timelines; the files that describe a timeline are never dropped. */
const isBefore = (name: string, first: string): boolean =>
  /^[0-9A-F]{24}\b/.test(name) && name.slice(8, 24) < first.slice(8, 24);

/** A copy a day while the bank runs; stop() ends it. */
export function startBackups(
  place: PostgresPlace & { archive: string },
  folder: string,
  report: (sentence: string) => void,
): { stop(): void } {
  let timer: NodeJS.Timeout;
  const next = () => {
    const newest = wholeBackups(folder).at(-1);
    const age = newest ? Date.now() - statSync(join(folder, newest)).mtimeMs : everyMs;
    timer = setTimeout(
      async () => {
        await keepBackup(place, folder, new Date()).catch((error: Error) =>
          report(`The bank's files could not be copied: ${error.message}`),
        );
        next();
      },
      Math.max(notBeforeMs, everyMs - age),
    ).unref();
  };
  next();
  return { stop: () => clearTimeout(timer) };
}
