import type { Job } from "@/lib/jobs/job";
import { pushClaims } from "@/lib/rewards/commands/push-claims";
import { activeProfile, bankTime } from "@/lib/state-profile/queries";
import { civilDateIn } from "@/lib/time/civil-date";

const lastHour = 60 * 60 * 1000;

/** On 31 December, by the bank's own calendar, books everything claimable into the ending tax year; once more in its last hour. */
export const yearEndClaims: Job = {
  name: "year-end-claims",
  everySeconds: 60,
  async run({ db, client, deployment }, ctx) {
    const now = await bankTime(db);
    const { timeZone } = activeProfile();
    const today = civilDateIn(now, timeZone);
    if (!today.endsWith("-12-31")) return;
    const isLastHour = civilDateIn(new Date(now.getTime() + lastHour), timeZone) !== today;
    await pushClaims(ctx, {
      taxYear: Number(today.slice(0, 4)),
      round: isLastHour ? "last hour" : "day",
      client,
      deployment,
    });
  },
};
