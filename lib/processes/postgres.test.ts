import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
