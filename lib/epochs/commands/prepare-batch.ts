import { sql } from "drizzle-orm";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { clearPrepared, prepareSeals } from "@/lib/epochs/build/prepared-seals";
import { lastFinal } from "@/lib/epochs/build/queries";
import { oneBuildAtATime, unhurried } from "@/lib/epochs/commands/build-batch";
import { sealCount } from "@/lib/ledger/seal/queries";

/** Writes down what the next batch needs of the seals that have come, and answers how many there were. */
export async function prepareBatch(
  ctx: CommandContext,
  { chainId, folder }: { chainId: number; folder: string },
): Promise<number> {
  requirePermission(ctx.actor, "epoch:propose");
  return await ctx.db.transaction(
    async (tx) => {
      await unhurried(tx);
      const { rows } = await tx.execute<{ mine: boolean }>(
        sql`SELECT pg_try_advisory_xact_lock(${oneBuildAtATime}) AS mine`,
      );
      if (!rows[0]?.mine) return 0;
      const last = await lastFinal(tx, chainId);
      const from = last?.manifest?.seal ?? 0n;
      clearPrepared(folder, from);
      return await prepareSeals(tx, { folder, from, to: await sealCount(tx) });
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}
