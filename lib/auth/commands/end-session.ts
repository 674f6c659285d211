import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { actorName } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { revokeSessions } from "@/lib/auth/session";

/** Ends the caller's own session, or with the permission for it every session of somebody else. */
export async function endSession(
  ctx: CommandContext,
  which: "own" | { profileId: string } | { staffId: string },
): Promise<{ ended: number }> {
  const permission = which === "own" ? "session:revoke_own" : "session:revoke";
  requirePermission(ctx.actor, permission);
  return inTransaction(ctx.db, async (tx) => {
    const by = actorName(ctx.actor);
    const target = which === "own" ? { sessionId: ownSession(ctx) } : which;
    const ended = await revokeSessions(tx, target, by);
    await recordAudit(tx, ctx, {
      command: "end-session",
      subject: Object.entries(target).flat().join(":"),
      permission,
      detail: { ended },
    });
    return { ended };
  });
}

function ownSession({ actor }: CommandContext): string {
  if (actor.kind === "customer" || actor.kind === "staff") return actor.sessionId;
  throw new Error("only a signed-in actor has a session of its own");
}
