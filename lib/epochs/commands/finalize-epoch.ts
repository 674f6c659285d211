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
import { isAcceptedNow } from "@/lib/chain/accepted-now";
import type { Deployment } from "@/lib/chain/addresses";
import { enqueue, intentByKey } from "@/lib/chain/outbox";
import { env } from "@/lib/env";
import { canarySalt } from "@/lib/epochs/canary";
import { quorum } from "@/lib/epochs/quorum";
import { failpoint } from "@/lib/failpoint";
import { writtenFinding } from "@/lib/validators/finding";
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
  // asked first: a validator that is stepped by us votes when it is asked
  const answers = await input.attestors.ask(open.number);
  const [seats, progress, [proposal]] = await Promise.all([
    client.readContract({ ...manager, functionName: "validators" }),
    client.readContract({ ...manager, functionName: "progress" }),
    client.readContract({ ...manager, functionName: "proposal" }),
  ]);
  failpoint("epoch.attestations-pulled");
  const seatOf = (signer: Address) => seats.find((seat) => isAddressEqual(seat.signer, signer));
  const signed = await provenSignatures(answers, open.digest, (signer) => seatOf(signer) !== undefined);
  const refused = answers.filter((a) => a.answer === "refused" && a.digest === open.digest);
  // a signature counts only beside a digest that its operator has shown
  const hasAgreed = (signer: Address) =>
    ((progress.agreed >> BigInt(seatOf(signer)?.operatorId ?? 0)) & 1n) === 1n;
  const counted = seats.flatMap(({ signer, operatorId }) => {
    const found = signed.find((s) => isAddressEqual(s.signer, signer));
    return found && hasAgreed(signer) ? [{ operatorId, ...found }] : [];
  });
  const { isReached, signedWeight } = quorum(
    seats,
    counted.map((s) => s.signer),
  );
  const finalize = {
    to: manager.address,
    data: encodeFunctionData({
      ...manager,
      functionName: "finalize",
      args: [
        open.number,
        counted.reduce((bits, { operatorId }) => bits | (1n << BigInt(operatorId)), 0n),
        counted.map((s) => s.signature),
        canarySalt(env.blindIndexKey, { chainId: deployment.chainId, ...proposal }),
      ],
    }),
  };
  // the contract waits until everybody who committed has revealed, or their time is over
  const isOpen = isReached && (await isAcceptedNow(client, finalize));

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
          findings: [writtenFinding(answer)],
        })
        .onConflictDoNothing();
    }
    failpoint("epoch.attestations-written");
    // only signers share in what is distributed: those who may still come get a moment
    const ageMs = input.now.getTime() - open.proposedAt.getTime();
    const mayStillCome = signed.length + refused.length < seats.length && ageMs < patienceMs;
    if (!isOpen || mayStillCome)
      return { outcome: "waiting", number: open.number, signed: signed.length, refused: refused.length };
    const [still] = await tx
      .select({ state: epochTable.state })
      .from(epochTable)
      .where(and(eq(epochTable.chainId, deployment.chainId), eq(epochTable.digest, open.digest)));
    if (still?.state !== "proposed") return { outcome: "nothing_open" };
    // kept once submitted: signatures that come later would make another calldata under the same key
    const known = await submittedBefore(tx, open.digest);
    if (known) return { outcome: "submitted", number: open.number, intentId: known };
    const intentId = await enqueue(tx, {
      kind: "epoch.finalize",
      businessKey: finalizeKey(open.digest),
      sender: "proposer",
      ...finalize,
      requestId: ctx.requestId,
    });
    await recordAudit(tx, ctx, {
      command: "finalizeEpoch",
      subject: `epoch:${open.number}`,
      permission: "epoch:propose",
      detail: { digest: open.digest, signatures: counted.length, signedWeight: signedWeight.toString() },
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
