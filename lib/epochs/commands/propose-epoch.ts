import { and, eq, inArray, like } from "drizzle-orm";
import { encodeFunctionData, type Hex, type PublicClient, zeroHash } from "viem";
import { outboxIntent } from "@/db/schema/chain";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { epochManagerAbi, stakingAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { enqueue } from "@/lib/chain/outbox";
import { env } from "@/lib/env";
import { canarySalt, canarySeal } from "@/lib/epochs/canary";
import { epochDue } from "@/lib/epochs/due";
import { entriesDigest, entriesSeal } from "@/lib/epochs/entries";
import { failpoint } from "@/lib/failpoint";
import { newestHead } from "@/lib/ledger/seal/queries";
import { requireOn } from "@/lib/switches/require";

export type ProposeResult =
  | { outcome: "proposed"; intentId: string; distributeMicros: bigint }
  | { outcome: "not_due" | "under_way" };

/** Asks the chain for the next epoch once its period has passed; replaces a proposal that did not become final. */
export async function proposeEpoch(
  ctx: CommandContext,
  input: { client: PublicClient; deployment: Deployment; now: Date },
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
  const [lastNumber, , lastFinalAt] = lastFinal;
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

  return await ctx.db.transaction(async (tx) => {
    await requireOn(tx, "payout");
    const underWay = await tx
      .select({ id: outboxIntent.id })
      .from(outboxIntent)
      .where(
        and(
          like(outboxIntent.businessKey, "epoch:%"),
          eq(outboxIntent.chainId, deployment.chainId),
          inArray(outboxIntent.state, ["queued", "signed", "sent", "mined"]),
        ),
      )
      .limit(1);
    if (underWay.length > 0) return { outcome: "under_way" };
    // the chain keeps the newest head of the sealed books, where nobody at the bank can rewrite it
    const booksRoot = (await newestHead(tx)) ?? zeroHash;
    const intentId = await enqueue(tx, {
      kind: "epoch.propose",
      businessKey: `epoch:propose:${number}:${nextProposalAt}`,
      sender: "proposer",
      to: manager.address,
      data: encodeFunctionData({
        ...manager,
        functionName: "propose",
        args: [distributeMicros, batchOf({ chainId: deployment.chainId, number, booksRoot })],
      }),
      requestId: ctx.requestId,
    });
    await recordAudit(tx, ctx, {
      command: "proposeEpoch",
      subject: `epoch:${number}`,
      permission: "epoch:propose",
      detail: { distributeMicros: distributeMicros.toString() },
    });
    failpoint("epoch.proposal-written");
    return { outcome: "proposed", intentId, distributeMicros };
  });
}

/** What the bank states about its books in an honest proposal. */
function batchOf(of: { chainId: number; number: bigint; booksRoot: Hex }) {
  const seal = entriesSeal(entriesDigest(of.booksRoot));
  return {
    booksRoot: of.booksRoot,
    entriesRoot: zeroHash,
    liabilitiesRoot: zeroHash,
    liabilities: 0n,
    entriesSeal: seal,
    canarySeal: canarySeal(canarySalt(env.blindIndexKey, { ...of, entriesSeal: seal }), false),
  };
}
