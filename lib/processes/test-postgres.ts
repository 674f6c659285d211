import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { sql } from "drizzle-orm";
import pg from "pg";
import { type Db, type OpenDb, openDb } from "@/db/client";
import { migrate, type RuntimeRole, runtimeRoles, urlFor } from "@/db/migrate";
import { anyFree } from "@/lib/processes/ports";
import {
  initialisePostgres,
  type PostgresPlace,
  postgresProcess,
  superuserUrl,
} from "@/lib/processes/postgres";

const passwords = { app: "app", worker: "worker", signer: "signer", readonly: "readonly" };
const ownerName = "granary_owner";

/** Vitest's global setup: a folder for the run. The server starts when the first test asks, and ends with the run. */
export default function setup() {
  const folder = mkdtempSync(join(tmpdir(), "granary-test-"));
  chmodSync(folder, 0o755);
  process.env.GRANARY_TEST_POSTGRES = folder;
  return async function teardown() {
    const pidFile = join(folder, "pid");
    if (existsSync(pidFile)) {
      const pid = Number(readFileSync(pidFile, "utf8"));
      if (isRunning(pid)) process.kill(pid, "SIGQUIT");
      for (let waited = 0; isRunning(pid) && waited < 5_000; waited += 50) await wait(50);
    }
    rmSync(folder, { recursive: true, force: true });
  };
}

export type TestDatabase = {
  ownerUrl: string;
  /** of whoever runs the machine, above every rule of the database */
  superuserUrl: string;
  urls: Record<RuntimeRole, string>;
  /** a pool of one role, closed by close() */
  open(role: RuntimeRole | "owner", max?: number): OpenDb;
  close(): Promise<void>;
};

/** A fresh, migrated database of this build on a real Postgres, for one test file. */
export async function testDatabase(): Promise<TestDatabase> {
  const place = await cluster();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asSuperuser(place, (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE granary_template OWNER ${ownerName}`),
  );
  const ownerUrl = ownerUrlOf(place, name);
  const urls = Object.fromEntries(
    runtimeRoles.map((role) => [role, urlFor(ownerUrl, role, passwords[role])]),
  ) as Record<RuntimeRole, string>;
  const opened: OpenDb[] = [];
  return {
    ownerUrl,
    superuserUrl: superuserUrl(place, name),
    urls,
    open(role, max = 10) {
      const made = openDb(role === "owner" ? ownerUrl : urls[role], { max, name: `test ${role}` });
      opened.push(made);
      return made;
    },
    async close() {
      await Promise.all(opened.map((one) => one.close()));
      await asSuperuser(place, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** All tests share one server, and any of its transactions holds sealing up: waits until none is older than the last entry. */
export async function allCanBeSealed(db: Db): Promise<void> {
  for (const end = Date.now() + 20_000; ; await wait(20)) {
    const { rows } = await db.execute<{ can: boolean }>(sql`
      SELECT coalesce(max(xact_id::text::bigint) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint, true) AS can
      FROM ledger.event`);
    if (rows[0]?.can) return;
    if (Date.now() > end) throw new Error("a transaction of another database holds sealing up");
  }
}

/** An empty database without the bank in it, for tests of the migration itself. */
export async function emptyDatabase(): Promise<{ ownerUrl: string; passwords: typeof passwords }> {
  const place = await cluster();
  const name = `empty_${randomBytes(6).toString("hex")}`;
  await asSuperuser(place, (client) => client.query(`CREATE DATABASE ${name} OWNER ${ownerName}`));
  return { ownerUrl: ownerUrlOf(place, name), passwords };
}

const ownerUrlOf = (place: PostgresPlace, name: string) => {
  const url = new URL(superuserUrl(place, name));
  url.username = ownerName;
  url.password = "owner";
  return url.href;
};

async function asSuperuser(place: PostgresPlace, work: (client: pg.Client) => Promise<unknown>) {
  const client = new pg.Client({ connectionString: superuserUrl(place) });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** One server a run: whoever makes the folder starts it, the others wait for its word. */
async function cluster(): Promise<PostgresPlace> {
  const folder = process.env.GRANARY_TEST_POSTGRES;
  if (!folder) throw new Error("database tests need lib/processes/test-postgres.ts as vitest's global setup");
  const ready = join(folder, "ready.json");
  try {
    mkdirSync(join(folder, "starting"));
  } catch {
    for (let waited = 0; !existsSync(ready); waited += 50) {
      if (waited > 60_000) throw new Error(`the test server in ${folder} did not start`);
      await wait(50);
    }
    return JSON.parse(readFileSync(ready, "utf8")) as PostgresPlace;
  }
  const place: PostgresPlace = {
    folder: join(folder, "data"),
    port: await anyFree(),
    superuserPassword: "test",
    logPath: join(folder, "postgres.log"),
  };
  await initialisePostgres(place);
  const spec = postgresProcess(place);
  const out = openSync(place.logPath, "a");
  const { uid, gid, cwd, env } = spec;
  const server = spawn(spec.command, spec.args, {
    uid,
    gid,
    cwd,
    env: { ...env, NODE_ENV: "test" },
    detached: true,
    stdio: ["ignore", out, out],
  });
  server.unref();
  writeFileSync(join(folder, "pid"), String(server.pid));
  for (let waited = 0; !(await spec.isReady?.()); waited += 50) {
    if (waited > 30_000)
      throw new Error(`the test server did not answer: ${readFileSync(place.logPath, "utf8")}`);
    await wait(50);
  }
  await asSuperuser(place, async (client) => {
    await client.query(`CREATE ROLE ${ownerName} LOGIN CREATEROLE PASSWORD 'owner'`);
    await client.query(`CREATE DATABASE granary_template OWNER ${ownerName}`);
  });
  await migrate({
    ownerUrl: ownerUrlOf(place, "granary_template"),
    rolePasswords: passwords,
    stateCode: "MD",
    mode: "demo",
  });
  writeFileSync(`${ready}.draft`, JSON.stringify(place));
  renameSync(`${ready}.draft`, ready);
  return place;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
