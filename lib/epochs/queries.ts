import { and, desc, eq, sql } from "drizzle-orm";
import { type Hex, isAddressEqual, recoverMessageAddress } from "viem";
import { dbFor, type Executor } from "@/db/client";
import { epochBatch, epoch as epochTable, fee as feeTable } from "@/db/schema/chain";
import { epochManagerAbi, stakingAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import type { FeeKind } from "@/lib/chain/facts";
import { decodeManifest } from "@/lib/epochs/format/batch";
import { batchKeyStatement } from "@/lib/epochs/format/envelope";
import { AppError } from "@/lib/errors";
import { type EpochVerdict, verdictsOn } from "@/lib/validators/queries";

export interface EpochRow {
  number: bigint;
  digest: Hex;
  /** canary: wrong on purpose; told once the first verdict is open, when nobody can commit any more */
  state: "proposed" | "final" | "replaced" | "canary";
  collectedMicros: bigint;
  distributedMicros: bigint;
  carriedMicros: bigint;
  supplyMicros: bigint;
  marketMicros: bigint;
  lendableMicros: bigint;
  proposedAt: Date;
  finalAt: Date | null;
  finalTx: Hex | null;
  verdicts: EpochVerdict[];
}

/** The epoch that is being earned now: the one after the last final one. */
export async function nextEpoch(db: Executor): Promise<bigint> {
  const { rows } = await db.execute<{ number: string }>(
    sql`SELECT coalesce(max(number), 0) + 1 AS number FROM chain.epoch WHERE state = 'final'`,
  );
  return BigInt(rows[0]?.number ?? 1);
}

/** The last epochs, newest first, with what every validator said. Public. */
export async function recentEpochs(n: number, db: Executor = dbFor("app")): Promise<EpochRow[]> {
  const found = await db
    .select({ row: epochTable, isCanary: epochBatch.isCanary })
    .from(epochTable)
    .leftJoin(
      epochBatch,
      and(
        eq(epochBatch.chainId, epochTable.chainId),
        eq(epochBatch.number, epochTable.number),
        eq(epochBatch.entriesRoot, epochTable.entriesRoot),
      ),
    )
    .where(eq(epochTable.chainId, deployment().chainId))
    .orderBy(desc(epochTable.proposedBlock))
    .limit(n);
  const verdicts = await verdictsOn(
    found.map(({ row }) => row.digest),
    db,
  );
  const stateOf = ({ row, isCanary }: (typeof found)[number], place: number): EpochRow["state"] => {
    if (row.state === "final") return "final";
    if (isCanary && (place > 0 || verdicts.has(row.digest))) return "canary";
    return place === 0 ? "proposed" : "replaced";
  };
  return found.map(({ row, isCanary }, place) => ({
    number: row.number,
    digest: row.digest,
    state: stateOf({ row, isCanary }, place),
    collectedMicros: row.collectedMicros,
    distributedMicros: row.distributedMicros,
    carriedMicros: row.carriedMicros,
    supplyMicros: row.supplyMicros,
    marketMicros: row.marketMicros,
    lendableMicros: row.lendableMicros,
    proposedAt: row.proposedAt,
    finalAt: row.finalAt,
    finalTx: row.finalTx,
    verdicts: verdicts.get(row.digest) ?? [],
  }));
}

export interface EpochClock {
  /** open for accrual */
  current: bigint;
  epochSeconds: number;
  unbondingSeconds: number;
  lastFinalNumber: bigint;
  lastFinalAt: Date | undefined;
  nextProposalAt: Date;
  isOverdue: boolean;
  feePotMicros: bigint;
}

/** Where the bank stands between two epochs, live from the chain. Public. */
export async function epochClock(): Promise<EpochClock> {
  const client = publicClient();
  const { contracts } = deployment();
  const manager = { address: contracts.epochManager, abi: epochManagerAbi } as const;
  const staking = { address: contracts.staking, abi: stakingAbi } as const;
  const [current, epochSeconds, unbondingSeconds, last, next, isOverdue, feePotMicros] = await Promise.all([
    client.readContract({ ...staking, functionName: "currentEpoch" }),
    client.readContract({ ...manager, functionName: "epochSeconds" }),
    client.readContract({ ...staking, functionName: "unbondingSeconds" }),
    client.readContract({ ...manager, functionName: "lastFinal" }),
    client.readContract({ ...manager, functionName: "nextProposalAt" }),
    client.readContract({ ...manager, functionName: "isOverdue" }),
    client.readContract({ ...manager, functionName: "feePot" }),
  ]);
  const at = (seconds: bigint) => new Date(Number(seconds) * 1000);
  return {
    current,
    epochSeconds: Number(epochSeconds),
    unbondingSeconds: Number(unbondingSeconds),
    lastFinalNumber: last[0],
    lastFinalAt: last[2] === 0n ? undefined : at(last[2]),
    nextProposalAt: at(next),
    isOverdue,
    feePotMicros,
  };
}

/** Sources = uses: what was ever collected, by kind of fee, and what was ever distributed. Public. */
export async function feesAndRewards(db: Executor = dbFor("app")): Promise<{
  collected: { kind: FeeKind; micros: bigint }[];
  distributedMicros: bigint;
}> {
  const { chainId } = deployment();
  const [fees, [paid]] = await Promise.all([
    db
      .select({ kind: feeTable.kind, micros: sql<string>`sum(${feeTable.amountMicros})` })
      .from(feeTable)
      .where(eq(feeTable.chainId, chainId))
      .groupBy(feeTable.kind),
    db
      .select({ micros: sql<string>`coalesce(sum(gross_micros), 0)` })
      .from(sql`chain.reward`)
      .where(sql`chain_id = ${chainId}`),
  ]);
  return {
    collected: fees.map(({ kind, micros }) => ({ kind, micros: BigInt(micros) })),
    distributedMicros: BigInt(paid?.micros ?? "0"),
  };
}

/** What everybody may see of an epoch: the proposal that became final, else the last one, and its batch's manifest. */
export async function epochShown(db: Executor, of: { chainId: number; number: bigint }) {
  const [row] = await db
    .select({
      number: epochTable.number,
      state: epochTable.state,
      digest: epochTable.digest,
      booksRoot: epochTable.booksRoot,
      entriesRoot: epochTable.entriesRoot,
      liabilitiesRoot: epochTable.liabilitiesRoot,
      liabilitiesMicros: epochTable.liabilitiesMicros,
      supplyMicros: epochTable.supplyMicros,
      marketMicros: epochTable.marketMicros,
      lendableMicros: epochTable.lendableMicros,
      collectedMicros: epochTable.collectedMicros,
      distributedMicros: epochTable.distributedMicros,
      manifest: epochBatch.manifest,
    })
    .from(epochTable)
    .leftJoin(
      epochBatch,
      and(
        eq(epochBatch.chainId, epochTable.chainId),
        eq(epochBatch.number, epochTable.number),
        eq(epochBatch.entriesRoot, epochTable.entriesRoot),
      ),
    )
    .where(and(eq(epochTable.chainId, of.chainId), eq(epochTable.number, of.number)))
    .orderBy(sql`${epochTable.state} = 'final' DESC`, desc(epochTable.proposedBlock))
    .limit(1);
  return row && { ...row, manifest: row.manifest === null ? undefined : decodeManifest(row.manifest) };
}

const operatorsStatement = /^Operator ([0-9a-f]{64}):(0x[0-9a-f]{130})$/;

/**
 * The batch key of whoever asks, said to be its own by the signing key of an operator with a seat.
 * Refuses: no statement, one that is signed by nobody, one by a key without a seat.
 */
export async function operatorsBatchKey(authorization: string | null): Promise<string> {
  const [, publicKey, signature] = operatorsStatement.exec(authorization ?? "") ?? [];
  if (!publicKey || !signature) throw new AppError("sign_in_required");
  const { chainId, contracts } = deployment();
  const message = batchKeyStatement({ publicKey, chainId, epochManager: contracts.epochManager });
  const signer = await recoverMessageAddress({ message, signature: signature as Hex }).catch(() => undefined);
  if (!signer) throw new AppError("sign_in_required");
  const seats = await publicClient().readContract({
    address: contracts.epochManager,
    abi: epochManagerAbi,
    functionName: "validators",
  });
  if (!seats.some((seat) => isAddressEqual(seat.signer, signer))) throw new AppError("not_allowed");
  return publicKey;
}
