import { eq, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { collateralPosition, type IssuanceState, issuance } from "@/db/schema/collateral";
import { notification } from "@/db/schema/customers";
import { recordAudit } from "@/lib/audit/record";
import { requestIdOf } from "@/lib/audit/request-id";
import type { IssuanceFact } from "@/lib/chain/facts";
import { holderOf, settledBy } from "@/lib/chain/holders";
import { post } from "@/lib/ledger/posting";
import { issuance as issuanceRecipe } from "@/lib/ledger/recipes/issuance";

const wasSubmitted = (state: IssuanceState) => state === "submitted" || state === "minted";

/** Tokens exist in a final block: the dollars on hold become reserve. Minted without a request: against suspense. */
export async function settleIssuance(tx: Tx, fact: IssuanceFact): Promise<void> {
  const [row] = await tx
    .select()
    .from(issuance)
    .where(eq(issuance.issuanceId, fact.issuanceId))
    .for("no key update");
  const asked = row && wasSubmitted(row.state) && row.grossMicros === fact.grossMicros ? row : undefined;
  const by = settledBy(fact);
  const requestId = asked?.requestId ?? (await requestIdOf(tx, fact));
  const { replayed } = await post(tx, {
    ...by,
    requestId,
    key: `issuance:${fact.issuanceId}`,
    event: "issuance",
    subject: asked ? `issuance:${asked.id}` : `issuance:${fact.issuanceId}`,
    ...issuanceRecipe({
      issuanceId: asked?.id,
      holder: await holderOf(tx, fact.to),
      grossMicros: fact.grossMicros,
      feeMicros: fact.feeMicros,
    }),
  });
  if (replayed) return;
  await tx
    .update(collateralPosition)
    .set({ issuedMicros: sql`${collateralPosition.issuedMicros} + ${fact.grossMicros.toString()}::numeric` })
    .where(eq(collateralPosition.positionId, fact.positionId));
  if (asked) {
    await tx
      .update(issuance)
      .set({
        state: "minted",
        feeMicros: fact.feeMicros,
        mintedAt: fact.at,
        chainId: fact.chainId,
        blockNumber: fact.blockNumber,
        txHash: fact.txHash,
      })
      .where(eq(issuance.id, asked.id));
    await tx.insert(notification).values({
      profileId: asked.profileId,
      kind: "conversion_minted",
      params: { issuanceId: asked.id, grossMicros: fact.grossMicros.toString() },
      requestId,
    });
  }
  await recordAudit(
    tx,
    { actor: by.actor, requestId },
    {
      command: "settle-issuance",
      subject: asked ? `issuance:${asked.id}` : `issuance:${fact.issuanceId}`,
      permission: "issuance:settle",
      detail: { grossMicros: fact.grossMicros.toString(), txHash: fact.txHash, wasAsked: Boolean(asked) },
    },
  );
}
