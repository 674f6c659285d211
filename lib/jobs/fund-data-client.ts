import { and, eq, gt, inArray, sql } from "drizzle-orm";
import type { Address } from "viem";
import { issuance } from "@/db/schema/collateral";
import type { CommandContext } from "@/lib/auth/actor";
import { stateTokenAbi } from "@/lib/chain/abi";
import { convertDollars } from "@/lib/collateral/commands/convert-dollars";
import { env } from "@/lib/env";
import type { Job } from "@/lib/jobs/job";
import { microsPerDollar } from "@/lib/money/math";
import { dataClientFile } from "@/lib/processes/data-client-file";
import { readState } from "@/lib/processes/state-file";
import { bankTime } from "@/lib/state-profile/queries";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";
import { type DataClient, openDataClient } from "@/lib/validators/commands/open-data-client";

const belowMicros = 50n * microsPerDollar;
const topUpDollars = 500n;
const dayCapMicros = 5_000n * microsPerDollar;

/** Demo: keeps the data client able to pay, by the conversion that everybody makes, and never beyond its day's cap. */
export const fundDataClient: Job = {
  name: "fund-data-client",
  everySeconds: 5,
  isDemoOnly: true,
  async run({ db, client, deployment }, ctx) {
    const known = readState<{ address: Address }>(dataClientFile(env.home));
    if (!known) return;
    const now = await bankTime(db);
    const own = await openDataClient(ctx, { address: known.address, now, deployment });
    if (!own.isVerified) return;
    const balance = await client.readContract({
      address: deployment.contracts.stateToken,
      abi: stateTokenAbi,
      functionName: "balanceOf",
      args: [own.address],
    });
    if (balance < belowMicros) await convertOnce(ctx, own);
  },
};

async function convertOnce(ctx: CommandContext, own: DataClient): Promise<void> {
  const mine = eq(issuance.profileId, own.profileId);
  const [[open], [today], [all]] = await Promise.all([
    ctx.db
      .select({ n: sql<number>`count(*)::int` })
      .from(issuance)
      .where(
        and(mine, inArray(issuance.state, ["requested", "receipted", "submitted", "awaiting_approval"])),
      ),
    ctx.db
      .select({ micros: sql<string>`coalesce(sum(${issuance.grossMicros}), 0)` })
      .from(issuance)
      .where(and(mine, gt(issuance.requestedAt, sql`bank.now() - interval '1 day'`))),
    ctx.db.select({ n: sql<number>`count(*)::int` }).from(issuance).where(mine),
  ]);
  const askedMicros = BigInt(today?.micros ?? 0) + topUpDollars * microsPerDollar;
  if (open?.n !== 0 || askedMicros > dayCapMicros) return;
  // its n-th top-up: asked twice at once, it is one
  const clientKey = `data-client-top-up:${(all?.n ?? 0) + 1}`;
  const asCustomer: CommandContext = {
    ...ctx,
    actor: { kind: "customer", ...own, sessionId: ctx.requestId },
  };
  const amount = topUpDollars.toString();
  await bringDollars(asCustomer, { amount, clientKey });
  await convertDollars(asCustomer, { amount, clientKey });
}
