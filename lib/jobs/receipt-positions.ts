import { receiptPosition } from "@/lib/collateral/commands/receipt-position";
import { collateralWork } from "@/lib/collateral/queries";
import { eachOnItsOwn } from "@/lib/jobs/each-on-its-own";
import type { Job } from "@/lib/jobs/job";

/** Takes requested conversions to custodian and valuer, and on to the chain. */
export const receiptPositions: Job = {
  name: "receipt-positions",
  everySeconds: 2,
  async run({ db, custodian, valuer, deployment }, ctx) {
    const { toReceipt } = await collateralWork(db);
    await eachOnItsOwn(toReceipt, (one) => receiptPosition(ctx, one, { custodian, valuer, deployment }));
  },
};
