import { inArray } from "drizzle-orm";
import { encodeFunctionData, type PublicClient } from "viem";
import { wallet as walletTable } from "@/db/schema/customers";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { stakingAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { enqueue } from "@/lib/chain/outbox";
import { failpoint } from "@/lib/failpoint";

/** Claims for every wallet what it has earned, to the wallet itself, once a round of a tax year. */
export async function pushClaims(
  ctx: CommandContext,
  input: { taxYear: number; round: string; client: PublicClient; deployment: Deployment },
): Promise<{ claims: number }> {
  requirePermission(ctx.actor, "claim:push");
  const { client, deployment } = input;
  const staking = { address: deployment.contracts.staking, abi: stakingAbi } as const;
  const wallets = await ctx.db
    .select({ address: walletTable.address })
    .from(walletTable)
    .where(inArray(walletTable.status, ["verified", "refresh_needed"]));
  const operatorIds = await client.readContract({ ...staking, functionName: "operatorIds" });
  const owed: { address: `0x${string}`; operatorId: number }[] = [];
  for (const { address } of wallets) {
    const views = await Promise.all(
      operatorIds.map((id) =>
        client.readContract({ ...staking, functionName: "stakeOf", args: [address, id] }),
      ),
    );
    views.forEach((view, i) => {
      if (view.claimableGross > 0n) owed.push({ address, operatorId: operatorIds[i] as number });
    });
  }
  await ctx.db.transaction(async (tx) => {
    for (const { address, operatorId } of owed)
      await enqueue(tx, {
        kind: "claim.push",
        businessKey: `year-end-claim:${input.taxYear}:${input.round}:${address}:${operatorId}`,
        sender: "remitter",
        to: staking.address,
        data: encodeFunctionData({ ...staking, functionName: "claimFor", args: [address, operatorId] }),
        requestId: ctx.requestId,
      });
    if (owed.length > 0)
      await recordAudit(tx, ctx, {
        command: "pushClaims",
        subject: `tax-year:${input.taxYear}`,
        permission: "claim:push",
        detail: { claims: owed.length },
      });
  });
  failpoint("year-end.claims-asked");
  return { claims: owed.length };
}
