import { z } from "zod";
import { cheat, cheatKinds } from "@/db/schema/cheats";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { ways } from "@/lib/cheats/commands/step-cheat";
import { AppError } from "@/lib/errors";

const shape = z.strictObject({ kind: z.enum(cheatKinds) });

/** Writes down that somebody wants to cheat, before anything is done. While another cheat is not mended it stays as it is. */
export async function beginCheat(ctx: CommandContext, raw: unknown): Promise<{ begun: boolean }> {
  requirePermission(ctx.actor, "cheat:play");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { kind } = parsed.data;
  const begun = await inTransaction(ctx.db, async (tx) => {
    const [made] = await tx
      .insert(cheat)
      .values({ kind, amountMicros: ways[kind].amountMicros })
      .onConflictDoNothing()
      .returning({ id: cheat.id });
    if (!made) return false;
    await recordAudit(tx, ctx, {
      command: "begin-cheat",
      subject: `cheat:${made.id}`,
      permission: "cheat:play",
      detail: { kind },
    });
    return true;
  });
  return { begun };
}
