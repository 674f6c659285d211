import { and, desc, eq, inArray, max } from "drizzle-orm";
import type { PublicClient } from "viem";
import { epochAttestation, epoch as epochTable } from "@/db/schema/chain";
import { switches } from "@/db/schema/installation";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { epochManagerAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { env } from "@/lib/env";
import { isOurCanary } from "@/lib/epochs/canary";
import { isStoppedBy } from "@/lib/epochs/stopped";
import { haltChainEffects } from "@/lib/reconciliation/commands/halt-chain-effects";
import { readFinding } from "@/lib/validators/finding";
import { refusalWords } from "@/lib/validators/refusal-words";

/**
 * Books that the operators outside refuse are wrong, whatever they say of themselves: minting and the bank's own chain
 * effects stop until people have looked, exits go on. A canary is wrong on purpose and stops nothing. Whoever turned a
 * switch on after the refusal has looked, and is not overruled.
 */
export async function haltWhenRefused(
  ctx: CommandContext,
  { client, deployment }: { client: PublicClient; deployment: Deployment },
): Promise<{ halted: boolean }> {
  requirePermission(ctx.actor, "epoch:propose");
  const { chainId } = deployment;
  const [open] = await ctx.db
    .select()
    .from(epochTable)
    .where(eq(epochTable.chainId, chainId))
    .orderBy(desc(epochTable.proposedBlock))
    .limit(1);
  if (open?.state !== "proposed") return { halted: false };
  const refusals = await ctx.db
    .select()
    .from(epochAttestation)
    .where(
      and(
        eq(epochAttestation.chainId, chainId),
        eq(epochAttestation.digest, open.digest),
        eq(epochAttestation.verdict, "refused"),
      ),
    )
    .orderBy(epochAttestation.at);
  const last = refusals.at(-1);
  if (!last) return { halted: false };
  const manager = { address: deployment.contracts.epochManager, abi: epochManagerAbi } as const;
  const [seats, [proposal, digest], progress, [turned]] = await Promise.all([
    client.readContract({ ...manager, functionName: "validators" }),
    client.readContract({ ...manager, functionName: "proposal" }),
    client.readContract({ ...manager, functionName: "progress" }),
    ctx.db
      .select({ at: max(switches.changedAt) })
      .from(switches)
      .where(and(inArray(switches.name, ["mint", "issue", "payout"]), eq(switches.isOn, true))),
  ]);
  const isCanary = isOurCanary(env.blindIndexKey, { chainId, ...proposal }, progress.canarySeal);
  const refusing = refusals.map(({ operatorId }) => operatorId);
  if (digest !== open.digest || isCanary || !isStoppedBy(refusing, seats)) return { halted: false };
  if (!turned?.at || turned.at > last.at) return { halted: false };
  const { reason } = readFinding(last.findings[0]);
  await haltChainEffects(ctx, {
    reason: `Validators outside the bank refuse epoch ${open.number}: ${refusalWords[reason] ?? reason}`,
  });
  return { halted: true };
}
