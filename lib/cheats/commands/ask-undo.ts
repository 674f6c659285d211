import { and, isNull } from "drizzle-orm";
import { bankNow } from "@/db/columns";
import { cheat } from "@/db/schema/cheats";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";

/** Has the open cheat undone. Asked twice it is asked once; without one there is nothing to undo. */
export async function askUndo(ctx: CommandContext): Promise<{ asked: boolean }> {
  requirePermission(ctx.actor, "cheat:play");
  return await inTransaction(ctx.db, async (tx) => {
    const [row] = await tx
      .update(cheat)
      .set({ undoAskedAt: bankNow })
      .where(and(isNull(cheat.mendedAt), isNull(cheat.undoAskedAt)))
      .returning({ id: cheat.id, kind: cheat.kind });
    if (!row) return { asked: false };
    await recordAudit(tx, ctx, {
      command: "ask-undo",
      subject: `cheat:${row.id}`,
      permission: "cheat:play",
      detail: { kind: row.kind },
    });
    return { asked: true };
  });
}
