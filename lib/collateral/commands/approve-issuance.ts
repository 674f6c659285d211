import { and, eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { issuance } from "@/db/schema/collateral";
import { wallet } from "@/db/schema/customers";
import type { ApprovalPayload } from "@/lib/approvals/payload";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { decide } from "@/lib/compliance/decide";
import { AppError } from "@/lib/errors";
import { requireOn } from "@/lib/switches/require";

/** The second person said yes: the conversion goes on, if it is still exactly what was asked for. */
export async function approveIssuance(tx: Tx, ctx: CommandContext, payload: ApprovalPayload): Promise<void> {
  const [row] = await tx
    .select()
    .from(issuance)
    .where(and(eq(issuance.id, String(payload.issuanceId)), eq(issuance.state, "awaiting_approval")))
    .for("no key update");
  if (!row) throw new AppError("conflict");
  const [holder] = await tx.select().from(wallet).where(eq(wallet.id, row.walletId));
  const same =
    row.profileId === payload.profileId &&
    holder?.address === payload.wallet &&
    row.grossMicros.toString() === payload.grossMicros &&
    row.feeMicros.toString() === payload.feeMicros;
  if (!same) throw new AppError("approval_changed");
  await requireOn(tx, "issue");
  await decide(tx, ctx, {
    command: "approve-issuance",
    profileId: row.profileId,
    amountMicros: row.grossMicros,
  });
  await tx.update(issuance).set({ state: "requested" }).where(eq(issuance.id, row.id));
  await recordAudit(tx, ctx, {
    command: "approve-issuance",
    subject: `issuance:${row.id}`,
    permission: "approval:decide",
  });
}
