import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { inTransaction } from "@/db/transaction";
import { chooser, type Random } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { dollarDeposit } from "@/lib/ledger/accounts";
import { post } from "@/lib/ledger/posting";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { anchorFile } from "@/lib/ledger/seal/anchor";
import { sealBooks } from "@/lib/ledger/seal/commands/seal-books";
import { readAnchor } from "@/lib/ledger/seal/verify-batch";
import { type BooksReport, verifyBooks } from "@/lib/ledger/seal/verify-books";
import { transfers } from "@/lib/ledger/transfer";
import { type TestBank, testBank } from "@/lib/processes/test-bank";

/** A superuser, past every trigger and key, changes sealed books as it likes; each change is taken back afterwards. */
let bank: TestBank;
let folder: string;
let client: pg.Client;
let root: Db;
beforeAll(async () => {
  bank = await testBank();
  folder = mkdtempSync(join(tmpdir(), "granary-tampering-"));
  client = new pg.Client({ connectionString: bank.database.superuserUrl });
  await client.connect();
  root = drizzle(client) as unknown as Db;
  await openBooks();
  // even numbers that Postgres gives by itself are the superuser's to change
  for (const table of ["account", "pending", "account_history"])
    await client.query(`ALTER TABLE ledger.${table} ALTER COLUMN id DROP IDENTITY IF EXISTS`);
  await client.query("ALTER TABLE bank.audit_row ALTER COLUMN id DROP IDENTITY IF EXISTS");
});
afterAll(async () => {
  await client?.end();
  await bank.close();
  rmSync(folder, { recursive: true, force: true });
});

const people = 6;
async function openBooks(): Promise<void> {
  const owners = await Promise.all(Array.from({ length: people }, () => bank.customer()));
  const ids = owners.map(({ profileId }) => profileId);
  for (let at = 0; at < 36; at++) {
    const [from, to] = [ids[at % people] as string, ids[(at + 1) % people] as string];
    const move = at < people ? bringDollars({ profileId: from, amountMicros: 9_000_000n }) : [];
    const pay = transfers(
      { debit: dollarDeposit(from), credit: dollarDeposit(to), amountMicros: BigInt(1_000 + at) },
      ...(at % 3 ? [] : [{ debit: dollarDeposit(to), credit: dollarDeposit(from), amountMicros: 7n }]),
    );
    await inTransaction(bank.app, (tx) =>
      post(tx, {
        key: `tamper:${at}`,
        event: "test",
        subject: `subject:${at}`,
        actor: "test",
        requestId: `request:${at}`,
        transfers: [...move, ...pay],
        ...(at % 4 === 1 && {
          holds: pay.slice(0, 1).map((one) => ({ ...one, expiresAt: new Date(Date.now() + 86_400_000) })),
        }),
        ...(at % 8 === 3 && { ends: [{ hold: `tamper:${at - 2}`, as: "post", amountMicros: 12n }] }),
        ...(at % 16 === 7 && { ends: [{ hold: `tamper:${at - 2}`, as: "void" }] }),
        ...(at % 9 === 8 && { corrects: `tamper:${at - 1}` }),
        detail: { at: String(at) },
      }),
    );
    if (at % 5 === 4)
      await sealBooks(
        { ...bank.system, db: bank.worker },
        { folder, period: BigInt(1 + Math.floor(at / 10)), most: 4 },
      );
  }
  await query(checkpoint);
  // a transaction of another database of this server holds sealing up as well
  for (let waited = 0; waited < 400; waited++) {
    await sealBooks({ ...bank.system, db: bank.worker }, { folder, period: 4n, most: 4 });
    const [row] = await query<{ n: number }>(`SELECT (SELECT count(*) FROM ledger.event)::int
      + (SELECT count(*) FROM ledger.account_history)::int + (SELECT count(*) FROM bank.audit_row)::int - (SELECT sum(leaf_count) FROM ledger.seal)::int AS n`);
    if (row?.n === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** As reading writes them, for the customers' accounts, with all legs up to the twentieth event. */
const checkpoint = `
  INSERT INTO ledger.checkpoint (account_id, event_id, debits_micros, credits_micros, leg_count, earliest_effective_at,
    latest_effective_at, earliest_recorded_at, latest_recorded_at, all_effective_by, all_recorded_by)
  SELECT leg.account, max(leg.event_id), sum(leg.debit), sum(leg.credit), count(*), min(e.effective_at), max(e.effective_at),
    min(e.recorded_at), max(e.recorded_at), max(e.effective_at), max(e.recorded_at)
  FROM (
    SELECT debit_account AS account, event_id, amount_micros AS debit, 0 AS credit FROM ledger.transfer
    UNION ALL SELECT credit_account, event_id, 0, amount_micros FROM ledger.transfer
  ) leg JOIN ledger.event e ON e.id = leg.event_id WHERE e.id < (SELECT min(id) + 20 FROM ledger.event) GROUP BY leg.account`;

const anchor = () => readAnchor(readFileSync(anchorFile(folder), "utf8"));
const verify = (): Promise<BooksReport> => {
  const kept = anchor();
  return verifyBooks(root, { before: kept, after: () => kept });
};

const query = async <T extends Record<string, unknown>>(text: string): Promise<T[]> =>
  (await root.execute(sql.raw(text))).rows as T[];

const sealed = [
  "event",
  "transfer",
  "account",
  "account_history",
  "account_class",
  "pending",
  "resolution",
  "open_hold",
  "checkpoint",
  "seal",
  "seal_chunk",
  "seal_salt",
];

/** Another value of the column's type that its checks let through, as SQL. */
const otherValue = (type: string, random: Random): string => {
  switch (type) {
    case "boolean":
      return "NOT %c";
    case "integer":
    case "bigint":
      return `coalesce(%c, 0) + ${1 + random.below(5)}`;
    case "numeric":
      return `%c + ${1 + random.below(1_000_000)}`;
    case "timestamp with time zone":
      return `%c + interval '${1 + random.below(1_000_000)} microseconds'`;
    case "xid8":
      return `(%c::text::bigint + ${1 + random.below(3)})::text::xid8`;
    case "jsonb":
      return `%c || '{"forged": "${random.below(1_000)}"}'`;
    case "bytea":
      return `set_byte(%c, ${random.below(32)}, (get_byte(%c, 0) + 1) % 256)`;
    case "uuid":
      return "gen_random_uuid()";
    default:
      return `coalesce(%c, '') || '${random.below(10)}'`;
  }
};

type Column = { table_name: string; column_name: string; data_type: string; is_generated: boolean };
const columns = () =>
  query<Column>(`SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'ledger' AND table_name IN (${sealed.map((name) => `'${name}'`).join(",")})
 ORDER BY 1, 2`);

const anyRow = (table: string, random: Random) =>
  `ctid = (SELECT ctid FROM ledger.${table} ORDER BY ctid OFFSET ${random.below(1_000_000)} % (SELECT count(*) FROM ledger.${table}) LIMIT 1)`;

/** Each does one thing to the books and says what; nothing, when it had no effect. */
const ways: Record<string, (random: Random) => Promise<string | undefined>> = {
  async edit(random) {
    const { table_name, column_name, data_type } = random.pick(await columns());
    const value = otherValue(data_type, random).replaceAll("%c", `"${column_name}"`);
    const changed = await query(
      `UPDATE ledger.${table_name} SET "${column_name}" = ${value} WHERE ${anyRow(table_name, random)} RETURNING 1`,
    );
    if (changed.length === 0) return undefined;
    return `${table_name}.${column_name} = ${value}`;
  },
  async delete(random) {
    // a checkpoint only saves a reader work: without it every balance stands as it stood
    const table = random.pick(sealed.filter((name) => name !== "checkpoint"));
    const gone = await query(`DELETE FROM ledger.${table} WHERE ${anyRow(table, random)} RETURNING 1`);
    if (gone.length === 0) return undefined;
    return `a row of ${table}`;
  },
  async "delete an event whole"(random) {
    const [row] = await query<{ id: string }>(
      `DELETE FROM ledger.event WHERE ${anyRow("event", random)} RETURNING id`,
    );
    for (const table of ["transfer", "pending", "resolution"])
      await query(`DELETE FROM ledger.${table} WHERE event_id = ${row?.id}`);
    await evenOut();
    return `event ${row?.id}`;
  },
  async insert(random) {
    const [xact] = await query<{ at: string }>(
      `SELECT xact_id AS at FROM ledger.event WHERE ${anyRow("event", random)}`,
    );
    const [row] = await query<{ id: string }>(`
      INSERT INTO ledger.event (id, key, payload_hash, kind, subject, effective_at, recorded_at, actor, request_id,
        transfer_count, detail, xact_id)
      SELECT (SELECT max(id) + 1 FROM ledger.event), 'forged', payload_hash, kind, subject, effective_at, recorded_at, actor, request_id, 1, detail, '${xact?.at}'
      FROM ledger.event LIMIT 1 RETURNING id`);
    await query(`INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
      SELECT ${row?.id}, 1, t.debit_account, t.credit_account, t.asset, 1 FROM ledger.transfer t LIMIT 1`);
    await evenOut();
    return `event ${row?.id} into transaction ${xact?.at}`;
  },
  async "insert a transfer"(random) {
    await query(`INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
      SELECT event_id, 99, credit_account, debit_account, asset, 5 FROM ledger.transfer WHERE ${anyRow("transfer", random)}`);
    await query(
      "UPDATE ledger.event e SET transfer_count = (SELECT count(*) FROM ledger.transfer t WHERE t.event_id = e.id)",
    );
    await evenOut();
    return "a transfer into an event";
  },
  async swap(random) {
    const [column, unique] = random.pick([
      ["owner", true],
      ["subject", false],
      ["effective_at", false],
      ["xact_id", false],
      ["detail", false],
      ["key", true],
    ] as const);
    const table = column === "owner" ? "account" : "event";
    const own = table === "account" ? "WHERE class = 'dollar_deposit'" : "";
    const [a, b] = await query<{ id: string; value: string }>(
      `SELECT id, "${column}"::text AS value FROM (SELECT DISTINCT ON ("${column}") * FROM ledger.${table} ${own}) d
       ORDER BY md5(id::text || '${random.below(1_000)}') LIMIT 2`,
    );
    if (!a || !b) return undefined;
    const to = (value: string) =>
      `'${value}'::${column === "effective_at" ? "timestamptz" : column === "xact_id" ? "xid8" : column === "detail" ? "jsonb" : "text"}`;
    if (unique) await query(`UPDATE ledger.${table} SET "${column}" = 'meanwhile' WHERE id = ${a.id}`);
    await query(`UPDATE ledger.${table} SET "${column}" = ${to(a.value)} WHERE id = ${b.id}`);
    await query(`UPDATE ledger.${table} SET "${column}" = ${to(b.value)} WHERE id = ${a.id}`);
    return `${column} of ${table} ${a.id} and ${b.id}`;
  },
  async "move money"(random) {
    const amount = 1 + random.below(900);
    const side = random.pick(["debit_account", "credit_account"]);
    await query(
      random.chance(0.5)
        ? `UPDATE ledger.transfer SET amount_micros = amount_micros + ${amount} WHERE ${anyRow("transfer", random)}`
        : `UPDATE ledger.transfer t SET ${side} = (SELECT max(id) FROM ledger.account a WHERE a.class = 'dollar_deposit'
           AND a.id NOT IN (t.debit_account, t.credit_account)) WHERE asset = 'USD' AND ${anyRow("transfer", random)}`,
    );
    await evenOut();
    return "and the totals with it";
  },
  async "cut the tail"(random) {
    const [last] = await query<{ n: number }>("SELECT max(number)::int AS n FROM ledger.seal");
    const from = (last?.n ?? 1) - random.below(Math.min(4, last?.n ?? 1));
    const [cut] = await query<{ at: string }>(
      `SELECT from_xact::text AS at FROM ledger.seal WHERE number = ${from}`,
    );
    await query(`DELETE FROM ledger.seal_chunk WHERE seal >= ${from}`);
    await query(`DELETE FROM ledger.seal WHERE number >= ${from}`);
    if (random.chance(0.3)) return `seals from ${from}, not their events`;
    for (const table of ["transfer", "pending", "resolution"])
      await query(
        `DELETE FROM ledger.${table} WHERE event_id IN (SELECT id FROM ledger.event WHERE xact_id >= '${cut?.at}')`,
      );
    await query(`DELETE FROM ledger.event WHERE xact_id >= '${cut?.at}'`);
    await query(`DELETE FROM ledger.account_history WHERE xact_id >= '${cut?.at}'`);
    await query(
      "DELETE FROM ledger.account a WHERE NOT EXISTS (SELECT FROM ledger.account_history h WHERE h.account_id = a.id)",
    );
    await query("DELETE FROM ledger.seal_salt WHERE period NOT IN (SELECT period FROM ledger.seal)");
    await evenOut();
    return `everything from seal ${from} on`;
  },
  /** every hash in the database is right again afterwards: only what stands outside it tells */
  async "rewrite the chain"(random) {
    const from = 1 + random.below(4);
    const seals = await query<{ number: string; period: string; to_xact: string }>(
      `SELECT number, period, to_xact::text FROM ledger.seal WHERE number >= ${from} ORDER BY seal.number`,
    );
    const [row] = await query<{ id: string }>(`
      UPDATE ledger.transfer SET amount_micros = amount_micros + ${1 + random.below(900)}
      WHERE event_id = (SELECT id FROM ledger.event WHERE xact_id >= (SELECT from_xact FROM ledger.seal WHERE number = ${from})
                        ORDER BY md5(id::text || '${random.below(1_000)}') LIMIT 1) AND seq = 1 RETURNING event_id AS id`);
    await evenOut();
    await query(`DELETE FROM ledger.seal_chunk WHERE seal >= ${from}`);
    await query(`DELETE FROM ledger.seal WHERE number >= ${from}`);
    for (const { period } of seals) await query(`SELECT ledger.seal_next(${period}, 4)`);
    for (let made: unknown = 1; made; )
      made = (await query<{ made: unknown }>("SELECT ledger.seal_next(4, 4) AS made"))[0]?.made;
    await query("DELETE FROM ledger.seal_salt WHERE period NOT IN (SELECT period FROM ledger.seal)");
    return `from seal ${from}, event ${row?.id}`;
  },
  async "forge a seal"(random) {
    const what = random.pick(["root", "head", "nodes"]);
    await query(`UPDATE ledger.seal SET ${what} = sha256(${what}) WHERE ${anyRow("seal", random)}`);
    return what;
  },
  async "rewrite the audit"(random) {
    const any = `ctid = (SELECT ctid FROM bank.audit_row ORDER BY id OFFSET ${random.below(1_000)} % (SELECT count(*) FROM bank.audit_row) LIMIT 1)`;
    const others: Record<string, string> = {
      ...Object.fromEntries(
        ["actor", "request_id", "command", "permission", "subject"].map((name) => [name, `${name} || 'x'`]),
      ),
      at: "at + interval '1 microsecond'",
      written_at: "written_at - interval '1 day'",
      detail: `detail || '{"forged": "yes"}'`,
      id: "id + 1000000",
      xact_id: "(xact_id::text::bigint + 1)::text::xid8",
    };
    const column = random.pick(Object.keys(others));
    const what = random.pick(["edit", "edit", "delete", "insert"]);
    await query(
      {
        edit: `UPDATE bank.audit_row SET ${column} = ${others[column]} WHERE ${any}`,
        delete: `DELETE FROM bank.audit_row WHERE ${any}`,
        insert: `INSERT INTO bank.audit_row SELECT (SELECT max(id) + 1 FROM bank.audit_row), at, written_at, 'forged',
          request_id, command, permission, subject, detail, xact_id FROM bank.audit_row WHERE ${any}`,
      }[what] as string,
    );
    return `${what} ${column}`;
  },
  async "move the tide"(random) {
    const [column, by] = random.pick([
      ["settled_event", 1_000_000],
      ["customers_until", 1_000_000],
      ["next_event", -1_000_000],
    ] as const);
    if (random.chance(0.3)) await query("DELETE FROM ledger.tide");
    else await query(`UPDATE ledger.tide SET ${column} = ${column} + ${by}`);
    return column;
  },
  async "switch a guard off"(random) {
    const table = random.pick(["event", "transfer", "account", "seal", "seal_chunk", "account_history"]);
    await query(`ALTER TABLE ledger.${table} DISABLE TRIGGER ${random.pick(["ALL", "USER", "no_truncate"])}`);
    return table;
  },
};

/** Totals, holds and checkpoints as the transfers have them now, so that no sum tells. */
const evenOut = async () => {
  await query(`
    DELETE FROM ledger.open_hold;
    INSERT INTO ledger.open_hold (pending_id, account_id, amount_micros, expires_at)
      SELECT id, debit_account, amount_micros, expires_at FROM ledger.pending p
      WHERE NOT EXISTS (SELECT FROM ledger.resolution r WHERE r.pending_id = p.id);
    UPDATE ledger.account a SET
      held_micros = (SELECT coalesce(sum(amount_micros), 0) FROM ledger.open_hold h WHERE h.account_id = a.id),
      debits_micros = (SELECT coalesce(sum(amount_micros), 0) FROM ledger.transfer t WHERE t.debit_account = a.id),
      credits_micros = (SELECT coalesce(sum(amount_micros), 0) FROM ledger.transfer t WHERE t.credit_account = a.id)
    WHERE is_customer;
    DELETE FROM ledger.checkpoint`);
  await query(checkpoint);
};

/** a chain that was rewritten well contradicts nothing in the database */
const onlyOutside = new Set<string>(["anchor_differs", "anchor_behind", "tail_cut"]);

describe("tampering by a superuser", () => {
  it("is not seen where there was none", async () => {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    const report = await verify();
    await client.query("ROLLBACK");
    expect(report).toMatchObject({ ok: true, waiting: 0, findings: [] });
    expect(report.seals).toBeGreaterThan(8n);
  });

  it("is found, each of many", { timeout: patience(60_000) }, async () => {
    const random = chooser(barSeed());
    const names = Object.keys(ways);
    const missed: string[] = [];
    const count = new Map<string, number>();
    for (let done = 0; done < rounds(30); ) {
      const way = done < names.length ? (names[done] as string) : random.pick(names);
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      try {
        await client.query("SET LOCAL session_replication_role = replica");
        const what = await ways[way]?.(random);
        if (what === undefined) continue;
        const { ok, findings } = await verify();
        if (ok) missed.push(`${way}: ${what}`);
        if (way === "rewrite the chain")
          expect(findings.map(({ code }) => code).filter((code) => !onlyOutside.has(code))).toEqual([]);
        count.set(way, (count.get(way) ?? 0) + 1);
        done += 1;
      } catch (error) {
        // what the tables' own checks refuse was no tampering
        const { code } = (error as { cause?: { code?: string } }).cause ?? {};
        if (!code?.startsWith("23")) throw error;
      } finally {
        await client.query("ROLLBACK");
      }
    }
    expect(missed).toEqual([]);
    expect(count.size).toBe(names.length);
  });
});
