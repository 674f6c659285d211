import { sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { approval } from "@/db/schema/control";
import { type ApprovalKind, type ApprovalPayload, approvalHours, payloadHash } from "@/lib/approvals/payload";
import { actorName, type CommandContext } from "@/lib/auth/actor";

/** Asks for a second person, inside the command that needs one; that command has checked the permission. */
export async function submitApproval(
  tx: Tx,
  ctx: CommandContext,
  request: { kind: ApprovalKind; subject: string; payload: ApprovalPayload },
): Promise<string> {
  const [row] = await tx
    .insert(approval)
    .values({
      ...request,
      payloadHash: payloadHash(request),
      submittedBy: actorName(ctx.actor),
      expiresAt: sql`bank.now() + make_interval(hours => ${approvalHours})`,
      requestId: ctx.requestId,
    })
    .returning({ id: approval.id });
  return (row as { id: string }).id;
}
