import { desc, eq } from "drizzle-orm";
import { z } from "zod";
import type { Tx } from "@/db/client";
import { bankNow } from "@/db/columns";
import { reconciliation } from "@/db/schema/control";
import { switches, switchNames } from "@/db/schema/installation";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import { actorName, type CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";

const shape = z.strictObject({
  name: z.enum(switchNames),
  isOn: z.boolean(),
  reason: z.string().trim().min(3).max(500),
});

/** final blocks that an indexer which is level may still have to read */
const blocksBehind = 5n;

/** What was sent since a backup is on the chain alone: books that were not compared since would send it again. */
async function requireCompared(tx: Tx, since: Date): Promise<void> {
  const [last] = await tx.select().from(reconciliation).orderBy(desc(reconciliation.id)).limit(1);
  if (!last || last.at <= since || last.outcome !== "equal") throw new AppError("not_compared");
  // equal at an old block says nothing of what the chain has done since
  if (last.finalBlock === null || last.finalBlock - last.blockNumber > blocksBehind)
    throw new AppError("not_compared");
}

/** Turns one of the bank's services off or on; commands read it inside their own transaction. */
export async function setSwitch(ctx: CommandContext, raw: unknown): Promise<void> {
  requirePermission(ctx.actor, "switch:set");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { name, isOn, reason } = parsed.data;
  await inTransaction(ctx.db, async (tx) => {
    const [before] = await tx.select().from(switches).where(eq(switches.name, name)).for("no key update");
    if (!before) throw new AppError("not_found");
    if (name === "send" && isOn) await requireCompared(tx, before.changedAt);
    await tx
      .update(switches)
      .set({ isOn, reason, changedBy: actorName(ctx.actor), changedAt: bankNow })
      .where(eq(switches.name, name));
    await recordAudit(tx, ctx, {
      command: "set-switch",
      subject: `switch:${name}`,
      permission: "switch:set",
      detail: { from: before.isOn, to: isOn, reason },
    });
  });
}
