import { stakingAbi } from "@/lib/chain/abi";
import { clearBatches } from "@/lib/epochs/commands/clear-batches";
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
    await clearBatches(ctx, {
      chainId: deployment.chainId,
      folder: batchFolder,
      slashableSeconds: Number(unbondingSeconds),
    });
  },
};
