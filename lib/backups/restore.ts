import { spawn } from "node:child_process";
import { cpSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { giveToServer } from "@/lib/backups/base-backup";
import { anyFree } from "@/lib/processes/ports";
import { fetchingFrom, type PostgresPlace, postgresProcess, superuserUrl } from "@/lib/processes/postgres";

/** How far the write-ahead log is replayed: to its end, or to a named point. */
export type RestoreTarget = "latest" | { point: string };

export interface Restored {
  place: PostgresPlace;
  /** from the first copied byte until the server takes writes */
  seconds: number;
  stop(): Promise<void>;
}

const patienceMs = 5 * 60_000;

/** Brings a base backup to a moment, in a folder and on a port of its own: the bank's own server is not touched. */
export async function restoreTo(input: {
  backup: string;
  archive: string;
  folder: string;
  superuserPassword: string;
  target: RestoreTarget;
}): Promise<Restored> {
  const since = performance.now();
  const { backup, archive, folder, superuserPassword, target } = input;
  const data = join(folder, "pg");
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  rmSync(data, { recursive: true, force: true });
  cpSync(backup, data, { recursive: true });
  writeFileSync(join(data, "recovery.signal"), "", { mode: 0o600 });
  await giveToServer(data);
  const place: PostgresPlace = {
    folder: data,
    port: await anyFree(),
    superuserPassword,
    logPath: join(folder, "postgres.log"),
    settings: {
      archive_mode: "off",
      restore_command: fetchingFrom(archive),
      recovery_target_action: "promote",
      recovery_target_timeline: "latest",
      ...(target !== "latest" && { recovery_target_name: target.point }),
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
  throw new Error(`the restored server ${what}: ${said.at(-1) ?? "it said nothing"}`);
}
