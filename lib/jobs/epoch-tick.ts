import { finalizeEpoch } from "@/lib/epochs/commands/finalize-epoch";
import { haltWhenRefused } from "@/lib/epochs/commands/halt-when-refused";
import { openCanary } from "@/lib/epochs/commands/open-canary";
import { proposeEpoch } from "@/lib/epochs/commands/propose-epoch";
import { AppError } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";
import type { Job } from "@/lib/jobs/job";
import { bankTime } from "@/lib/state-profile/queries";

/** Finishes the open epoch when the validators have signed, and proposes the next when its time has come. */
export const epochTick: Job = {
  name: "epoch-tick",
  everySeconds: 2,
  async run(tools, ctx) {
    const now = await bankTime(tools.db);
    await finalizeEpoch(ctx, { ...tools, now });
    failpoint("epoch.finalize-committed");
    await openCanary(ctx, tools);
    await haltWhenRefused(ctx, tools);
    try {
      await proposeEpoch(ctx, { ...tools, now });
      failpoint("epoch.proposal-committed");
    } catch (error) {
      // switched off: epochs wait, exits go on
      if (!(error instanceof AppError)) throw error;
    }
  },
};
