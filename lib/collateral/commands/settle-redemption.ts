import { createHash } from "node:crypto";
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { collateralPosition, redemption, redemptionRelease } from "@/db/schema/collateral";
import { notification } from "@/db/schema/customers";
import { recordAudit } from "@/lib/audit/record";
import { requestIdOf } from "@/lib/audit/request-id";
import type { RedemptionFact } from "@/lib/chain/facts";
import { holderOf, settledBy } from "@/lib/chain/holders";
import { cashClass } from "@/lib/collateral/limits";
import { oldestFirst } from "@/lib/collateral/oldest-first";
import { invariant } from "@/lib/errors";
import { dollarDeposit, suspense } from "@/lib/ledger/accounts";
import { post } from "@/lib/ledger/posting";
import { stateOf } from "@/lib/ledger/queries";
import { redemption as redemptionRecipe } from "@/lib/ledger/recipes/redemption";

/** Tokens were burned in a final block: the holder is owed dollars, and the oldest reserves are earmarked for release. */
export async function settleRedemption(tx: Tx, fact: RedemptionFact): Promise<void> {
  const holder = await holderOf(tx, fact.holder);
  const [prepared] = await tx
    .select()
    .from(redemption)
    .where(eq(redemption.redemptionId, fact.redemptionId))
    .for("no key update");
  const by = settledBy(fact);
  const requestId = prepared?.requestId ?? (await requestIdOf(tx, fact));
  const own = holder.profileId && dollarDeposit(holder.profileId);
  // the burn has happened: what a closed account cannot take waits in suspense for a person
  const to = own && (await stateOf(tx, own)) !== "closed" ? own : suspense;
  const { replayed } = await post(tx, {
    ...by,
    requestId,
    key: `redemption:${fact.redemptionId}`,
    event: "redemption",
    subject: `redemption:${fact.redemptionId}`,
    transfers: redemptionRecipe({
      to,
      holder,
      grossMicros: fact.grossMicros,
      feeMicros: fact.feeMicros,
    }),
  });
  if (replayed) return;

  const facts = {
    state: "credited" as const,
    profileId: holder.profileId ?? null,
    walletId: holder.walletId ?? null,
    grossMicros: fact.grossMicros,
    feeMicros: fact.feeMicros,
    creditedAt: fact.at,
    chainId: fact.chainId,
    blockNumber: fact.blockNumber,
    txHash: fact.txHash,
  };
  const [row] = prepared
    ? await tx.update(redemption).set(facts).where(eq(redemption.id, prepared.id)).returning()
    : await tx
        .insert(redemption)
        .values({ ...facts, redemptionId: fact.redemptionId, requestId })
        .returning();
  invariant(row, "a redemption has its row");
  const missingMicros = await earmark(tx, { id: row.id, netMicros: fact.grossMicros - fact.feeMicros });
  if (holder.profileId)
    await tx.insert(notification).values({
      profileId: holder.profileId,
      kind: "redemption_credited",
      params: { netMicros: (fact.grossMicros - fact.feeMicros).toString() },
      requestId,
    });
  await recordAudit(
    tx,
    { actor: by.actor, requestId },
    {
      command: "settle-redemption",
      subject: `redemption:${row.id}`,
      permission: "redemption:settle",
      detail: {
        grossMicros: fact.grossMicros.toString(),
        txHash: fact.txHash,
        missingMicros: missingMicros.toString(),
      },
    },
  );
}

async function earmark(tx: Tx, asked: { id: string; netMicros: bigint }): Promise<bigint> {
  const positions = await tx
    .select()
    .from(collateralPosition)
    // nothing was ever minted against the others: one whose mint was refused waits here for its own release
    .where(
      and(
        eq(collateralPosition.state, "recorded"),
        eq(collateralPosition.class, cashClass),
        gt(collateralPosition.issuedMicros, 0n),
      ),
    )
    .orderBy(asc(collateralPosition.recordedAt), asc(collateralPosition.id))
    .for("no key update");
  const { parts, missingMicros } = oldestFirst(
    positions.map((position) => ({
      id: position.id,
      availableMicros: position.issuedMicros - position.releasingMicros - position.releasedMicros,
    })),
    asked.netMicros,
  );
  for (const { id, amountMicros } of parts) {
    await tx.insert(redemptionRelease).values({ redemptionRowId: asked.id, positionRowId: id, amountMicros });
    await tx
      .update(collateralPosition)
      .set({
        releasingMicros: sql`${collateralPosition.releasingMicros} + ${amountMicros.toString()}::numeric`,
      })
      .where(eq(collateralPosition.id, id));
  }
  const releaseId = `0x${createHash("sha256").update(`release:${asked.id}`).digest("hex")}` as const;
  await tx.update(redemption).set({ releaseId }).where(eq(redemption.id, asked.id));
  return missingMicros;
}
