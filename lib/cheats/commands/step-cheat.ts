import { eq, isNull, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { bankNow } from "@/db/columns";
import { type CheatKind, cheat as cheatTable } from "@/db/schema/cheats";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { editBalance } from "@/lib/cheats/commands/edit-balance";
import { leaveOutDeposit } from "@/lib/cheats/commands/leave-out-deposit";
import { mendBooks } from "@/lib/cheats/commands/mend-books";
import { mintInBooks } from "@/lib/cheats/commands/mint-in-books";
import { shortenTax } from "@/lib/cheats/commands/shorten-tax";
import type { Cheat, CheatTools, Way } from "@/lib/cheats/play";
import { oneBuildAtATime } from "@/lib/epochs/commands/build-batch";

export const ways: Readonly<Record<CheatKind, Way>> = {
  balance: editBalance,
  deposit: leaveOutDeposit,
  mint: mintInBooks,
  tax: shortenTax,
};

/** The newest proposal there is: what is done now shows in a later one. */
const newestProposal = sql`(SELECT coalesce(max(proposed_block), 0) FROM chain.epoch)`;

/**
 * One step of the open cheat: done, undone, or mended. What is done and that it is done is one transaction, so that whoever
 * is killed in the middle has done either all of a step or nothing; each step may be asked for again.
 */
export async function stepCheat(
  ctx: CommandContext,
  tools: CheatTools,
): Promise<"idle" | "waiting" | "moved"> {
  requirePermission(ctx.actor, "cheat:play");
  const [open] = await ctx.db.select().from(cheatTable).where(isNull(cheatTable.mendedAt));
  if (!open) return "idle";
  if (!open.undoAskedAt) {
    if (open.doneAt) return "idle";
    await ways[open.kind].prepare?.(ctx, open, tools);
    return (await within(ctx, open.id, play)) ? "moved" : "waiting";
  }
  if (!open.undoneAt) return (await within(ctx, open.id, undo)) ? "moved" : "waiting";
  return (await mendBooks(ctx, open, tools)) ? "moved" : "waiting";
}

/** While a batch is being built out of an older snapshot nothing is changed under it. */
async function within(
  ctx: CommandContext,
  id: string,
  work: (tx: Tx, cheat: Cheat, ctx: CommandContext) => Promise<boolean>,
): Promise<boolean> {
  const moved = await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`SET LOCAL lock_timeout = '3s'`);
    const { rows } = await tx.execute<{ mine: boolean }>(
      sql`SELECT pg_try_advisory_xact_lock(${oneBuildAtATime}) AS mine`,
    );
    const [cheat] = await tx.select().from(cheatTable).where(eq(cheatTable.id, id)).for("update");
    return rows[0]?.mine === true && cheat !== undefined && (await work(tx, cheat, ctx));
  });
  return moved;
}

async function play(tx: Tx, cheat: Cheat, ctx: CommandContext): Promise<boolean> {
  if (cheat.doneAt || cheat.undoAskedAt) return false;
  const done = await ways[cheat.kind].play(tx, cheat, ctx);
  if (!done) return false;
  const amountMicros = done.amountMicros ?? cheat.amountMicros;
  await tx
    .update(cheatTable)
    .set({ doneAt: bankNow, doneBlock: newestProposal, amountMicros, told: done.told, kept: done.kept })
    .where(eq(cheatTable.id, cheat.id));
  await recordAudit(tx, ctx, {
    command: "play-cheat",
    subject: `cheat:${cheat.id}`,
    permission: "cheat:play",
    detail: { kind: cheat.kind, amountMicros: amountMicros.toString() },
  });
  return true;
}

async function undo(tx: Tx, cheat: Cheat, ctx: CommandContext): Promise<boolean> {
  if (cheat.undoneAt) return false;
  if (cheat.doneAt) await ways[cheat.kind].undo(tx, cheat, ctx);
  await tx
    .update(cheatTable)
    .set({ undoneAt: bankNow, undoneBlock: newestProposal, undoneXact: sql`pg_current_xact_id()` })
    .where(eq(cheatTable.id, cheat.id));
  await recordAudit(tx, ctx, {
    command: "undo-cheat",
    subject: `cheat:${cheat.id}`,
    permission: "cheat:play",
    detail: { kind: cheat.kind, wasDone: cheat.doneAt !== null },
  });
  return true;
}
