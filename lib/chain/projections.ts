import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import {
  dataValidation,
  epoch as epochTable,
  fee as feeTable,
  log as logTable,
  reserveAttestation,
  reward as rewardTable,
  stakeEvent,
} from "@/db/schema/chain";
import type {
  ChainFact,
  DataValidationFact,
  EpochFact,
  FactOrigin,
  FeeFact,
  ReserveAttestedFact,
  RewardFact,
  StakeFact,
} from "@/lib/chain/facts";

/** The columns that say where a row stands on the chain. */
export const placeOf = ({ chainId, blockNumber, blockHash, txHash, logIndex }: FactOrigin) => ({
  chainId,
  blockNumber,
  blockHash,
  txHash,
  logIndex,
});

export async function keepFee(tx: Tx, fact: FeeFact): Promise<void> {
  const { at, kind, payer, amountMicros, ref } = fact;
  await tx
    .insert(feeTable)
    .values({ ...placeOf(fact), at, kind, payer, amountMicros, ref })
    .onConflictDoNothing();
}

export async function keepDataValidation(tx: Tx, fact: DataValidationFact): Promise<void> {
  const { at, client, dataRoot, feeMicros, requestId } = fact;
  await tx
    .insert(dataValidation)
    .values({ ...placeOf(fact), at, validationId: requestId, client, dataRoot, feeMicros })
    .onConflictDoNothing();
}

export async function keepStakeEvent(tx: Tx, fact: StakeFact): Promise<void> {
  const { at, wallet, operatorId, amountMicros } = fact;
  const row = { ...placeOf(fact), at, wallet, operatorId, amountMicros };
  const kinds = { Staked: "staked", UnbondRequested: "unbond_requested", Withdrawn: "withdrawn" } as const;
  await tx
    .insert(stakeEvent)
    .values({
      ...row,
      kind: kinds[fact.event],
      unbondId: fact.event === "Staked" ? null : fact.requestId,
      earnsFromEpoch: fact.event === "Staked" ? fact.earnsFromEpoch : null,
      withdrawableAt: fact.event === "UnbondRequested" ? fact.withdrawableAt : null,
    })
    .onConflictDoNothing();
}

export async function keepReward(tx: Tx, fact: RewardFact): Promise<void> {
  const { at, operatorId, epoch, grossMicros, operatorFeeMicros, dripEndsAt } = fact;
  await tx
    .insert(rewardTable)
    .values({
      ...placeOf(fact),
      at,
      operatorId,
      epochNumber: epoch,
      grossMicros,
      operatorFeeMicros,
      dripEndsAt,
    })
    .onConflictDoNothing();
}

export async function keepReserveAttestation(tx: Tx, fact: ReserveAttestedFact): Promise<void> {
  const { at, marketMicros, lendableMicros, positionsRoot, asOf, valuer } = fact;
  await tx
    .insert(reserveAttestation)
    .values({ ...placeOf(fact), at, marketMicros, lendableMicros, positionsRoot, asOf, valuer })
    .onConflictDoNothing();
}

/** A replaced proposal keeps its row, so that what was refused can still be read. */
export async function keepEpoch(tx: Tx, fact: EpochFact): Promise<void> {
  if (fact.event === "EpochProposed") {
    const e = fact.epoch;
    await tx
      .insert(epochTable)
      .values({
        chainId: fact.chainId,
        number: fact.number,
        digest: fact.digest,
        state: "proposed",
        collectedMicros: e.collected,
        distributedMicros: e.distributed,
        carriedMicros: e.carried,
        supplyMicros: e.supply,
        marketMicros: e.marketValue,
        lendableMicros: e.lendableValue,
        dataDigest: e.dataDigest,
        booksRoot: e.booksRoot,
        previousDigest: e.previousDigest,
        parentBlockHash: e.parentBlockHash,
        proposedAt: new Date(Number(e.proposedAt) * 1000),
        proposedBlock: e.proposedBlock,
        proposedTx: fact.txHash,
      })
      .onConflictDoNothing();
    return;
  }
  const [final] = await tx
    .update(epochTable)
    .set({
      state: "final",
      finalAt: fact.at,
      finalBlock: fact.blockNumber,
      finalTx: fact.txHash,
      signedWeight: fact.signedWeight,
      signers: fact.signers,
    })
    .where(and(eq(epochTable.chainId, fact.chainId), eq(epochTable.digest, fact.digest)))
    .returning();
  if (!final) throw new Error(`epoch ${fact.number} became final without a proposal in the index`);
  await nameEpochOfFees(tx, final);
}

/** A fee belongs to the epoch whose proposal was the first after it to become final. */
async function nameEpochOfFees(tx: Tx, final: typeof epochTable.$inferSelect): Promise<void> {
  const proposal = sql`(select l.log_index from ${logTable} l where l.chain_id = ${final.chainId}
    and l.tx_hash = ${final.proposedTx} and l.event = 'EpochProposed' limit 1)`;
  await tx
    .update(feeTable)
    .set({ epochNumber: final.number })
    .where(
      and(
        eq(feeTable.chainId, final.chainId),
        isNull(feeTable.epochNumber),
        or(
          lt(feeTable.blockNumber, final.proposedBlock),
          and(eq(feeTable.blockNumber, final.proposedBlock), sql`${feeTable.logIndex} < ${proposal}`),
        ),
      ),
    );
}

/** What the index itself keeps of a fact; the money and the people are the commands' business. */
export async function project(tx: Tx, fact: ChainFact): Promise<void> {
  switch (fact.event) {
    case "FeeCollected":
      return keepFee(tx, fact);
    case "DataValidationRequested":
      return keepDataValidation(tx, fact);
    case "Staked":
    case "UnbondRequested":
    case "Withdrawn":
      return keepStakeEvent(tx, fact);
    case "RewardDistributed":
      return keepReward(tx, fact);
    case "ReserveAttested":
      return keepReserveAttestation(tx, fact);
    case "EpochProposed":
    case "EpochFinal":
      return keepEpoch(tx, fact);
    default:
      return;
  }
}
