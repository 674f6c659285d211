import { sql } from "drizzle-orm";
import type { Job } from "@/lib/jobs/job";
import { expireHolds } from "@/lib/ledger/commands/expire-holds";

/** Holds beyond their time end, and accounts that have moved much get a checkpoint. */
export const keepLedger: Job = {
  name: "keep-ledger",
  everySeconds: 5,
  async run({ db }, ctx) {
    await expireHolds(ctx);
    // customers' rows carry their own totals; their checkpoints serve only the past, and may come later
    const withCustomers = new Date().getSeconds() < 5;
    await db.execute(sql`SELECT ledger.make_checkpoints(${withCustomers})`);
  },
};
