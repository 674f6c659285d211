import { and, eq, inArray, like } from "drizzle-orm";
import { encodeFunctionData, type PublicClient, zeroHash } from "viem";
import type { Executor } from "@/db/client";
import { outboxIntent } from "@/db/schema/chain";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { epochManagerAbi, stakingAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { enqueue, intentByKey } from "@/lib/chain/outbox";
import { env } from "@/lib/env";
import { canarySalt, canarySeal, isCanaryDue } from "@/lib/epochs/canary";
import { type Batch, buildBatch } from "@/lib/epochs/commands/build-batch";
import { plantCanary } from "@/lib/epochs/commands/plant-canary";
import { epochDue } from "@/lib/epochs/due";
import { entriesSeal } from "@/lib/epochs/entries";
import { failpoint } from "@/lib/failpoint";
import { sealBooks } from "@/lib/ledger/seal/commands/seal-books";
import { requireOn } from "@/lib/switches/require";

export type ProposeResult =
  | { outcome: "proposed"; intentId: string; distributeMicros: bigint }
  /** behind: what the epoch follows is not in the index yet */
  | { outcome: "not_due" | "under_way" | "behind" };

/** Asks the chain for the next epoch once its period has passed; replaces a proposal that did not become final. */
export async function proposeEpoch(
  ctx: CommandContext,
  input: {
    client: PublicClient;
    deployment: Deployment;
    now: Date;
    sealFolder: string;
    batchFolder: string;
    plantsCanaries: boolean;
  },
): Promise<ProposeResult> {
  requirePermission(ctx.actor, "epoch:propose");
  const { client, deployment } = input;
  const manager = { address: deployment.contracts.epochManager, abi: epochManagerAbi } as const;
  const staking = { address: deployment.contracts.staking, abi: stakingAbi } as const;
  const [nextProposalAt, epochSeconds, feePotMicros, lastFinal, [, openDigest], operatorIds] =
    await Promise.all([
      client.readContract({ ...manager, functionName: "nextProposalAt" }),
      client.readContract({ ...manager, functionName: "epochSeconds" }),
      client.readContract({ ...manager, functionName: "feePot" }),
      client.readContract({ ...manager, functionName: "lastFinal" }),
      client.readContract({ ...manager, functionName: "proposal" }),
      client.readContract({ ...staking, functionName: "operatorIds" }),
    ]);
  const operators = await Promise.all(
    operatorIds.map((id) => client.readContract({ ...staking, functionName: "operatorOf", args: [id] })),
  );
  const [lastNumber, lastDigest, lastFinalAt] = lastFinal;
  const { isDue, distributeMicros } = epochDue({
    now: BigInt(Math.floor(input.now.getTime() / 1000)),
    nextProposalAt,
    lastFinalAt,
    epochSeconds,
    feePotMicros,
    activeMicros: operators.reduce((sum, operator) => sum + operator.active, 0n),
    pendingMicros: operators.reduce((sum, operator) => sum + operator.pending, 0n),
    hasOpenProposal: openDigest !== zeroHash,
  });
  if (!isDue) return { outcome: "not_due" };
  const number = lastNumber + 1n;

  await requireOn(ctx.db, "payout");
  if (await isUnderWay(ctx.db, deployment)) return { outcome: "under_way" };
  await sealBooks(ctx, { folder: input.sealFolder, period: number });
  const built = await buildBatch(ctx, {
    deployment,
    folder: input.batchFolder,
    after: { number: lastNumber, digest: lastDigest },
  });
  if (!built.batch) return { outcome: built.outcome };
  const canary = await canaryBefore(ctx, built.batch, input);
  const batch = canary ?? built.batch;
  failpoint("epoch.batch-kept");

  return await ctx.db.transaction(async (tx) => {
    await requireOn(tx, "payout");
    if (await isUnderWay(tx, deployment)) return { outcome: "under_way" };
    const intentId = await enqueue(tx, {
      kind: "epoch.propose",
      businessKey: canary ? canaryKey(canary) : `epoch:propose:${number}:${nextProposalAt}`,
      sender: "proposer",
      to: manager.address,
      data: encodeFunctionData({
        ...manager,
        functionName: "propose",
        args: [distributeMicros, stated(batch)],
      }),
      requestId: ctx.requestId,
    });
    await recordAudit(tx, ctx, {
      command: "proposeEpoch",
      subject: `epoch:${number}`,
      permission: "epoch:propose",
      detail: { distributeMicros: distributeMicros.toString(), entriesRoot: batch.entriesRoot },
    });
    failpoint("epoch.proposal-written");
    return { outcome: "proposed", intentId, distributeMicros };
  });
}

const canaryKey = ({ chainId, number }: Batch) => `epoch:canary:${chainId}:${number}`;

/** Unannounced, once in a window, before the honest proposal of the same number; asked for once, whatever became of it. */
async function canaryBefore(
  ctx: CommandContext,
  honest: Batch,
  { plantsCanaries, batchFolder }: { plantsCanaries: boolean; batchFolder: string },
): Promise<Batch | undefined> {
  if (!plantsCanaries || !isCanaryDue(env.blindIndexKey, honest)) return undefined;
  if (await intentByKey(ctx.db, canaryKey(honest))) return undefined;
  return plantCanary(ctx, { honest, folder: batchFolder });
}

async function isUnderWay(db: Executor, { chainId }: Deployment): Promise<boolean> {
  const found = await db
    .select({ id: outboxIntent.id })
    .from(outboxIntent)
    .where(
      and(
        like(outboxIntent.businessKey, "epoch:%"),
        eq(outboxIntent.chainId, chainId),
        inArray(outboxIntent.state, ["queued", "signed", "sent", "mined"]),
      ),
    )
    .limit(1);
  return found.length > 0;
}

/** What the bank states about its books. */
function stated({ chainId, number, booksRoot, entriesRoot, entriesDigest, ...batch }: Batch) {
  const sealed = { chainId, number, booksRoot, entriesSeal: entriesSeal(entriesDigest) };
  return {
    booksRoot,
    entriesRoot,
    liabilitiesRoot: batch.liabilitiesRoot,
    liabilities: batch.liabilitiesMicros,
    entriesSeal: sealed.entriesSeal,
    canarySeal: canarySeal(canarySalt(env.blindIndexKey, sealed), batch.isCanary),
  };
}
