import { desc, eq, sql } from "drizzle-orm";
import type { Hex } from "viem";
import { dbFor, type Executor } from "@/db/client";
import { epoch as epochTable, fee as feeTable } from "@/db/schema/chain";
import { epochManagerAbi, stakingAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import type { FeeKind } from "@/lib/chain/facts";
import { type EpochVerdict, verdictsOn } from "@/lib/validators/queries";

export interface EpochRow {
  number: bigint;
  digest: Hex;
  state: "proposed" | "final" | "replaced";
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
  const rows = await db
    .select()
    .from(epochTable)
    .where(eq(epochTable.chainId, deployment().chainId))
    .orderBy(desc(epochTable.proposedBlock))
    .limit(n);
  const verdicts = await verdictsOn(
    rows.map((row) => row.digest),
    db,
  );
  return rows.map((row, i) => ({
    number: row.number,
    digest: row.digest,
    state: row.state === "final" ? "final" : i === 0 ? "proposed" : "replaced",
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
