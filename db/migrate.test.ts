import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schema } from "@/db/client";
import { migrate, type runtimeRoles } from "@/db/migrate";
import { emptyDatabase, type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const refused = (code: string) => expect.objectContaining({ code });

describe("the schema in TypeScript and in SQL", () => {
  it("names the same tables, columns and nullability", async () => {
    const { pool } = database.open("owner");
    const { rows } = await pool.query(
      `SELECT table_schema || '.' || table_name AS name, column_name, is_nullable = 'NO' AS not_null
       FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
       WHERE table_schema IN ('bank', 'ledger', 'chain') AND table_type = 'BASE TABLE'`,
    );
    const inSql = new Map<string, string[]>();
    for (const row of rows)
      inSql.set(row.name, [...(inSql.get(row.name) ?? []), `${row.column_name}${row.not_null ? "" : "?"}`]);
    const inCode = new Map<string, string[]>();
    for (const table of Object.values(schema)) {
      if (!(table instanceof PgTable)) continue;
      const config = getTableConfig(table);
      inCode.set(
        `${config.schema}.${config.name}`,
        config.columns.map((column) => `${column.name}${column.notNull ? "" : "?"}`),
      );
    }
    const sorted = (map: Map<string, string[]>) =>
      Object.fromEntries([...map].sort().map(([name, columns]) => [name, [...columns].sort()]));
    expect(sorted(inCode)).toEqual(sorted(inSql));
  });
});

describe("migrate", () => {
  it("is safe again and by several at once", async () => {
    const { ownerUrl, passwords } = await emptyDatabase();
    const run = () => migrate({ ownerUrl, rolePasswords: passwords, stateCode: "MD", mode: "demo" });
    const [first, second] = await Promise.all([run(), run()]);
    expect(first).toEqual(second);
    expect(await run()).toEqual(first);
  });

  it("keeps the bank's state and mode, and refuses edited or unknown migrations", async () => {
    const { ownerUrl, passwords } = await emptyDatabase();
    const run = (stateCode: string, mode: "demo" | "production") =>
      migrate({ ownerUrl, rolePasswords: passwords, stateCode, mode });
    await run("MD", "demo");
    await expect(run("NY", "demo")).rejects.toThrow("--fresh");
    await expect(run("MD", "production")).rejects.toThrow("demo mode");
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    await client.query(
      "UPDATE migration.applied SET checksum = 'other' WHERE name = 'migrations/0001_open_the_bank.sql'",
    );
    await expect(run("MD", "demo")).rejects.toThrow("was edited");
    await client.query("DELETE FROM migration.applied WHERE name = 'migrations/0001_open_the_bank.sql'");
    await expect(run("MD", "demo")).rejects.toThrow("0001_open_the_bank.sql failed");
    await client.end();
  });
});

describe("roles", () => {
  const attempts: [(typeof runtimeRoles)[number], string][] = [
    [
      "app",
      "INSERT INTO ledger.event (key, payload_hash, kind, subject, effective_at, recorded_at, actor, request_id, transfer_count) VALUES ('abc', sha256('abc'), 'k', 's', now(), now(), 'a', 'r', 1)",
    ],
    ["app", "UPDATE ledger.account SET credits_micros = 1"],
    ["app", "DELETE FROM ledger.transfer"],
    ["app", "TRUNCATE ledger.transfer"],
    ["app", "INSERT INTO ledger.account_class SELECT * FROM ledger.account_class"],
    ["app", "UPDATE bank.audit_row SET actor = 'x'"],
    ["app", "DELETE FROM bank.audit_row"],
    ["app", "TRUNCATE bank.audit_row"],
    ["app", "SELECT * FROM chain.nonce"],
    ["app", "UPDATE chain.nonce SET next_nonce = 0"],
    ["app", "SELECT * FROM chain.outbox_attempt"],
    ["app", "UPDATE chain.outbox_intent SET data = '0x'"],
    [
      "app",
      "INSERT INTO bank.staff (username, display_name, role, password_hash) VALUES ('x', 'x', 'clerk', 'scrypt$')",
    ],
    ["app", "SELECT bank.advance_clock(60)"],
    ["app", "UPDATE bank.demo_clock SET offset_seconds = 5"],
    ["app", "CREATE TABLE bank.mine (a int)"],
    ["app", "CREATE TABLE public.mine (a int)"],
    ["app", "ALTER TABLE ledger.event DISABLE TRIGGER ALL"],
    ["app", "SET ROLE granary_owner"],
    ["worker", "UPDATE ledger.account SET credits_micros = 1"],
    ["worker", "DELETE FROM ledger.event"],
    ["worker", "UPDATE bank.audit_row SET actor = 'x'"],
    ["worker", "SELECT * FROM chain.nonce"],
    ["worker", "SELECT raw_transaction FROM chain.outbox_attempt"],
    ["worker", "UPDATE chain.outbox_intent SET to_address = '0x0000000000000000000000000000000000000001'"],
    ["signer", "SELECT * FROM bank.person"],
    ["signer", "SELECT * FROM bank.identity_application"],
    ["signer", "SELECT ledger.post('{}')"],
    [
      "signer",
      "INSERT INTO chain.outbox_intent (chain_id, kind, business_key, sender, to_address, data, request_id) VALUES (1, 'k', 'b', 'issuer', '0x0000000000000000000000000000000000000001', '0x', 'r')",
    ],
    ["signer", "UPDATE chain.outbox_attempt SET raw_transaction = '0x'"],
    ["signer", "DELETE FROM chain.outbox_attempt"],
    ["readonly", "SELECT tax_number_sealed FROM bank.person"],
    ["readonly", "SELECT * FROM bank.identity_application"],
    ["readonly", "SELECT * FROM bank.session"],
    ["readonly", "SELECT ledger.post('{}')"],
    ["readonly", "UPDATE bank.switch SET is_on = true"],
  ];
  it.each(attempts)("%s may not: %s", async (role, sql) => {
    await expect(database.open(role, 1).pool.query(sql)).rejects.toEqual(refused("42501"));
  });

  it("lets the worker run the job queue and the app only feed it", async () => {
    await database.open("app", 1).pool.query("SELECT bank.add_job('try', '{}', 'one')");
    const { rows } = await database
      .open("worker", 1)
      .pool.query("SELECT count(*) AS n FROM graphile_worker.jobs");
    expect(rows[0].n).toBe("1");
    await expect(database.open("app", 1).pool.query("SELECT * FROM graphile_worker.jobs")).rejects.toEqual(
      refused("42501"),
    );
  });

  it("blocks even the owner from rewriting history", async () => {
    const { pool } = database.open("owner", 1);
    await pool.query(
      "INSERT INTO bank.audit_row (actor, request_id, command, permission, subject) VALUES ('a', 'r', 'c', 'p', 's')",
    );
    for (const sql of [
      "UPDATE bank.audit_row SET actor = 'x'",
      "DELETE FROM bank.audit_row",
      "TRUNCATE bank.audit_row",
      "TRUNCATE ledger.event CASCADE",
      "TRUNCATE ledger.account CASCADE",
      "UPDATE ledger.account_class SET side = 'debit'",
    ])
      await expect(pool.query(sql), sql).rejects.toEqual(refused("GR002"));
  });
});

describe("the demo clock", () => {
  it("starts in the past once and only jumps forward", async () => {
    const { pool } = database.open("worker", 1);
    await pool.query("SELECT bank.start_clock(86400)");
    const offset = async () =>
      Number(
        (await pool.query("SELECT extract(epoch FROM bank.now() - transaction_timestamp()) AS s")).rows[0].s,
      );
    expect(await offset()).toBe(-86_400);
    await pool.query("SELECT bank.advance_clock(86400)");
    expect(await offset()).toBe(0);
    await expect(pool.query("SELECT bank.advance_clock(-1)")).rejects.toEqual(refused("GR003"));
    await pool.query("INSERT INTO bank.person DEFAULT VALUES");
    await expect(pool.query("SELECT bank.start_clock(5)")).rejects.toEqual(refused("GR003"));
  });
});
