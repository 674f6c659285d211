import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDb } from "@/db/client";
import { migrate } from "@/db/migrate";
import { randomFrom } from "@/lib/bars/random";
import { barSeed, rounds } from "@/lib/bars/rounds";
import { openCustomer } from "@/lib/faults/town";
import { familyOf } from "@/lib/processes/os-process";
import { choosePorts } from "@/lib/processes/ports";
import {
  createDatabase,
  initialisePostgres,
  type PostgresPlace,
  postgresFailure,
  postgresProcess,
  serverIdentity,
} from "@/lib/processes/postgres";
import { Supervised } from "@/lib/processes/supervisor";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";

// mkdtemp makes a folder that only its owner may enter: the harder case, when root starts the bank.
const folder = mkdtempSync(join(tmpdir(), "granary-pg-"));
const lines: string[] = [];
let place: PostgresPlace;
let server: Supervised;
let url: string;

beforeAll(async () => {
  const port = (await choosePorts({}, { app: 0 })).postgres;
  place = {
    folder: join(folder, "pg"),
    port,
    superuserPassword: "p@ss/word",
    logPath: join(folder, "pg.log"),
  };
  await initialisePostgres(place);
  server = new Supervised(postgresProcess(place), (line) => lines.push(line));
  await server.start();
  url = await createDatabase(place, { name: "granary_owner", password: "o/w:n" });
});

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const query = async (text: string) => {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  const result = await client.query(text).finally(() => client.end().catch(() => {}));
  return result.rows;
};

/** A server's own processes may be gone already because it was killed first. */
function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

describe("embedded Postgres", () => {
  it("runs with checksums, on the loopback only", async () => {
    const [row] = await query(
      "select current_setting('data_checksums') sums, current_setting('listen_addresses') listen, current_setting('fsync') fsync",
    );
    expect(row).toEqual({ sums: "on", listen: "127.0.0.1", fsync: "on" });
  });

  it("gives the bank an owner that is no superuser", async () => {
    const [row] = await query("select rolsuper, rolcreaterole from pg_roles where rolname = current_user");
    expect(row).toEqual({ rolsuper: false, rolcreaterole: true });
  });

  it("does not make the data folder twice", async () => {
    expect(await initialisePostgres(place)).toBe(false);
  });

  it("heals after kill -9 and keeps what was committed", async () => {
    await query("create table kept (n int)");
    await query("insert into kept values (7)");
    process.kill(server.ref?.pid ?? 0, "SIGKILL");
    for (const until = Date.now() + 30_000; server.restarts === 0 && Date.now() < until; await wait(50));
    expect(await query("select n from kept")).toEqual([{ n: 7 }]);
    expect(lines[0]).toMatch(/^postgres was ended by SIGKILL/);
  });

  it("ends a server that outlived its launcher before it starts its own", async () => {
    const orphan = server.ref?.pid;
    const next = new Supervised(postgresProcess(place), () => {});
    await next.start();
    expect(next.ref?.pid).not.toBe(orphan);
    expect(await query("select n from kept")).toEqual([{ n: 7 }]);
    await server.stop();
    server = next;
  });

  it(
    "loses nothing that was acknowledged when its whole process group is killed under load, again and again",
    async () => {
      const passwords = { app: "app", worker: "worker", signer: "signer", readonly: "readonly" };
      const urls = await migrate({ ownerUrl: url, rolePasswords: passwords, stateCode: "MD", mode: "demo" });
      Object.assign(process.env, { GRANARY_MODE: "demo", GRANARY_STATE: "MD", CHAIN_ID: "31337" });
      const app = openDb(urls.app, { max: 16, name: "load" });
      const people = await Promise.all(
        [1, 2, 3, 4].map((n) => openCustomer(app.db, `0x${String(n).padStart(40, "e")}`)),
      );
      const random = randomFrom(BigInt(barSeed()));
      const acknowledged = new Map<string, string>();
      let isOver = false;
      let refused = 0;
      let lastAnswer = performance.now();
      const write = async (at: number) => {
        const own = people[at % people.length] as (typeof people)[number];
        const ctx = () => ({ actor: own.actor as never, requestId: randomUUID(), db: app.db });
        while (!isOver) {
          const clientKey = randomUUID();
          // the outcome of what failed is unknown: the same key is asked again until there is an answer
          while (!acknowledged.has(clientKey)) {
            try {
              const { state } = await bringDollars(ctx(), { amount: "1", clientKey });
              if (state === "settled") acknowledged.set(clientKey, own.profileId);
              lastAnswer = performance.now();
            } catch {
              refused += 1;
              await wait(20);
            }
          }
        }
      };
      const writers = Array.from({ length: 16 }, (_, at) => write(at));
      const kills = rounds(2);
      const began = performance.now();
      let slowestMs = 0;
      for (let kill = 1; kill <= kills; kill++) {
        const enough = acknowledged.size + 20;
        while (acknowledged.size < enough) await wait(10);
        await wait(Number(random() % 1_000n));
        const before = server.restarts;
        killAll(familyOf(server.ref?.pid ?? 0));
        while (server.restarts === before) await wait(10);
        const up = performance.now();
        while (lastAnswer < up) await wait(10);
        slowestMs = Math.max(slowestMs, lastAnswer - up);
      }
      const tookMs = performance.now() - began;
      isOver = true;
      await Promise.all(writers);
      const [row] = (
        await app.db.execute<{ kept: string; events: string; micros: string }>(sql`
          select (select count(*) from bank.dollar_transfer where state = 'settled') as kept,
                 (select count(*) from ledger.event where kind = 'bring-dollars') as events,
                 (select sum(credits_micros - debits_micros) from ledger.account where class = 'dollar_deposit') as micros`)
      ).rows;
      const { rows: found } = await app.db.execute(sql`select finding from ledger.verify()`);
      const { rows: keys } = await app.db.execute<{ key: string }>(
        sql`select client_key as key from bank.dollar_transfer where state = 'settled'`,
      );
      const kept = new Set(keys.map(({ key }) => key));
      await app.close();
      expect([...acknowledged.keys()].filter((key) => !kept.has(key))).toEqual([]);
      expect(row).toEqual({
        kept: String(acknowledged.size),
        events: String(acknowledged.size),
        micros: String(acknowledged.size * 1_000_000),
      });
      expect(found).toEqual([]);
      expect(refused).toBeGreaterThan(0);
      expect(slowestMs).toBeLessThan(10_000);
      if (kills >= 20) expect(tookMs / kills).toBeLessThan(6_000);
    },
    process.env.BAR_ROUNDS ? 600_000 : 120_000,
  );

  it("puts each failure into a sentence", () => {
    expect(postgresFailure("FATAL: could not write: No space left on device", place)).toMatch(/disk is full/);
    expect(postgresFailure("spawn initdb EACCES", place)).toMatch(/may not read or write/);
  });

  it("runs as postgres or nobody when root starts it", () => {
    if (process.getuid?.() !== 0) return;
    expect(serverIdentity("root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false")).toEqual({
      uid: 65534,
      gid: 65534,
    });
    expect(() => serverIdentity("root:x:0:0::/root:/bin/sh")).toThrow(/ordinary user/);
    expect(existsSync(place.folder)).toBe(true);
  });
});
