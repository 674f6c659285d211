import { and, asc, eq, sql } from "drizzle-orm";
import type { Executor } from "@/db/client";
import { accountNow, event } from "@/db/schema/ledger";
import type { AccountRef } from "@/lib/ledger/accounts";
import { type AccountClass, type Asset, assetOf, chartOfAccounts } from "@/lib/ledger/chart-of-accounts";

const signed = (row: { side: string; debitsMicros: bigint; creditsMicros: bigint }) =>
  row.side === "credit" ? row.creditsMicros - row.debitsMicros : row.debitsMicros - row.creditsMicros;

/** What stands on an account now; one that was never used holds zero. */
export async function balanceOf(db: Executor, ref: AccountRef): Promise<bigint> {
  const [row] = await db
    .select()
    .from(accountNow)
    .where(
      and(
        eq(accountNow.class, ref.class),
        eq(accountNow.asset, assetOf(ref.class)),
        eq(accountNow.owner, ref.owner ?? ""),
      ),
    );
  return row ? signed(row) : 0n;
}

/** What stood on it at a moment, by when things happened, not by when they were written down. */
export async function balanceAt(db: Executor, ref: AccountRef, at: Date): Promise<bigint> {
  const { rows } = await db.execute<{ debits: string; credits: string }>(sql`
    SELECT coalesce(sum(t.amount_micros) FILTER (WHERE t.debit_account = a.id), 0)::text AS debits,
           coalesce(sum(t.amount_micros) FILTER (WHERE t.credit_account = a.id), 0)::text AS credits
    FROM ledger.account a
    JOIN ledger.transfer t ON t.debit_account = a.id OR t.credit_account = a.id
    JOIN ledger.event e ON e.id = t.event_id AND e.effective_at <= ${at.toISOString()}
    WHERE a.class = ${ref.class} AND a.owner = ${ref.owner ?? ""}`);
  const side = chartOfAccounts[ref.class].side;
  return signed({
    side,
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

/** A page of one profile's account, newest first, each line with the balance after it. */
export async function statementPage(
  db: Executor,
  input: { ref: AccountRef; profileId: string; before?: { eventId: bigint; seq: number }; size?: number },
): Promise<StatementLine[]> {
  const { ref, profileId, before, size = 25 } = input;
  const { rows } = await db.execute<Record<string, string | Date>>(sql`
    WITH lines AS (
      SELECT e.id AS event_id, t.seq, e.kind, e.subject, e.effective_at,
             CASE WHEN (t.credit_account = a.id) = (a.side = 'credit') THEN t.amount_micros ELSE -t.amount_micros END AS amount,
             sum(CASE WHEN (t.credit_account = a.id) = (a.side = 'credit') THEN t.amount_micros ELSE -t.amount_micros END)
               OVER (ORDER BY t.event_id, t.seq) AS balance
      FROM ledger.account a
      JOIN ledger.transfer t ON t.debit_account = a.id OR t.credit_account = a.id
      JOIN ledger.event e ON e.id = t.event_id
      WHERE a.class = ${ref.class} AND a.owner = ${ref.owner ?? ""} AND a.profile_id = ${profileId}
    )
    SELECT event_id::text, seq::text, kind, subject, effective_at, amount::text, balance::text FROM lines
    WHERE ${before ? sql`(event_id, seq) < (${before.eventId.toString()}::bigint, ${before.seq})` : sql`true`}
    ORDER BY lines.event_id DESC, lines.seq DESC LIMIT ${Math.min(size, 200)}`);
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

/** One row a class; debits and credits of each asset are equal. */
export async function trialBalance(db: Executor): Promise<TrialBalanceRow[]> {
  const rows = await db
    .select({
      class: accountNow.class,
      asset: sql<Asset>`${accountNow.asset}`,
      debits: sql<string>`sum(${accountNow.debitsMicros})::text`,
      credits: sql<string>`sum(${accountNow.creditsMicros})::text`,
    })
    .from(accountNow)
    .groupBy(accountNow.class, accountNow.asset)
    .orderBy(asc(accountNow.asset), asc(accountNow.class));
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
