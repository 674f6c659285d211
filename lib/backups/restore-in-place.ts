import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import pg from "pg";
import { wholeBackups } from "@/lib/backups/keep";
import { restoreTo } from "@/lib/backups/restore";
import type { Home } from "@/lib/processes/home";
import { releaseLock, takeLock } from "@/lib/processes/lock";
import { endOrphanServer, superuserUrl } from "@/lib/processes/postgres";
import { Stop } from "@/tools/progress.mjs";

export interface RestoreReport {
  backup: string;
  /** of the last transaction that is in the books again */
  lastCommitAt: string | undefined;
  events: string;
  /** the last seal in the books again */
  seal: string;
  seconds: number;
  /** where the files lie that were in the place before */
  setAside: string | undefined;
  /** what the database's own rules find in the restored books */
  findings: string[];
}

/**
 * Puts the books of a stopped bank back to the last commit not after a moment, or as far as the log was kept. The old
 * files are set aside, and nothing is in their place until the restored server has opened once and its books add up.
 */
export async function restoreInPlace(input: {
  home: Home;
  superuserPassword: string;
  at: Date | undefined;
  now: Date;
  database?: string;
  step?: (sentence: string) => void;
}): Promise<RestoreReport> {
  const { home, at, now, step = () => undefined } = input;
  takeLock(home.lock);
  const folder = join(home.folder, "pg.restoring");
  try {
    const timeline = timelineAt(home.walArchive, at);
    const backup = backupBefore(home.backups, { at, timeline });
    const isThere = existsSync(home.postgres);
    if (isThere) await endOrphanServer(home.postgres);
    step(`copying the backup of ${backup} and replaying the log`);
    const restored = await restoreTo({
      backup: join(home.backups, backup),
      archive: home.walArchive,
      folder,
      superuserPassword: input.superuserPassword,
      target: at ? { at } : "latest",
      timeline: timeline.id,
      pieces: isThere ? piecesLeft(home) : [],
      livesOn: true,
    });
    let report: Omit<RestoreReport, "setAside">;
    try {
      step("adding up the restored books");
      const books = await look(superuserUrl(restored.place, input.database ?? "granary"));
      report = { backup, ...books, seconds: restored.seconds };
    } finally {
      await restored.stop();
    }
    const setAside = isThere
      ? `${home.postgres}.before-${now.toISOString().replaceAll(/[:.]/g, "")}`
      : undefined;
    if (setAside) renameSync(home.postgres, setAside);
    renameSync(restored.place.folder, home.postgres);
    return { ...report, setAside };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    releaseLock(home.lock);
  }
}

/** One life of the books: every restore begins another, which leaves the one before it at some place in the log. */
interface Timeline {
  id: number;
  /** up to where each earlier life belongs to this one */
  leftAt: Map<number, bigint>;
}

const position = (written: string): bigint => {
  const [high = "0", low = "0"] = written.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
};

/** The life in which that moment was the present: what a restore left behind can still be gone back to. */
function timelineAt(archive: string, at: Date | undefined): Timeline {
  const begun = readdirSync(archive)
    .filter((name) => /^[0-9A-F]{8}\.history\.gz$/.test(name))
    .sort()
    .filter((name) => at === undefined || statSync(join(archive, name)).mtime <= at)
    .at(-1);
  if (!begun) return { id: 1, leftAt: new Map() };
  const lines = gunzipSync(readFileSync(join(archive, begun)))
    .toString()
    .matchAll(/^(\d+)\t([0-9A-F]+\/[0-9A-F]+)/gm);
  return {
    id: Number.parseInt(begun.slice(0, 8), 16),
    leftAt: new Map([...lines].map(([, id = "", where = ""]) => [Number(id), position(where)])),
  };
}

/** The newest that was whole by then, and lies in that life of the books. */
function backupBefore(folder: string, wanted: { at: Date | undefined; timeline: Timeline }): string {
  const { at, timeline } = wanted;
  const wholeAt = (name: string) => statSync(join(folder, name, "backup_label")).mtime;
  const usable = wholeBackups(folder).filter((name) => {
    const label = readFileSync(join(folder, name, "backup_label"), "utf8");
    const id = Number(/START TIMELINE: (\d+)/.exec(label)?.[1]);
    const from = position(/START WAL LOCATION: ([0-9A-F/]+)/.exec(label)?.[1] ?? "0/0");
    return id === timeline.id || from < (timeline.leftAt.get(id) ?? 0n);
  });
  const found = usable.findLast((name) => at === undefined || wholeAt(name) <= at);
  if (found) return found;
  const [oldest] = usable;
  throw new Stop(
    oldest
      ? `No backup is older than that: the oldest was whole at ${wholeAt(oldest).toISOString()}.`
      : `There is no backup in ${folder}: one is made two minutes after the first start, and every day.`,
  );
}

/** What the lost server had written and not yet handed to the archive. */
function piecesLeft(home: Home): string[] {
  const folder = join(home.postgres, "pg_wal");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[0-9A-F]{24}$/.test(name) && !existsSync(join(home.walArchive, `${name}.gz`)))
    .map((name) => join(folder, name));
}

async function look(
  url: string,
): Promise<Pick<RestoreReport, "lastCommitAt" | "events" | "seal" | "findings">> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ at: Date | null; events: string; seal: string }>(
      `select pg_last_xact_replay_timestamp() as at, (select count(*)::text from ledger.event) as events,
              (select coalesce(max(number), 0)::text from ledger.seal) as seal`,
    );
    const found = await client.query<{ finding: string }>("select finding from ledger.verify()");
    const [row] = rows;
    return {
      lastCommitAt: row?.at?.toISOString(),
      events: row?.events ?? "0",
      seal: row?.seal ?? "0",
      findings: found.rows.map(({ finding }) => finding),
    };
  } finally {
    await client.end();
  }
}
