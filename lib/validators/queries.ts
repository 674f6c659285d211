import { and, desc, eq, inArray } from "drizzle-orm";
import type { Address } from "viem";
import type { Executor } from "@/db/client";
import { dbFor } from "@/db/client";
import { certification } from "@/db/schema/certification";
import { epochAttestation, epoch as epochTable, type OperatorState, operator } from "@/db/schema/chain";
import { epochManagerAbi, stakingAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { AppError } from "@/lib/errors";
import { activeProfile } from "@/lib/state-profile/queries";
import { operatorName } from "@/lib/validators/operators";

export interface OperatorOverview {
  operatorId: number;
  name: string;
  isOfBank: boolean;
  isOpen: boolean;
  commissionPpm: bigint;
  activeMicros: bigint;
  pendingMicros: bigint;
  unbondingMicros: bigint;
  /** its own tokens, slashed before any stake */
  bondMicros: bigint;
  rewardPerSecondMicros: bigint;
  /** the key that signs epochs; undefined for an operator without a seat */
  signer: Address | undefined;
  weight: bigint;
  /** newest first: whether it signed the last final epochs */
  lastEpochs: { number: bigint; signed: boolean }[];
}

const epochsShown = 10;
const ppmPerBps = 100n;

/** Every operator with its stake, its commission, whose it is, and how faithfully it signs. Public. */
export async function operators(db: Executor = dbFor("app")): Promise<OperatorOverview[]> {
  const client = publicClient();
  const { contracts, chainId } = deployment();
  const staking = { address: contracts.staking, abi: stakingAbi } as const;
  const [ids, seats, finals] = await Promise.all([
    client.readContract({ ...staking, functionName: "operatorIds" }),
    client.readContract({
      address: contracts.epochManager,
      abi: epochManagerAbi,
      functionName: "validators",
    }),
    db
      .select({ number: epochTable.number, signers: epochTable.signers })
      .from(epochTable)
      .where(and(eq(epochTable.chainId, chainId), eq(epochTable.state, "final")))
      .orderBy(desc(epochTable.number))
      .limit(epochsShown),
  ]);
  const views = await Promise.all(
    ids.map((id) => client.readContract({ ...staking, functionName: "operatorOf", args: [id] })),
  );
  const { bankName } = activeProfile();
  return ids.map((operatorId, i) => {
    const view = views[i] as (typeof views)[number];
    const seat = seats.find((s) => s.operatorId === operatorId);
    return {
      operatorId,
      name: operatorName(operatorId, bankName),
      isOfBank: seat?.ofBank ?? false,
      isOpen: view.open,
      commissionPpm: BigInt(view.commissionBps) * ppmPerBps,
      activeMicros: view.active,
      pendingMicros: view.pending,
      unbondingMicros: view.unbonding,
      bondMicros: view.bond,
      rewardPerSecondMicros: view.rewardPerSecond,
      signer: seat?.signer,
      weight: seat?.weight ?? 0n,
      lastEpochs: finals.map((e) => ({ number: e.number, signed: e.signers?.includes(operatorId) ?? false })),
    };
  });
}

/** The operator that an act is about, with the name it is known by. */
export async function certifiedOperator(
  db: Executor,
  operatorId: number,
): Promise<{ state: OperatorState; name: string }> {
  const [row] = await db
    .select({ state: operator.state, name: certification.name })
    .from(operator)
    .leftJoin(certification, eq(certification.operatorId, operator.operatorId))
    .where(and(eq(operator.chainId, deployment().chainId), eq(operator.operatorId, operatorId)));
  if (!row) throw new AppError("not_found");
  return { state: row.state, name: row.name ?? operatorName(operatorId, activeProfile().bankName) };
}

export interface EpochVerdict {
  operatorId: number;
  name: string;
  verdict: "signed" | "refused";
  findings: string[];
  at: Date;
}

/** What each validator said about these proposals, by digest. */
export async function verdictsOn(
  digests: readonly `0x${string}`[],
  db: Executor = dbFor("app"),
): Promise<Map<string, EpochVerdict[]>> {
  const byDigest = new Map<string, EpochVerdict[]>();
  if (digests.length === 0) return byDigest;
  const rows = await db
    .select()
    .from(epochAttestation)
    .where(
      and(eq(epochAttestation.chainId, deployment().chainId), inArray(epochAttestation.digest, [...digests])),
    )
    .orderBy(epochAttestation.operatorId);
  const { bankName } = activeProfile();
  for (const { digest, operatorId, verdict, findings, at } of rows) {
    const list = byDigest.get(digest) ?? [];
    list.push({ operatorId, name: operatorName(operatorId, bankName), verdict, findings, at });
    byDigest.set(digest, list);
  }
  return byDigest;
}
