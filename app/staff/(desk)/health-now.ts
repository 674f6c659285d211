import { cache } from "react";
import type { CommandContext } from "@/lib/auth/actor";
import { pageContext } from "@/lib/auth/page";
import { briefly } from "@/lib/chain/briefly";
import {
  chainNow,
  deskCounts,
  epochsNow,
  heartbeatsNow,
  jobsNow,
  outboxNow,
  reconciliationNow,
} from "@/lib/operations/queries";

/** Layout and page show the same counts, read once a request. */
export const deskCountsNow = cache(async () => deskCounts(await pageContext()));

/** One look for every desk that asks within a second; each who asks has shown that they may read operations. */
export const healthNow = briefly(1_000, async (ctx: CommandContext) => {
  const [outbox, chain, jobs, heartbeats, [epoch], reconciliation] = await Promise.all([
    outboxNow(ctx),
    chainNow(ctx),
    jobsNow(ctx),
    heartbeatsNow(ctx),
    epochsNow(ctx, 1),
    reconciliationNow(ctx),
  ]);
  return { outbox, chain, jobs, heartbeats, epoch, reconciliation };
});
