import type { Tx } from "@/db/client";
import { auditRow } from "@/db/schema/control";
import { actorName, type CommandContext } from "@/lib/auth/actor";
import type { Permission } from "@/lib/auth/permissions";

type Detail = Record<string, string | number | boolean | null>;

/** One row for every write, in the write's own transaction. No personal data in detail. */
export async function recordAudit(
  tx: Tx,
  ctx: Pick<CommandContext, "actor" | "requestId">,
  row: { command: string; subject: string; permission: Permission; detail?: Detail },
): Promise<void> {
  await tx.insert(auditRow).values({ ...row, actor: actorName(ctx.actor), requestId: ctx.requestId });
}
