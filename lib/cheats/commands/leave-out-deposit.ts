import { and, eq, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { cheat as cheatTable } from "@/db/schema/cheats";
import { dollarTransfer } from "@/db/schema/collateral";
import type { CommandContext } from "@/lib/auth/actor";
import { withoutTriggers } from "@/lib/cheats/commands/without-triggers";
import type { Cheat, Way } from "@/lib/cheats/play";
import { microsPerDollar } from "@/lib/money/math";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";

const dollars = 250n;
const triesOf = ({ kept }: Cheat) => Number(kept.tries ?? "1");
const keyOf = (cheat: Cheat) => `cheat-${cheat.id}-${triesOf(cheat)}`;

type Sealed = { id: string; seal: string | null; is_shown: boolean; is_counted: boolean };

/** The deposit's event: under which seal, whether a batch shows it already, and whether a checkpoint counts it in. */
async function sealedDeposit(tx: Tx, clientKey: string): Promise<Sealed | undefined> {
  const { rows } = await tx.execute<Sealed>(sql`
    SELECT e.id::text, sealed.number::text AS seal,
      coalesce(sealed.number <= (SELECT max(b.seal) FROM chain.epoch_batch b), false) AS is_shown,
      EXISTS (SELECT FROM ledger.transfer t JOIN ledger.checkpoint c
        ON c.account_id IN (t.debit_account, t.credit_account) AND c.event_id >= e.id WHERE t.event_id = e.id) AS is_counted
    FROM bank.dollar_transfer d JOIN ledger.event e ON e.key = 'bring-dollars:' || d.id
    LEFT JOIN LATERAL (SELECT s.number FROM ledger.seal s WHERE s.to_xact > e.xact_id ORDER BY s.to_xact LIMIT 1) AS sealed ON true
    WHERE d.client_key = ${clientKey}`);
  return rows[0];
}

/** Adds the deposit's legs to the customers' rows, or takes them off. */
const count = (tx: Tx, event: string, sign: 1 | -1) =>
  tx.execute(sql`
    UPDATE ledger.account a SET debits_micros = a.debits_micros + ${sign}::int * m.debits,
      credits_micros = a.credits_micros + ${sign}::int * m.credits
    FROM (
      SELECT leg.id, coalesce(sum(leg.debit), 0) AS debits, coalesce(sum(leg.credit), 0) AS credits
      FROM ledger.transfer t CROSS JOIN LATERAL (
        VALUES (t.debit_account, t.amount_micros::numeric, NULL::numeric), (t.credit_account, NULL, t.amount_micros)
      ) AS leg (id, debit, credit)
      WHERE t.event_id = ${event}::bigint GROUP BY leg.id
    ) AS m WHERE a.id = m.id AND a.is_customer`);

/**
 * Takes a deposit, seals it, and then strikes it out: the customer's money is the bank's, and books that know nothing of it
 * close. Only the seal still says that there was one entry more.
 */
export const leaveOutDeposit: Way = {
  amountMicros: dollars * microsPerDollar,
  async prepare(ctx, cheat) {
    const clientKey = keyOf(cheat);
    const { rows } = await ctx.db.execute<{ profile: string }>(sql`
      SELECT a.profile_id::text AS profile FROM ledger.account a
      WHERE a.class = 'dollar_deposit' AND a.state = 'open' AND a.profile_id IS NOT NULL ORDER BY a.id LIMIT 1`);
    const [row] = rows;
    if (!row) return;
    const own = and(eq(dollarTransfer.profileId, row.profile), eq(dollarTransfer.clientKey, clientKey));
    const [known] = await ctx.db.select({ state: dollarTransfer.state }).from(dollarTransfer).where(own);
    if (known && known.state !== "initiated") return;
    const asCustomer: CommandContext = {
      ...ctx,
      actor: { kind: "customer", profileId: row.profile, sessionId: ctx.requestId },
    };
    await bringDollars(asCustomer, { amount: dollars.toString(), clientKey });
  },
  async play(tx, cheat) {
    const found = await sealedDeposit(tx, keyOf(cheat));
    if (!found?.seal) return undefined;
    if (found.is_shown || found.is_counted) {
      // too late for this one: the validators have seen it
      const kept = { ...cheat.kept, tries: String(triesOf(cheat) + 1) };
      await tx.update(cheatTable).set({ kept }).where(eq(cheatTable.id, cheat.id));
      return undefined;
    }
    const { id, seal } = found;
    const { rows } = await tx.execute<{ event: string; transfers: string }>(sql`
      SELECT to_jsonb(e)::text AS event,
        (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.seq)::text FROM ledger.transfer t WHERE t.event_id = e.id) AS transfers
      FROM ledger.event e WHERE e.id = ${id}::bigint`);
    const [row] = rows;
    if (!row) return undefined;
    await withoutTriggers(tx, ["account", "transfer", "event"], async () => {
      await count(tx, id, -1);
      await tx.execute(sql`DELETE FROM ledger.transfer WHERE event_id = ${id}::bigint`);
      await tx.execute(sql`DELETE FROM ledger.event WHERE id = ${id}::bigint`);
    });
    return {
      told: { seal, event: id },
      kept: { ...cheat.kept, id, event: row.event, transfers: row.transfers },
    };
  },
  async undo(tx, { kept }) {
    const { id, event, transfers } = kept as Record<"id" | "event" | "transfers", string>;
    await withoutTriggers(tx, ["account", "transfer", "event"], async () => {
      await tx.execute(
        sql`INSERT INTO ledger.event SELECT * FROM jsonb_populate_record(NULL::ledger.event, ${event}::jsonb)`,
      );
      await tx.execute(
        sql`INSERT INTO ledger.transfer SELECT * FROM jsonb_populate_recordset(NULL::ledger.transfer, ${transfers}::jsonb)`,
      );
      await count(tx, id, 1);
    });
  },
};
