import { asc, eq } from "drizzle-orm";
import { encodeFunctionData } from "viem";
import {
  collateralPosition,
  redemption,
  redemptionRelease,
  type redemptionStates,
} from "@/db/schema/collateral";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { reserveRegistryAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { enqueue } from "@/lib/chain/outbox";
import { AppError } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";
import type { Custodian } from "@/lib/vendors/custodian/contract";

type State = (typeof redemptionStates)[number];

/** Has the custodian sign what a credited redemption gives back, then asks the chain to release it. Safe to run again. */
export async function releaseReserve(
  ctx: CommandContext,
  input: { redemptionId: string },
  { custodian, deployment }: { custodian: Custodian; deployment: Deployment },
): Promise<{ state: State }> {
  requirePermission(ctx.actor, "reserve:release");
  const [row] = await ctx.db.select().from(redemption).where(eq(redemption.id, input.redemptionId));
  if (!row) throw new AppError("not_found");
  if (row.state !== "credited" || !row.releaseId) return { state: row.state };
  const parts = await ctx.db
    .select({ positionId: collateralPosition.positionId, amountMicros: redemptionRelease.amountMicros })
    .from(redemptionRelease)
    .innerJoin(collateralPosition, eq(collateralPosition.id, redemptionRelease.positionRowId))
    .where(eq(redemptionRelease.redemptionRowId, row.id))
    .orderBy(asc(collateralPosition.recordedAt), asc(collateralPosition.id));
  if (parts.length === 0) return { state: row.state };

  const release = {
    releaseId: row.releaseId,
    positionIds: parts.map((part) => part.positionId),
    amounts: parts.map((part) => part.amountMicros),
  };
  const custodianSignature = await custodian.signRelease(release);
  failpoint("release.custodian-signed");
  return inTransaction(ctx.db, async (tx) => {
    const [locked] = await tx.select().from(redemption).where(eq(redemption.id, row.id)).for("no key update");
    if (locked?.state !== "credited") return { state: locked?.state ?? row.state };
    const releaseIntentId = await enqueue(tx, {
      kind: "reserve.release",
      businessKey: `reserve:release:${row.releaseId}`,
      sender: "issuer",
      to: deployment.contracts.reserveRegistry,
      data: encodeFunctionData({
        abi: reserveRegistryAbi,
        functionName: "release",
        args: [release.releaseId, release.positionIds, release.amounts, custodianSignature],
      }),
      requestId: row.requestId,
    });
    await tx
      .update(redemption)
      .set({ state: "releasing", custodianSignature, releaseIntentId })
      .where(eq(redemption.id, row.id));
    await recordAudit(tx, ctx, {
      command: "release-reserve",
      subject: `redemption:${row.id}`,
      permission: "reserve:release",
      detail: { releaseId: release.releaseId, positions: parts.length },
    });
    return { state: "releasing" };
  });
}
