import { rmSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { filesIn } from "@/lib/epochs/build/batch-file";
import { bankTime } from "@/lib/state-profile/queries";

/**
 * Takes away the files of batches that nobody will ask for again, and answers how many. Kept: everything newer than the last
 * final epoch, that one itself, which the next is held against, and those of final epochs for as long as a bond can still be
 * slashed for what stands in them. The row with its roots and totals stays for good.
 */
export async function clearBatches(
  ctx: CommandContext,
  input: { chainId: number; folder: string; slashableSeconds: number },
): Promise<number> {
  requirePermission(ctx.actor, "epoch:propose");
  const since = new Date((await bankTime(ctx.db)).getTime() - input.slashableSeconds * 1000);
  const { rows } = await ctx.db.execute<{ file: string }>(sql`
    WITH final AS (
      SELECT number, entries_root, final_at FROM chain.epoch WHERE chain_id = ${input.chainId} AND state = 'final'
    ), last AS (SELECT max(number) AS number FROM final)
    SELECT b.file FROM chain.epoch_batch b CROSS JOIN last
    LEFT JOIN final f ON f.number = b.number AND f.entries_root = b.entries_root
    WHERE b.chain_id = ${input.chainId} AND b.number <= last.number AND b.number < CASE
      WHEN f.number IS NULL THEN last.number + 1 WHEN f.final_at < ${since} THEN last.number ELSE 0 END`);
  const kept = filesIn(input.folder);
  const gone = rows.filter(({ file }) => kept.has(file));
  for (const { file } of gone) rmSync(join(input.folder, file), { force: true });
  return gone.length;
}
