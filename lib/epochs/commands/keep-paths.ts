import { existsSync, statSync } from "node:fs";
import { sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { unhurried } from "@/lib/epochs/commands/build-batch";
import { clearPaths, pathsOf, writePaths } from "@/lib/epochs/proofs/paths-file";
import { finalBatches } from "@/lib/epochs/proofs/queries";

/** Paths may be as large as their batch: the newest are always kept, older ones while there is room. */
const mostBytes = 1 << 30;
const atOnce = 10;
const oneAtATime = 7_465_016;

export type KeptPaths = { made: bigint[]; removed: number } | "under_way";

/**
 * Prepares what customers' proofs are read from, newest final epoch first, and clears what is no longer kept. One at a time:
 * two would write into one file.
 */
export async function keepPaths(
  ctx: CommandContext,
  input: { folder: string; mostBytes?: number },
): Promise<KeptPaths> {
  requirePermission(ctx.actor, "epoch:propose");
  return await ctx.db.transaction(
    async (tx) => {
      await unhurried(tx);
      const { rows } = await tx.execute<{ mine: boolean }>(
        sql`SELECT pg_try_advisory_xact_lock(${oneAtATime}) AS mine`,
      );
      return rows[0]?.mine ? await keep(tx, input) : "under_way";
    },
    { accessMode: "read only" },
  );
}

async function keep(
  tx: Tx,
  input: { folder: string; mostBytes?: number },
): Promise<Exclude<KeptPaths, "under_way">> {
  const { folder } = input;
  const made: bigint[] = [];
  const kept = new Set<string>();
  let room = input.mostBytes ?? mostBytes;
  for (const { number, path } of await finalBatches(tx, folder)) {
    if (room <= 0) break;
    if (!existsSync(pathsOf(path))) {
      // a batch that was cleared away cannot be proved from, and is no reason to stop
      if (made.length >= atOnce || !existsSync(path)) continue;
      await writePaths(path);
      made.push(number);
    }
    kept.add(pathsOf(path));
    room -= statSync(pathsOf(path)).size;
  }
  return { made, removed: clearPaths(folder, kept) };
}
