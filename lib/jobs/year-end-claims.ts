import type { Job } from "@/lib/jobs/job";
import { pushClaims } from "@/lib/rewards/commands/push-claims";
import { claimRoundAt } from "@/lib/rewards/year-end";
import { activeProfile, bankTime } from "@/lib/state-profile/queries";

/** Claims for everybody before the tax year ends. A clock that jumps over a year's end halts there for it (time-machine.ts). */
export const yearEndClaims: Job = {
  name: "year-end-claims",
  everySeconds: 60,
  async run({ db, client, deployment }, ctx) {
    const due = claimRoundAt(await bankTime(db), activeProfile().timeZone);
    if (due) await pushClaims(ctx, { ...due, client, deployment });
  },
};
