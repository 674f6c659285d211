import { and, desc, eq, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { epoch as epochTable, payoutLine, payout as payoutTable } from "@/db/schema/chain";
import { requestIdOf } from "@/lib/audit/request-id";
import type { PayoutFact } from "@/lib/chain/facts";
import { holderOf, settledBy } from "@/lib/chain/holders";
import { placeOf } from "@/lib/chain/place";
import { post } from "@/lib/ledger/posting";
import { payoutWithWithholding } from "@/lib/ledger/recipes/payout-with-withholding";
import { payoutLines } from "@/lib/rewards/payout-lines";
import { withholdingCaseOf } from "@/lib/rewards/queries";

/** Books one final payout: the row, its three tax lines with reasons, and the ledger's mirror of it. */
export async function settlePayout(tx: Tx, fact: PayoutFact): Promise<void> {
  const holder = await holderOf(tx, fact.wallet);
  const lines = payoutLines(fact, await withholdingCaseOf(tx, { profileId: holder.profileId, at: fact.at }));
  const [lastFinal] = await tx
    .select({ number: epochTable.number })
    .from(epochTable)
    .where(and(eq(epochTable.chainId, fact.chainId), eq(epochTable.state, "final")))
    .orderBy(desc(epochTable.number))
    .limit(1);
  const [row] = await tx
    .insert(payoutTable)
    .values({
      ...placeOf(fact),
      at: fact.at,
      wallet: fact.wallet,
      walletId: holder.walletId ?? null,
      profileId: holder.profileId ?? null,
      payer: fact.payer,
      operatorId: fact.operatorId,
      grossMicros: fact.grossMicros,
      operatorFeeMicros: fact.operatorFeeMicros,
      federalMicros: fact.federalMicros,
      stateMicros: fact.stateMicros,
      localMicros: fact.localMicros,
      netMicros: fact.netMicros,
      rateClass: fact.rateClass,
      ruleVersion: fact.ruleVersion,
      epochNumber: lastFinal?.number ?? null,
    })
    .onConflictDoNothing()
    .returning({ id: payoutTable.id });
  if (!row) return;
  await tx.insert(payoutLine).values(lines.map((line, i) => ({ ...line, payoutId: row.id, seq: i + 1 })));
  const { eventId } = await post(tx, {
    ...settledBy(fact),
    requestId: await requestIdOf(tx, fact),
    key: `payout:${fact.chainId}:${fact.txHash}:${fact.logIndex}`,
    event: "payout-with-withholding",
    subject: `payout:${row.id}`,
    transfers: payoutWithWithholding({
      holder,
      operatorId: fact.operatorId,
      grossMicros: fact.grossMicros,
      operatorFeeMicros: fact.operatorFeeMicros,
      netMicros: fact.netMicros,
      withheld: lines,
    }),
    detail: {
      rateClass: fact.rateClass.toString(16).padStart(6, "0"),
      ruleVersion: String(fact.ruleVersion),
    },
  });
  await tx
    .update(payoutTable)
    .set({ eventId: sql`${eventId.toString()}::bigint` as never })
    .where(eq(payoutTable.id, row.id));
}
