import { prepareBatch } from "@/lib/epochs/commands/prepare-batch";
import type { Job } from "@/lib/jobs/job";

/** What has been sealed is written down for the next batch at once, so that a large epoch does not wait for it. */
export const prepareNextBatch: Job = {
  name: "prepare-batch",
  everySeconds: 5,
  async run({ deployment, batchFolder }, ctx) {
    await prepareBatch(ctx, { chainId: deployment.chainId, folder: batchFolder });
  },
};
