import { spawn } from "node:child_process";
import { cpSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { giveToServer } from "@/lib/backups/base-backup";
import { anyFree } from "@/lib/processes/ports";
import { fetchingFrom, type PostgresPlace, postgresProcess, superuserUrl } from "@/lib/processes/postgres";
import { Stop } from "@/tools/progress.mjs";

/** How far the write-ahead log is replayed: to its end, to a named point, or to the last commit not after a moment. */
export type RestoreTarget = "latest" | { point: string } | { at: Date };

export interface Restored {
  place: PostgresPlace;
  /** from the first copied byte until the server takes writes */
  seconds: number;
  stop(): Promise<void>;
}

const patienceMs = 5 * 60_000;

const settingsOf = (target: RestoreTarget): Record<string, string> => {
  if (target === "latest") return {};
  return "point" in target
    ? { recovery_target_name: target.point }
    : { recovery_target_time: target.at.toISOString().replace("T", " ").replace("Z", "+00") };
};

/** Brings a base backup to a moment, in a folder and on a port of its own: the bank's own server is not touched. */
export async function restoreTo(input: {
  backup: string;
  archive: string;
  folder: string;
  superuserPassword: string;
  target: RestoreTarget;
  /** the life of the books to follow; the latest unless said */
  timeline?: number;
  /** pieces of the log that the archive has not got */
  pieces?: readonly string[];
  /** the restored server is to live on: its own log is kept from its first byte */
  livesOn?: boolean;
}): Promise<Restored> {
  const since = performance.now();
  const { backup, archive, folder, superuserPassword, target } = input;
  const data = join(folder, "pg");
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  rmSync(data, { recursive: true, force: true });
  cpSync(backup, data, { recursive: true });
  for (const path of input.pieces ?? []) cpSync(path, join(data, "pg_wal", basename(path)));
  writeFileSync(join(data, "recovery.signal"), "", { mode: 0o600 });
  await giveToServer(data);
  const place: PostgresPlace = {
    folder: data,
    port: await anyFree(),
    superuserPassword,
    logPath: join(folder, "postgres.log"),
    ...(input.livesOn && { archive }),
    settings: {
      ...(!input.livesOn && { archive_mode: "off" }),
      restore_command: fetchingFrom(archive),
      recovery_target_action: "promote",
      recovery_target_timeline: String(input.timeline ?? "latest"),
      ...settingsOf(target),
    },
  };
  const server = startServer(place);
  try {
    await Promise.race([untilWritable(place), server.ended.then(() => gaveUp(place, "ended"))]);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { place, seconds: (performance.now() - since) / 1000, stop: server.stop };
}

function startServer(place: PostgresPlace): { ended: Promise<void>; stop(): Promise<void> } {
  const { command, args, uid, gid, env } = postgresProcess(place);
  const out = openSync(place.logPath, "a");
  const server = spawn(command, args, {
    uid,
    gid,
    cwd: "/",
    env: { ...env, NODE_ENV: "production" },
    stdio: ["ignore", out, out],
  });
  const ended = new Promise<void>((resolve) => {
    server.once("exit", () => resolve());
    server.once("error", () => resolve());
  });
  return {
    ended,
    stop: async () => {
      server.kill("SIGINT");
      await ended;
    },
  };
}

async function untilWritable(place: PostgresPlace): Promise<void> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await wait(100)) {
    const client = new pg.Client({ connectionString: superuserUrl(place), connectionTimeoutMillis: 2_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ busy: boolean }>("select pg_is_in_recovery() as busy");
      if (rows[0]?.busy === false) return;
    } catch {
      // it is still replaying
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  gaveUp(place, `did not open within ${patienceMs / 60_000} minutes`);
}

function gaveUp(place: PostgresPlace, what: string): never {
  const said = readFileSync(place.logPath, "utf8").match(/FATAL.*/g) ?? [];
  if (said.some((line) => line.includes("before configured recovery target was reached")))
    throw new Stop(
      "The log that was kept ends before that moment: name an earlier one, or none for its end.",
    );
  throw new Error(`the restored server ${what}: ${said.at(-1) ?? "it said nothing"}`);
}
