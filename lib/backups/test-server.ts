import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "@/db/migrate";
import { anyFree } from "@/lib/processes/ports";
import {
  initialisePostgres,
  type PostgresPlace,
  postgresProcess,
  superuserUrl,
} from "@/lib/processes/postgres";

/** A Postgres of its own that keeps its write-ahead log, with an empty bank in it: for tests that lose or restore one. */
export async function serverWithArchive() {
  const folder = mkdtempSync(join(tmpdir(), "granary-archive-"));
  chmodSync(folder, 0o755);
  const place: PostgresPlace & { archive: string } = {
    folder: join(folder, "pg"),
    port: await anyFree(),
    superuserPassword: "test",
    logPath: join(folder, "postgres.log"),
    archive: join(folder, "wal-archive"),
  };
  await initialisePostgres(place);
  const start = async () => {
    const spec = postgresProcess(place);
    const out = openSync(place.logPath, "a");
    const child = spawn(spec.command, spec.args, {
      uid: spec.uid,
      gid: spec.gid,
      cwd: spec.cwd,
      env: { ...spec.env, NODE_ENV: "test" },
      detached: true,
      stdio: ["ignore", out, out],
    });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    while (!(await spec.isReady?.())) await new Promise((resolve) => setTimeout(resolve, 50));
    return { child, ended };
  };
  let server = await start();
  const root = new pg.Client({ connectionString: superuserUrl(place) });
  await root.connect();
  await root.query("create role granary_owner login createrole password 'owner'");
  await root.query("create database granary owner granary_owner");
  await root.end();
  const passwords = { app: "app", worker: "worker", signer: "signer", readonly: "readonly" };
  const urls = await migrate({
    ownerUrl: ownerUrl(place),
    rolePasswords: passwords,
    stateCode: "MD",
    mode: "demo",
  });
  return {
    folder,
    place,
    urls,
    /** as if the machine had taken it, with every child */
    kill: async () => {
      process.kill(-(server.child.pid as number), "SIGKILL");
      await server.ended;
    },
    /** again, with whatever lies in its folder now */
    start: async () => {
      server = await start();
    },
    stop: async () => {
      server.child.kill("SIGINT");
      await server.ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const ownerUrl = (place: PostgresPlace): string => {
  const url = new URL(superuserUrl(place, "granary"));
  url.username = "granary_owner";
  url.password = "owner";
  return url.href;
};
