import { encodeFunctionData, type PublicClient } from "viem";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { epochManagerAbi } from "@/lib/chain/abi";
import { isAcceptedNow } from "@/lib/chain/accepted-now";
import type { Deployment } from "@/lib/chain/addresses";
import { enqueue, intentByKey } from "@/lib/chain/outbox";
import { env } from "@/lib/env";
import { canarySalt, isOurCanary } from "@/lib/epochs/canary";

export type OpenCanaryResult =
  | { outcome: "submitted"; intentId: string }
  | { outcome: "no_canary" | "waiting" };

/** Says of the open proposal that it was wrong on purpose, once all votes are open: who agreed is struck, who refused is paid. */
export async function openCanary(
  ctx: CommandContext,
  { client, deployment }: { client: PublicClient; deployment: Deployment },
): Promise<OpenCanaryResult> {
  requirePermission(ctx.actor, "epoch:propose");
  const { chainId } = deployment;
  const manager = { address: deployment.contracts.epochManager, abi: epochManagerAbi } as const;
  const [progress, [epoch, digest]] = await Promise.all([
    client.readContract({ ...manager, functionName: "progress" }),
    client.readContract({ ...manager, functionName: "proposal" }),
  ]);
  const proposal = { chainId, ...epoch };
  if (BigInt(digest) === 0n || !isOurCanary(env.blindIndexKey, proposal, progress.canarySeal))
    return { outcome: "no_canary" };
  const businessKey = `epoch:open-canary:${digest}`;
  const known = await intentByKey(ctx.db, businessKey);
  if (known) return { outcome: "submitted", intentId: known.id };
  const call = {
    to: manager.address,
    data: encodeFunctionData({
      ...manager,
      functionName: "openCanary",
      args: [canarySalt(env.blindIndexKey, proposal)],
    }),
  };
  if (!(await isAcceptedNow(client, call))) return { outcome: "waiting" };
  return await ctx.db.transaction(async (tx) => {
    const intentId = await enqueue(tx, {
      kind: "epoch.open-canary",
      businessKey,
      sender: "proposer",
      ...call,
      requestId: ctx.requestId,
    });
    await recordAudit(tx, ctx, {
      command: "openCanary",
      subject: `epoch:${epoch.number}`,
      permission: "epoch:propose",
      detail: { digest },
    });
    return { outcome: "submitted", intentId };
  });
}
