import { eq } from "drizzle-orm";
import { z } from "zod";
import { bankNow } from "@/db/columns";
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

/** Turns one of the bank's services off or on; commands read it inside their own transaction. */
export async function setSwitch(ctx: CommandContext, raw: unknown): Promise<void> {
  requirePermission(ctx.actor, "switch:set");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { name, isOn, reason } = parsed.data;
  await inTransaction(ctx.db, async (tx) => {
    const [before] = await tx.select().from(switches).where(eq(switches.name, name)).for("no key update");
    if (!before) throw new AppError("not_found");
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
