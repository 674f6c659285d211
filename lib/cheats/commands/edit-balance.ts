import { sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { withoutTriggers } from "@/lib/cheats/commands/without-triggers";
import type { Way } from "@/lib/cheats/play";
import { microsPerDollar } from "@/lib/money/math";

const amountMicros = 1_000n * microsPerDollar;

async function add(tx: Tx, account: string, micros: bigint): Promise<void> {
  await withoutTriggers(tx, ["account"], () =>
    tx.execute(sql`
      UPDATE ledger.account SET credits_micros = credits_micros + ${micros.toString()}::numeric
      WHERE id = ${account}::bigint`),
  );
}

/** Writes another balance on a customer's row, with no entry behind it. */
export const editBalance: Way = {
  amountMicros,
  async play(tx) {
    const { rows } = await tx.execute<{ id: string; stands: string }>(sql`
      SELECT id::text, (credits_micros - debits_micros)::text AS stands FROM ledger.account
      WHERE class = 'dollar_deposit' AND state = 'open' AND credits_micros > debits_micros ORDER BY id LIMIT 1`);
    const [row] = rows;
    if (!row) return undefined;
    await add(tx, row.id, amountMicros);
    return {
      told: { before: row.stands, after: String(BigInt(row.stands) + amountMicros) },
      kept: { account: row.id },
    };
  },
  async undo(tx, { kept }) {
    await add(tx, kept.account as string, -amountMicros);
  },
};
