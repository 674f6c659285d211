import { chownSync, type Dirent } from "node:fs";
import { copyFile, lstat, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import pg from "pg";
import { failpoint } from "@/lib/failpoint";
import { type PostgresPlace, serverIdentity, superuserUrl } from "@/lib/processes/postgres";

/** how the name ends of a copy that is still made, or no longer kept: whatever it holds, it is not whole */
export const inPieces = ".part";
const oneAtATime = 7_465_007;

export interface BaseBackup {
  folder: string;
  bytes: number;
  seconds: number;
}

/** What a running server makes anew, or must not find in a copy (the manual's "Backing Up The Data Directory"). */
const leftEmpty = new Set([
  "pg_dynshmem",
  "pg_notify",
  "pg_replslot",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
  "pg_wal",
]);
const leftOut = (name: string) =>
  name === "postmaster.pid" || name === "postmaster.opts" || name.startsWith("pgsql_tmp");

/**
 * A copy of a running server's files, whole once this returns: with the write-ahead log that the archive holds it can be
 * brought to any moment after. No client tools are needed, because the embedded server ships none.
 */
export async function takeBaseBackup(place: PostgresPlace, folder: string): Promise<BaseBackup> {
  const since = performance.now();
  const draft = `${folder}${inPieces}`;
  const client = new pg.Client({ connectionString: superuserUrl(place), application_name: "granary backup" });
  await client.connect();
  try {
    // one at a time: what else lies about in pieces was left by one that was killed
    await client.query(`select pg_advisory_lock(${oneAtATime})`);
    for (const name of await readdir(dirname(folder)))
      if (name.endsWith(inPieces)) await rm(join(dirname(folder), name), { recursive: true, force: true });
    await client.query("select pg_backup_start($1, fast => true)", ["granary"]);
    const bytes = await copyFolder(place.folder, draft);
    const { rows } = await client.query<{ labelfile: string; spcmapfile: string }>(
      "select labelfile, spcmapfile from pg_backup_stop(wait_for_archive => true)",
    );
    failpoint("backup.copied");
    await writeFile(join(draft, "backup_label"), rows[0]?.labelfile ?? "", { mode: 0o600 });
    failpoint("backup.labelled");
    await rename(draft, folder);
    return { folder, bytes, seconds: (performance.now() - since) / 1000 };
  } finally {
    await client.end();
    await rm(draft, { recursive: true, force: true });
  }
}

async function copyFolder(from: string, to: string): Promise<number> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  let bytes = 0;
  for (const entry of await readdir(from, { withFileTypes: true }))
    if (!leftOut(entry.name)) bytes += await copyEntry(entry, join(from, entry.name), join(to, entry.name));
  return bytes;
}

/** A file that is gone by the time it is copied was dropped; the write-ahead log knows. */
async function copyEntry(entry: Dirent, from: string, to: string): Promise<number> {
  if (entry.isDirectory()) {
    if (!leftEmpty.has(entry.name)) return copyFolder(from, to);
    await mkdir(to, { mode: 0o700 });
    return 0;
  }
  try {
    await copyFile(from, to);
    return (await lstat(to)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/** Files copied by root belong to the server's own user again. */
export async function giveToServer(folder: string): Promise<void> {
  const who = serverIdentity();
  if (!who) return;
  for (const name of await readdir(folder, { recursive: true }))
    chownSync(join(folder, name), who.uid, who.gid);
  chownSync(folder, who.uid, who.gid);
}
