import { and, eq, inArray } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { collateralPosition, issuance } from "@/db/schema/collateral";
import { notification } from "@/db/schema/customers";
import type { ApprovalPayload } from "@/lib/approvals/payload";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";
import { post } from "@/lib/ledger/posting";
import { conversionRefunded } from "@/lib/ledger/recipes/conversion-refunded";

/** A conversion that never reached the chain ends: the dollars go back, the position is cancelled. */
export async function refuseIssuance(tx: Tx, ctx: CommandContext, payload: ApprovalPayload): Promise<void> {
  const [row] = await tx
    .select()
    .from(issuance)
    .where(
      and(
        eq(issuance.id, String(payload.issuanceId)),
        inArray(issuance.state, ["awaiting_approval", "requested"]),
      ),
    )
    .for("no key update");
  if (!row) throw new AppError("conflict");
  await post(tx, {
    ...conversionRefunded(row.id),
    actor: ctx.actor,
    requestId: ctx.requestId,
  });
  await tx
    .update(issuance)
    .set({ state: "refunded", refundReason: "not_approved" })
    .where(eq(issuance.id, row.id));
  await tx
    .update(collateralPosition)
    .set({ state: "cancelled" })
    .where(eq(collateralPosition.id, row.positionRowId));
  await tx
    .insert(notification)
    .values({ profileId: row.profileId, kind: "conversion_refunded", requestId: row.requestId });
  await recordAudit(tx, ctx, {
    command: "refuse-issuance",
    subject: `issuance:${row.id}`,
    permission: ctx.actor.kind === "system" ? "issuance:settle" : "approval:decide",
  });
}
