import { eq, inArray, sql } from "drizzle-orm";
import { type SwitchName, switches } from "@/db/schema/installation";
import { recordAudit } from "@/lib/audit/record";
import { actorName, type CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";

/** What "stop" always means (DECISIONS 37): minting and the bank's own chain effects; exits go on. */
const stopped: SwitchName[] = ["mint", "issue", "payout"];

/** Switches minting and the bank's own chain effects off until people have looked. Safe to call again. */
export async function haltChainEffects(ctx: CommandContext, input: { reason: string }): Promise<void> {
  requirePermission(ctx.actor, "switch:set");
  await ctx.db.transaction(async (tx) => {
    const on = await tx
      .select({ name: switches.name })
      .from(switches)
      .where(eq(switches.isOn, true))
      .for("update");
    const names = on.map((row) => row.name).filter((name) => stopped.includes(name));
    if (names.length === 0) return;
    await tx
      .update(switches)
      .set({
        isOn: false,
        reason: input.reason.slice(0, 500),
        changedBy: actorName(ctx.actor),
        changedAt: sql`bank.now()`,
      })
      .where(inArray(switches.name, names));
    await recordAudit(tx, ctx, {
      command: "haltChainEffects",
      subject: `switches:${names.join(",")}`,
      permission: "switch:set",
      detail: { reason: input.reason.slice(0, 500) },
    });
  });
}
