import { stakingAbi } from "@/lib/chain/abi";
import { clearBatches } from "@/lib/epochs/commands/clear-batches";
import { keepPaths } from "@/lib/epochs/commands/keep-paths";
import type { Job } from "@/lib/jobs/job";

/** Batches go once nobody can be held to them any more. */
export const clearOldBatches: Job = {
  name: "clear-batches",
  everySeconds: 600,
  async run({ client, deployment, batchFolder }, ctx) {
    const unbondingSeconds = await client.readContract({
      address: deployment.contracts.staking,
      abi: stakingAbi,
      functionName: "unbondingSeconds",
    });
    // what customers prove from is taken out of them first
    for (let made = 1; made > 0; ) {
      const kept = await keepPaths(ctx, { folder: batchFolder });
      if (kept === "under_way") return;
      made = kept.made.length;
    }
    await clearBatches(ctx, {
      chainId: deployment.chainId,
      folder: batchFolder,
      slashableSeconds: Number(unbondingSeconds),
    });
  },
};
