import { and, eq, isNull, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { collateralPosition, redemption, redemptionRelease } from "@/db/schema/collateral";
import { recordAudit } from "@/lib/audit/record";
import { requestIdOf } from "@/lib/audit/request-id";
import type { PositionFact } from "@/lib/chain/facts";
import { settledBy } from "@/lib/chain/holders";
import { post } from "@/lib/ledger/posting";
import { reserveReleased } from "@/lib/ledger/recipes/redemption";

/** A position was recorded, used or released in a final block. */
export async function settlePosition(tx: Tx, fact: PositionFact): Promise<void> {
  const [position] = await tx
    .select()
    .from(collateralPosition)
    .where(eq(collateralPosition.positionId, fact.positionId))
    .for("no key update");
  if (!position || fact.event === "PositionConsumed") return;
  if (fact.event === "PositionRecorded") {
    if (position.state !== "receipted") return;
    await tx
      .update(collateralPosition)
      .set({ state: "recorded", recordedAt: fact.at })
      .where(eq(collateralPosition.id, position.id));
  } else {
    await settleRelease(tx, position, fact);
  }
  await recordAudit(
    tx,
    { ...settledBy(fact), requestId: await requestIdOf(tx, fact) },
    {
      command: "settle-position",
      subject: `collateral_position:${position.id}`,
      permission: "issuance:settle",
      detail: { event: fact.event, txHash: fact.txHash },
    },
  );
}

type Position = typeof collateralPosition.$inferSelect;

/** What a redemption released was reserve and becomes cash; what no token was ever minted against was never reserve. */
async function settleRelease(
  tx: Tx,
  position: Position,
  fact: Extract<PositionFact, { event: "PositionReleased" }>,
): Promise<void> {
  const [asked] = await tx
    .select({ redemption })
    .from(redemption)
    .where(eq(redemption.releaseId, fact.releaseId))
    .for("no key update");
  if (asked) {
    const done = await tx
      .update(redemptionRelease)
      .set({ releasedAt: fact.at })
      .where(
        and(
          eq(redemptionRelease.redemptionRowId, asked.redemption.id),
          eq(redemptionRelease.positionRowId, position.id),
          isNull(redemptionRelease.releasedAt),
        ),
      )
      .returning({ amountMicros: redemptionRelease.amountMicros });
    if (done.length === 0) return;
    await post(tx, {
      ...settledBy(fact),
      requestId: asked.redemption.requestId,
      key: `reserve-released:${fact.releaseId}:${fact.positionId}`,
      event: "reserve-released",
      subject: `redemption:${asked.redemption.id}`,
      transfers: reserveReleased({ collateralClass: position.class, amountMicros: fact.amountMicros }),
    });
    const [open] = await tx
      .select({ left: sql<string>`count(*)` })
      .from(redemptionRelease)
      .where(
        and(eq(redemptionRelease.redemptionRowId, asked.redemption.id), isNull(redemptionRelease.releasedAt)),
      );
    if (open?.left === "0")
      await tx
        .update(redemption)
        .set({ state: "released", releasedAt: fact.at })
        .where(eq(redemption.id, asked.redemption.id));
  }
  const releasedMicros = position.releasedMicros + fact.amountMicros;
  const releasingMicros =
    position.releasingMicros > fact.amountMicros ? position.releasingMicros - fact.amountMicros : 0n;
  await tx
    .update(collateralPosition)
    .set({
      releasedMicros,
      releasingMicros,
      ...(releasedMicros === position.marketMicros && { state: "released" as const }),
    })
    .where(eq(collateralPosition.id, position.id));
}
