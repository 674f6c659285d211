import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { bankNow } from "@/db/columns";
import { approval } from "@/db/schema/control";
import { inTransaction } from "@/db/transaction";
import { approvalKinds } from "@/lib/approvals/kinds";
import { type ApprovalKind, type ApprovalPayload, payloadHash } from "@/lib/approvals/payload";
import { recordAudit } from "@/lib/audit/record";
import { actorName, type CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";

const shape = z.strictObject({
  approvalId: z.uuid(),
  decision: z.enum(["approve", "refuse"]),
  /** the hash of what was on the screen */
  seenHash: z.string().regex(/^0x[0-9a-f]{64}$/),
  reason: z.string().trim().max(500).optional(),
});

/** The second person decides, and what was asked for happens in the same transaction, or not at all. */
export async function decideApproval(
  ctx: CommandContext,
  raw: unknown,
): Promise<{ state: "approved" | "refused" }> {
  requirePermission(ctx.actor, "approval:decide");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { approvalId, decision, seenHash, reason } = parsed.data;
  const state = decision === "approve" ? "approved" : "refused";

  return inTransaction(ctx.db, async (tx) => {
    const [row] = await tx
      .select({ approval, isLate: sql<boolean>`${approval.expiresAt} <= bank.now()` })
      .from(approval)
      .where(eq(approval.id, approvalId))
      .for("no key update");
    if (!row) throw new AppError("not_found");
    const asked = row.approval;
    if (asked.state !== "submitted") throw new AppError("approval_decided");
    if (asked.submittedBy === actorName(ctx.actor)) throw new AppError("approval_same_person");
    if (row.isLate) throw new AppError("approval_expired");
    const payload = asked.payload as ApprovalPayload;
    const hash = payloadHash({ kind: asked.kind, subject: asked.subject, payload });
    if (hash !== asked.payloadHash || hash !== seenHash) throw new AppError("approval_changed");

    await tx
      .update(approval)
      .set({ state, decidedBy: actorName(ctx.actor), decidedAt: bankNow, reason: reason || null })
      .where(eq(approval.id, approvalId));
    await approvalKinds[asked.kind as ApprovalKind][decision](tx, ctx, payload);
    await recordAudit(tx, ctx, {
      command: "decide-approval",
      subject: `approval:${approvalId}`,
      permission: "approval:decide",
      detail: { decision, kind: asked.kind, about: asked.subject, payloadHash: hash },
    });
    return { state };
  });
}
