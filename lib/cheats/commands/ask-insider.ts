import { z } from "zod";
import { cheatKinds } from "@/db/schema/cheats";
import type { CommandContext } from "@/lib/auth/actor";
import { countAttempt } from "@/lib/auth/attempts";
import { canCheat } from "@/lib/cheats/queries";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { liveInsider } from "@/lib/vendors/insider/live";

const asked = z.enum(cheatKinds);
/** enough to play all day; a script that presses without end is stopped */
const perBank = { attempts: 60, windowMinutes: 10 };

/**
 * Passes a visitor's wish on to the demo's insider. Anybody who looks may press: it is what the demo is for, nothing is to
 * be gained by it, one cheat is open at a time and everybody can undo it.
 * Refuses: any bank without an insider, and more presses than people make.
 */
export async function askInsider(
  ctx: CommandContext,
  wish: { kind: string } | "undo",
): Promise<{ isTaken: boolean }> {
  if (!canCheat()) throw new AppError("not_found");
  await countAttempt(ctx.db, "cheat", perBank);
  const kind = wish === "undo" ? undefined : asked.safeParse(wish.kind);
  if (kind && !kind.success) throw new AppError("invalid_input");
  const insider = liveInsider({ url: env.insiderUrl ?? "", token: env.standinToken });
  const { requestId } = ctx;
  if (!kind) return { isTaken: (await insider.undo({ requestId })).asked };
  return { isTaken: (await insider.cheat({ kind: kind.data, requestId })).begun };
}
