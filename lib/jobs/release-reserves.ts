import { refundIssuance } from "@/lib/collateral/commands/refund-issuance";
import { releaseReserve } from "@/lib/collateral/commands/release-reserve";
import { collateralWork } from "@/lib/collateral/queries";
import { eachOnItsOwn } from "@/lib/jobs/each-on-its-own";
import type { Job } from "@/lib/jobs/job";

/** Gives reserves back for redeemed tokens, and dollars back for conversions that the chain refused. */
export const releaseReserves: Job = {
  name: "release-reserves",
  everySeconds: 5,
  async run({ db, custodian, deployment }, ctx) {
    const { toRelease, toRefund } = await collateralWork(db);
    await eachOnItsOwn(toRelease, (one) => releaseReserve(ctx, one, { custodian, deployment }));
    await eachOnItsOwn(toRefund, (one) => refundIssuance(ctx, one, { custodian, deployment }));
  },
};
