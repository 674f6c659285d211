import { and, desc, eq } from "drizzle-orm";
import {
  type Address,
  encodeFunctionData,
  type Hex,
  isAddressEqual,
  type PublicClient,
  recoverAddress,
} from "viem";
import { epochAttestation, epoch as epochTable } from "@/db/schema/chain";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { epochManagerAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { enqueue, intentByKey } from "@/lib/chain/outbox";
import { quorum } from "@/lib/epochs/quorum";
import { failpoint } from "@/lib/failpoint";
import type { AttestorAnswer, Attestors } from "@/lib/vendors/attestors/contract";

export type FinalizeResult =
  | { outcome: "submitted"; number: bigint; intentId: string }
  | { outcome: "waiting"; number: bigint; signed: number; refused: number }
  | { outcome: "nothing_open" };

const patienceMs = 8_000;

/** Collects the validators' signatures over the open proposal, keeps every answer, and submits at quorum. */
export async function finalizeEpoch(
  ctx: CommandContext,
  input: { client: PublicClient; deployment: Deployment; attestors: Attestors; now: Date },
): Promise<FinalizeResult> {
  requirePermission(ctx.actor, "epoch:propose");
  const { client, deployment } = input;
  const [open] = await ctx.db
    .select()
    .from(epochTable)
    .where(eq(epochTable.chainId, deployment.chainId))
    .orderBy(desc(epochTable.proposedBlock))
    .limit(1);
  if (open?.state !== "proposed") return { outcome: "nothing_open" };
  const manager = { address: deployment.contracts.epochManager, abi: epochManagerAbi } as const;
  const [answers, seats] = await Promise.all([
    input.attestors.ask(open.number),
    client.readContract({ ...manager, functionName: "validators" }),
  ]);
  failpoint("epoch.attestations-pulled");
  const seatOf = (signer: Address) => seats.find((seat) => isAddressEqual(seat.signer, signer));
  const signed = await provenSignatures(answers, open.digest, (signer) => seatOf(signer) !== undefined);
  const refused = answers.filter((a) => a.answer === "refused" && a.digest === open.digest);
  const { isReached, signedWeight } = quorum(
    seats,
    signed.map((s) => s.signer),
  );

  return await ctx.db.transaction(async (tx) => {
    for (const { signer, signature } of signed) {
      await tx
        .insert(epochAttestation)
        .values({
          chainId: deployment.chainId,
          epochNumber: open.number,
          digest: open.digest,
          operatorId: seatOf(signer)?.operatorId ?? 0,
          signer: signer.toLowerCase() as Address,
          verdict: "signed",
          signature,
        })
        .onConflictDoNothing();
    }
    for (const [index, answer] of answers.entries()) {
      const seat = seats[index];
      if (answer.answer !== "refused" || answer.digest !== open.digest || !seat) continue;
      await tx
        .insert(epochAttestation)
        .values({
          chainId: deployment.chainId,
          epochNumber: open.number,
          digest: open.digest,
          operatorId: seat.operatorId,
          signer: seat.signer.toLowerCase() as Address,
          verdict: "refused",
          findings: [`${answer.reason}: stated ${answer.stated}, recomputed ${answer.recomputed}`],
        })
        .onConflictDoNothing();
    }
    failpoint("epoch.attestations-written");
    // only signers share in what is distributed: those who may still come get a moment
    const ageMs = input.now.getTime() - open.proposedAt.getTime();
    const mayStillCome = signed.length + refused.length < seats.length && ageMs < patienceMs;
    if (!isReached || mayStillCome)
      return { outcome: "waiting", number: open.number, signed: signed.length, refused: refused.length };
    const [still] = await tx
      .select({ state: epochTable.state })
      .from(epochTable)
      .where(and(eq(epochTable.chainId, deployment.chainId), eq(epochTable.digest, open.digest)));
    if (still?.state !== "proposed") return { outcome: "nothing_open" };
    // kept once submitted: signatures that come later would make another calldata under the same key
    const known = await submittedBefore(tx, open.digest);
    if (known) return { outcome: "submitted", number: open.number, intentId: known };
    const ordered = [...signed].sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
    const intentId = await enqueue(tx, {
      kind: "epoch.finalize",
      businessKey: finalizeKey(open.digest),
      sender: "proposer",
      to: manager.address,
      data: encodeFunctionData({
        ...manager,
        functionName: "finalize",
        args: [open.number, ordered.map((s) => s.signature)],
      }),
      requestId: ctx.requestId,
    });
    await recordAudit(tx, ctx, {
      command: "finalizeEpoch",
      subject: `epoch:${open.number}`,
      permission: "epoch:propose",
      detail: { digest: open.digest, signatures: ordered.length, signedWeight: signedWeight.toString() },
    });
    return { outcome: "submitted", number: open.number, intentId };
  });
}

const finalizeKey = (digest: Hex) => `epoch:finalize:${digest}`;

async function submittedBefore(tx: Parameters<typeof intentByKey>[0], digest: Hex) {
  return (await intentByKey(tx, finalizeKey(digest)))?.id;
}

/** Only signatures over the digest on chain, by a key in the validator set, one per key. */
async function provenSignatures(
  answers: readonly AttestorAnswer[],
  digest: Hex,
  hasSeat: (signer: Address) => boolean,
): Promise<{ signer: Address; signature: Hex }[]> {
  const proven = new Map<Address, Hex>();
  for (const answer of answers) {
    if (answer.answer !== "signed" || answer.digest !== digest) continue;
    const signer = await recoverAddress({ hash: digest, signature: answer.signature }).catch(() => undefined);
    if (signer && hasSeat(signer)) proven.set(signer, answer.signature);
  }
  return [...proven].map(([signer, signature]) => ({ signer, signature }));
}
