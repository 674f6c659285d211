import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { encodeFunctionData } from "viem";
import { outboxIntent } from "@/db/schema/chain";
import { collateralPosition, type IssuanceState, issuance } from "@/db/schema/collateral";
import { notification } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { reserveRegistryAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { enqueue } from "@/lib/chain/outbox";
import { AppError } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";
import { post } from "@/lib/ledger/posting";
import { conversionRefunded } from "@/lib/ledger/recipes/conversion-refunded";
import type { Custodian } from "@/lib/vendors/custodian/contract";

/**
 * The chain refused to record or to mint, at final depth: the dollars go back to the customer. A position that stands
 * recorded without tokens is released in the same step, so that no reserve is shown that is not there. Once only.
 */
export async function refundIssuance(
  ctx: CommandContext,
  input: { issuanceId: string },
  { custodian, deployment }: { custodian: Custodian; deployment: Deployment },
): Promise<{ state: IssuanceState }> {
  requirePermission(ctx.actor, "issuance:settle");
  const [row] = await ctx.db
    .select({ issuance, position: collateralPosition })
    .from(issuance)
    .innerJoin(collateralPosition, eq(collateralPosition.id, issuance.positionRowId))
    .where(eq(issuance.id, input.issuanceId));
  if (!row) throw new AppError("not_found");
  if (row.issuance.state !== "submitted") return { state: row.issuance.state };
  const { position } = row;
  const releaseId =
    `0x${createHash("sha256").update(`unused:${position.positionId}`).digest("hex")}` as const;
  const release = { releaseId, positionIds: [position.positionId], amounts: [position.marketMicros] };
  const isRecorded = position.state === "recorded";
  const signature = isRecorded ? await custodian.signRelease(release) : undefined;
  failpoint("refund.custodian-signed");

  return inTransaction(ctx.db, async (tx) => {
    const [locked] = await tx
      .select()
      .from(issuance)
      .where(eq(issuance.id, row.issuance.id))
      .for("no key update");
    if (locked?.state !== "submitted") return { state: locked?.state ?? row.issuance.state };
    const stateOf = async (id: string | null) =>
      id && (await tx.select().from(outboxIntent).where(eq(outboxIntent.id, id)))[0]?.state;
    const [record, mint] = [await stateOf(locked.recordIntentId), await stateOf(locked.mintIntentId)];
    const ended = (state: unknown) => state === "reverted" || state === "cancelled";
    const mayStillHappen = isRecorded ? !ended(mint) : !ended(record) || !ended(mint);
    if (mayStillHappen) return { state: locked.state };

    await post(tx, {
      ...conversionRefunded(locked.id),
      actor: ctx.actor,
      requestId: locked.requestId,
    });
    if (signature)
      await enqueue(tx, {
        kind: "reserve.release",
        businessKey: `reserve:release:${releaseId}`,
        sender: "issuer",
        to: deployment.contracts.reserveRegistry,
        data: encodeFunctionData({
          abi: reserveRegistryAbi,
          functionName: "release",
          args: [release.releaseId, release.positionIds, release.amounts, signature],
        }),
        requestId: locked.requestId,
      });
    await tx
      .update(collateralPosition)
      .set(isRecorded ? { releasingMicros: position.marketMicros } : { state: "cancelled" })
      .where(eq(collateralPosition.id, position.id));
    const refundReason = isRecorded ? "mint_refused" : "record_refused";
    await tx.update(issuance).set({ state: "refunded", refundReason }).where(eq(issuance.id, locked.id));
    await tx.insert(notification).values({
      profileId: locked.profileId,
      kind: "conversion_refunded",
      params: { issuanceId: locked.id },
      requestId: locked.requestId,
    });
    await recordAudit(tx, ctx, {
      command: "refund-issuance",
      subject: `issuance:${locked.id}`,
      permission: "issuance:settle",
      detail: { refundReason },
    });
    return { state: "refunded" };
  });
}
