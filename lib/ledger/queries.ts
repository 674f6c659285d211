import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Executor } from "@/db/client";
import { accountNow, event } from "@/db/schema/ledger";
import type { AccountRef } from "@/lib/ledger/accounts";
import { type AccountClass, type Asset, assetOf, chartOfAccounts } from "@/lib/ledger/chart-of-accounts";

const signed = (row: { side: string; debitsMicros: bigint; creditsMicros: bigint }) =>
  row.side === "credit" ? row.creditsMicros - row.debitsMicros : row.debitsMicros - row.creditsMicros;

const isRef = (ref: AccountRef): SQL | undefined =>
  and(
    eq(accountNow.class, ref.class),
    eq(accountNow.asset, assetOf(ref.class)),
    eq(accountNow.owner, ref.owner ?? ""),
  );

/** What stands on an account now; one that was never used holds zero. */
export async function balanceOf(db: Executor, ref: AccountRef): Promise<bigint> {
  return (await standingOf(db, ref)).haveMicros;
}

export type Standing = { haveMicros: bigint; onHoldMicros: bigint; canUseMicros: bigint };

/** The three numbers of a money screen: have, on hold, can use. */
export async function standingOf(db: Executor, ref: AccountRef): Promise<Standing> {
  const [row] = await db.select().from(accountNow).where(isRef(ref));
  return row ? standingIn(row) : { haveMicros: 0n, onHoldMicros: 0n, canUseMicros: 0n };
}

export function standingIn(row: typeof accountNow.$inferSelect): Standing {
  const haveMicros = signed(row);
  return { haveMicros, onHoldMicros: row.heldMicros, canUseMicros: haveMicros - row.heldMicros };
}

/** Whether an account gives and takes; one that was never used will open by first use. */
export async function stateOf(db: Executor, ref: AccountRef) {
  const [row] = await db.select({ state: accountNow.state }).from(accountNow).where(isRef(ref));
  return row?.state ?? "open";
}

export type OpenHold = {
  key: string;
  seq: number;
  kind: string;
  subject: string;
  amountMicros: bigint;
  heldSince: Date;
  expiresAt: Date;
};

/** Why something is on hold, and until when. */
export async function openHolds(db: Executor, ref: AccountRef): Promise<OpenHold[]> {
  const { rows } = await db.execute<Record<string, string | Date>>(sql`
    SELECT e.key, p.seq::text, e.kind, e.subject, h.amount_micros::text AS amount, e.effective_at, h.expires_at
    FROM ledger.account a JOIN ledger.open_hold h ON h.account_id = a.id
    JOIN ledger.pending p ON p.id = h.pending_id JOIN ledger.event e ON e.id = p.event_id
    WHERE a.class = ${ref.class} AND a.asset = ${assetOf(ref.class)} AND a.owner = ${ref.owner ?? ""}
    ORDER BY p.id`);
  return rows.map((row) => ({
    key: row.key as string,
    seq: Number(row.seq),
    kind: row.kind as string,
    subject: row.subject as string,
    amountMicros: BigInt(row.amount as string),
    heldSince: new Date(row.effective_at as string),
    expiresAt: new Date(row.expires_at as string),
  }));
}

/** By when things happened, or by when they were written down. */
export type Clock = "effective" | "recorded";

/** What stood on an account at a moment. */
export async function balanceAt(
  db: Executor,
  ref: AccountRef,
  at: Date,
  by: Clock = "effective",
): Promise<bigint> {
  const { rows } = await db.execute<{ debits: string; credits: string }>(sql`
    SELECT t.debits_micros::text AS debits, t.credits_micros::text AS credits
    FROM ledger.account a CROSS JOIN LATERAL ledger.totals_at(a.id, ${at.toISOString()}, ${by === "recorded"}) t
    WHERE a.class = ${ref.class} AND a.asset = ${assetOf(ref.class)} AND a.owner = ${ref.owner ?? ""}`);
  return signed({
    side: chartOfAccounts[ref.class].side,
    debitsMicros: BigInt(rows[0]?.debits ?? 0),
    creditsMicros: BigInt(rows[0]?.credits ?? 0),
  });
}

/** All of a class together, such as every dollar deposit. */
export async function totalOf(db: Executor, accountClass: AccountClass): Promise<bigint> {
  const [row] = await db
    .select({
      debitsMicros: sql<string>`coalesce(sum(${accountNow.debitsMicros}), 0)::text`,
      creditsMicros: sql<string>`coalesce(sum(${accountNow.creditsMicros}), 0)::text`,
    })
    .from(accountNow)
    .where(eq(accountNow.class, accountClass));
  return signed({
    side: chartOfAccounts[accountClass].side,
    debitsMicros: BigInt(row?.debitsMicros ?? 0),
    creditsMicros: BigInt(row?.creditsMicros ?? 0),
  });
}

export type StatementLine = {
  eventId: bigint;
  seq: number;
  kind: string;
  subject: string;
  effectiveAt: Date;
  /** positive: into the account */
  amountMicros: bigint;
  balanceMicros: bigint;
};

const farAhead = { eventId: 2n ** 63n - 1n, seq: 2 ** 31 - 1 };

/**
 * A page of an account, newest first, each line with the balance after it. A page costs the same wherever it begins:
 * its lines from the index, and the balance before them from the last checkpoint. With a profile, of that profile alone.
 */
export async function statementPage(
  db: Executor,
  input: { ref: AccountRef; profileId?: string; before?: { eventId: bigint; seq: number }; size?: number },
): Promise<StatementLine[]> {
  const { ref, profileId, before = farAhead, size = 25 } = input;
  const limit = Math.min(Math.max(size, 1), 200);
  const cursor = sql`(${before.eventId.toString()}::bigint, ${before.seq}::integer)`;
  const side = (own: SQL, sign: SQL) => sql`(
    SELECT t.event_id, t.seq, CASE a.side WHEN ${sign} THEN t.amount_micros ELSE -t.amount_micros END AS amount
    FROM a JOIN ledger.transfer t ON ${own} = a.id WHERE (t.event_id, t.seq) < ${cursor}
    ORDER BY t.event_id DESC, t.seq DESC LIMIT ${limit})`;
  const { rows } = await db.execute<Record<string, string | Date>>(sql`
    WITH a AS MATERIALIZED (
      SELECT id, side FROM ledger.account
      WHERE class = ${ref.class} AND asset = ${assetOf(ref.class)} AND owner = ${ref.owner ?? ""}
        AND ${profileId === undefined ? sql`true` : sql`profile_id = ${profileId}`}
    ), page AS MATERIALIZED (
      SELECT * FROM (${side(sql`t.debit_account`, sql`'debit'`)} UNION ALL ${side(sql`t.credit_account`, sql`'credit'`)}) AS line
      ORDER BY event_id DESC, seq DESC LIMIT ${limit}
    ), base AS (
      SELECT CASE a.side WHEN 'credit' THEN t.credits_micros - t.debits_micros ELSE t.debits_micros - t.credits_micros END AS stood
      FROM a CROSS JOIN LATERAL ledger.totals_before(a.id, ${before.eventId.toString()}::bigint, ${before.seq}::integer) t
    )
    SELECT page.event_id::text, page.seq::text, e.kind, e.subject, e.effective_at, page.amount::text,
      (base.stood - coalesce(sum(page.amount) OVER (ORDER BY page.event_id DESC, page.seq DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::text AS balance
    FROM page CROSS JOIN base JOIN ledger.event e ON e.id = page.event_id
    ORDER BY page.event_id DESC, page.seq DESC`);
  return rows.map((row) => ({
    eventId: BigInt(row.event_id as string),
    seq: Number(row.seq),
    kind: row.kind as string,
    subject: row.subject as string,
    effectiveAt: new Date(row.effective_at as string),
    amountMicros: BigInt(row.amount as string),
    balanceMicros: BigInt(row.balance as string),
  }));
}

export type TrialBalanceRow = {
  class: string;
  asset: Asset;
  isMemo: boolean;
  debitsMicros: bigint;
  creditsMicros: bigint;
};

/** One row a class, now or at a moment; debits and credits of each asset are equal. */
export async function trialBalance(
  db: Executor,
  moment?: { at: Date; by?: Clock },
): Promise<TrialBalanceRow[]> {
  const accounts = moment
    ? sql`(SELECT a.class, a.asset, t.debits_micros, t.credits_micros FROM ledger.account a
        CROSS JOIN LATERAL ledger.totals_at(a.id, ${moment.at.toISOString()}, ${moment.by === "recorded"}) t) AS a`
    : sql`ledger.account_now AS a`;
  const { rows } = await db.execute<{ class: string; asset: Asset; debits: string; credits: string }>(sql`
    SELECT a.class, a.asset, sum(a.debits_micros)::text AS debits, sum(a.credits_micros)::text AS credits
    FROM ${accounts} GROUP BY a.class, a.asset ORDER BY a.asset, a.class`);
  return rows.map((row) => ({
    class: row.class,
    asset: row.asset,
    isMemo: chartOfAccounts[row.class as AccountClass].isMemo,
    debitsMicros: BigInt(row.debits),
    creditsMicros: BigInt(row.credits),
  }));
}

/** What does not add up, in words; empty means the books are whole. */
export async function verifyLedger(db: Executor): Promise<string[]> {
  const { rows } = await db.execute<{ finding: string }>(sql`SELECT finding FROM ledger.verify()`);
  return rows.map(({ finding }) => finding);
}

export async function eventByKey(db: Executor, key: string) {
  const [row] = await db.select().from(event).where(eq(event.key, key));
  return row;
}
