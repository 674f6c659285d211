import { keepPaths } from "@/lib/epochs/commands/keep-paths";
import type { Job } from "@/lib/jobs/job";

/** Customers can prove that they are counted soon after an epoch is final. */
export const keepPathsReady: Job = {
  name: "keep-paths",
  everySeconds: 3,
  async run({ batchFolder }, ctx) {
    await keepPaths(ctx, { folder: batchFolder });
  },
};
