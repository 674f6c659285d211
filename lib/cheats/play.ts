import type { PublicClient } from "viem";
import type { Tx } from "@/db/client";
import type { cheat } from "@/db/schema/cheats";
import type { CommandContext } from "@/lib/auth/actor";
import type { Deployment } from "@/lib/chain/addresses";

export type Cheat = typeof cheat.$inferSelect;

export interface CheatTools {
  client: PublicClient;
  deployment: Deployment;
}

export interface Done {
  amountMicros?: bigint;
  /** what everybody may read of it */
  told: Record<string, string>;
  /** what undoing it needs */
  kept: Record<string, string>;
}

/** One way to cheat. `play` and `undo` each run in the transaction that writes down that it was done. */
export interface Way {
  amountMicros: bigint;
  /** what an honest bank does first, so that there is something to falsify; safe to call again and again */
  prepare?(ctx: CommandContext, cheat: Cheat, tools: CheatTools): Promise<void>;
  /** undefined: not possible yet */
  play(tx: Tx, cheat: Cheat, ctx: CommandContext): Promise<Done | undefined>;
  undo(tx: Tx, cheat: Cheat, ctx: CommandContext): Promise<void>;
}
