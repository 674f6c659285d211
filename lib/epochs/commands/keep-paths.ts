import { existsSync, statSync } from "node:fs";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { clearPaths, pathsOf, writePaths } from "@/lib/epochs/proofs/paths-file";
import { finalBatches } from "@/lib/epochs/proofs/queries";

/** Paths may be as large as their batch: the newest are always kept, older ones while there is room. */
const mostBytes = 1 << 30;
const atOnce = 10;

/** Prepares what customers' proofs are read from, newest final epoch first, and clears what is no longer kept. */
export async function keepPaths(
  ctx: CommandContext,
  input: { folder: string; mostBytes?: number },
): Promise<{ made: bigint[]; removed: number }> {
  requirePermission(ctx.actor, "epoch:propose");
  const { folder } = input;
  const made: bigint[] = [];
  const kept = new Set<string>();
  let room = input.mostBytes ?? mostBytes;
  for (const { number, path } of await finalBatches(ctx.db, folder)) {
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
