import { sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { trialBalance } from "@/lib/ledger/queries";
import type { Difference } from "@/lib/reconciliation/compare";
import type { Within } from "@/lib/reconciliation/compare-within";

/** enough to begin with; the rest shows once these are put right */
const atMost = 10;
const last = sql`9223372036854775807, 2147483647`;

/** What the books say of themselves, within one snapshot. */
export async function booksWithin(tx: Tx): Promise<Within> {
  const [sums] = (
    await tx.execute<{ micros: string }>(sql`
      SELECT coalesce(sum(a.credits_micros - a.debits_micros), 0)::text AS micros
      FROM bank.profile p JOIN ledger.account a ON a.profile_id = p.id WHERE a.class = 'dollar_deposit'`)
  ).rows;
  return {
    trialBalance: await trialBalance(tx),
    customersDollarsMicros: BigInt(sums?.micros ?? 0),
    odd: [...(await rowsUnlikeEntries(tx)), ...(await rowsUnlikeHolds(tx))],
  };
}

type Odd = { id: string; class: string; expected: string; booked: string };

const named =
  (of: string) =>
  ({ id, class: name, expected, booked }: Odd): Difference => ({
    what: `account ${id}, ${name}: ${of}`,
    expectedMicros: BigInt(expected),
    bookedMicros: BigInt(booked),
  });

/** A customer's row against the last checkpoint and the entries after it. */
async function rowsUnlikeEntries(tx: Tx): Promise<Difference[]> {
  const { rows } = await tx.execute<Odd & { side: "taken" | "given" }>(sql`
    SELECT a.id::text, a.class, s.side, s.expected::text, s.booked::text
    FROM ledger.account a CROSS JOIN LATERAL ledger.totals_before(a.id, ${last}) t
    CROSS JOIN LATERAL (VALUES ('taken', t.debits_micros, a.debits_micros::numeric),
                               ('given', t.credits_micros, a.credits_micros::numeric)) AS s (side, expected, booked)
    WHERE a.is_customer AND s.expected <> s.booked ORDER BY a.id LIMIT ${atMost}`);
  return rows.map((row) => named(`its entries, ${row.side}`)(row));
}

/** What a customer's row holds back, against the holds that stand, and those against how they were opened and ended. */
async function rowsUnlikeHolds(tx: Tx): Promise<Difference[]> {
  const { rows } = await tx.execute<Odd>(sql`
    SELECT a.id::text, a.class, coalesce(h.held, 0)::text AS expected, a.held_micros::text AS booked
    FROM ledger.account a LEFT JOIN (
      SELECT account_id, sum(amount_micros) AS held FROM ledger.open_hold GROUP BY account_id) AS h ON h.account_id = a.id
    WHERE a.held_micros <> coalesce(h.held, 0) ORDER BY a.id LIMIT ${atMost}`);
  const { rows: strays } = await tx.execute<Odd>(sql`
    SELECT a.id::text, a.class, coalesce(p.amount_micros, 0)::text AS expected,
      coalesce(h.amount_micros, 0)::text AS booked
    FROM ledger.open_hold h FULL JOIN (
      SELECT p.* FROM ledger.pending p WHERE NOT EXISTS (SELECT FROM ledger.resolution r WHERE r.pending_id = p.id)
    ) AS p ON p.id = h.pending_id
    JOIN ledger.account a ON a.id = coalesce(p.debit_account, h.account_id)
    WHERE h.pending_id IS NULL OR p.id IS NULL OR h.amount_micros <> p.amount_micros OR h.account_id <> p.debit_account
    ORDER BY a.id LIMIT ${atMost}`);
  return [...rows.map(named("its holds")), ...strays.map(named("a hold as it was opened"))];
}
