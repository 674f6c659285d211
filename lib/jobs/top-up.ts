import { eq } from "drizzle-orm";
import { wallet as walletTable } from "@/db/schema/customers";
import type { Job } from "@/lib/jobs/job";
import { grantNetworkCoin } from "@/lib/staking/commands/grant-network-coin";

/** Gives verified wallets the little coin that network steps cost, so that nobody needs to know what gas is. */
export const topUp: Job = {
  name: "top-up",
  everySeconds: 3,
  async run({ db, client, deployment }, ctx) {
    const wallets = await db
      .select({ id: walletTable.id })
      .from(walletTable)
      .where(eq(walletTable.status, "verified"));
    for (const { id } of wallets) await grantNetworkCoin(ctx, { walletId: id, client, deployment });
  },
};
