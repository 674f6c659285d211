import { and, eq, sql } from "drizzle-orm";
import { approval } from "@/db/schema/control";
import { inTransaction } from "@/db/transaction";
import { approvalKinds } from "@/lib/approvals/kinds";
import type { ApprovalKind, ApprovalPayload } from "@/lib/approvals/payload";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";

/** Ends requests that nobody decided in time, and undoes what waited for them. Safe to run twice. */
export async function expireApprovals(ctx: CommandContext): Promise<number> {
  requirePermission(ctx.actor, "issuance:settle");
  return inTransaction(ctx.db, async (tx) => {
    const late = await tx
      .update(approval)
      .set({ state: "expired" })
      .where(and(eq(approval.state, "submitted"), sql`${approval.expiresAt} <= bank.now()`))
      .returning();
    for (const row of late) {
      await approvalKinds[row.kind as ApprovalKind].refuse(tx, ctx, row.payload as ApprovalPayload);
      await recordAudit(tx, ctx, {
        command: "expire-approvals",
        subject: `approval:${row.id}`,
        permission: "issuance:settle",
      });
    }
    return late.length;
  });
}
