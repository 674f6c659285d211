import { and, eq, gte, inArray, sql } from "drizzle-orm";
import { bankNow } from "@/db/columns";
import { cheat as cheatTable } from "@/db/schema/cheats";
import { switches } from "@/db/schema/installation";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import type { Cheat, CheatTools } from "@/lib/cheats/play";
import { reconcile } from "@/lib/reconciliation/commands/reconcile";
import { setSwitch } from "@/lib/switches/commands/set-switch";

/** Who turns switches off when books are wrong (lib/jobs); what a person turned off stays off. */
const halting = ["system:reconcile-books", "system:epoch-tick", "system:insider"];

/**
 * After the undo: once what was undone is sealed and the books compare equal, the switches that the cheat cost are turned
 * on again, each with its audit row; mended is what the validators have signed again.
 */
export async function mendBooks(ctx: CommandContext, cheat: Cheat, tools: CheatTools): Promise<boolean> {
  // an epoch of the same seal would be shown the batch that was refused
  const { rows } = await ctx.db.execute<{ sealed: boolean; final: string | null }>(sql`
    SELECT EXISTS (SELECT FROM ledger.seal WHERE to_xact > ${cheat.undoneXact}::xid8) AS sealed,
      (SELECT min(number)::text FROM chain.epoch WHERE state = 'final' AND proposed_block > ${cheat.undoneBlock?.toString()}::bigint) AS final`);
  const [now] = rows;
  if (!now?.sealed) return false;
  const off = await ctx.db
    .select({ name: switches.name })
    .from(switches)
    .where(
      and(
        eq(switches.isOn, false),
        inArray(switches.changedBy, halting),
        gte(switches.changedAt, cheat.begunAt),
      ),
    );
  if (!cheat.equalAt || off.length > 0) {
    const compared = await reconcile(ctx, tools);
    if (compared?.outcome !== "equal") return false;
    await ctx.db.update(cheatTable).set({ equalAt: bankNow }).where(eq(cheatTable.id, cheat.id));
    for (const { name } of off)
      await setSwitch(ctx, {
        name,
        isOn: true,
        reason: `The cheat was undone, and the books compare equal at block ${compared.blockNumber}.`,
      });
    return true;
  }
  if (!now.final) return false;
  await ctx.db.transaction(async (tx) => {
    await tx.update(cheatTable).set({ mendedAt: bankNow }).where(eq(cheatTable.id, cheat.id));
    await recordAudit(tx, ctx, {
      command: "mend-books",
      subject: `cheat:${cheat.id}`,
      permission: "cheat:play",
      detail: { kind: cheat.kind, finalEpoch: now.final },
    });
  });
  return true;
}
