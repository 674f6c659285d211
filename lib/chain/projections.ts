import { and, eq, inArray, isNull, lt, or, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertMany } from "@/db/insert-many";
import {
  dataValidation,
  epoch as epochTable,
  epochVote,
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
  FeeFact,
  ReserveAttestedFact,
  RewardFact,
  StakeFact,
} from "@/lib/chain/facts";
import { isOperatorFact, keepOperatorFact, openVotes } from "@/lib/chain/operator-projections";
import { placeOf } from "@/lib/chain/place";

const feeRow = (fact: FeeFact): typeof feeTable.$inferInsert => {
  const { at, kind, payer, amountMicros, ref } = fact;
  return { ...placeOf(fact), at, kind, payer, amountMicros, ref };
};

const dataValidationRow = (fact: DataValidationFact): typeof dataValidation.$inferInsert => {
  const { at, client, dataRoot, feeMicros, requestId } = fact;
  return { ...placeOf(fact), at, validationId: requestId, client, dataRoot, feeMicros };
};

const kinds = { Staked: "staked", UnbondRequested: "unbond_requested", Withdrawn: "withdrawn" } as const;

const stakeRow = (fact: StakeFact): typeof stakeEvent.$inferInsert => {
  const { at, wallet, operatorId, amountMicros } = fact;
  return {
    ...placeOf(fact),
    at,
    kind: kinds[fact.event],
    wallet,
    operatorId,
    amountMicros,
    unbondId: fact.event === "Staked" ? null : fact.requestId,
    earnsFromEpoch: fact.event === "Staked" ? fact.earnsFromEpoch : null,
    withdrawableAt: fact.event === "UnbondRequested" ? fact.withdrawableAt : null,
  };
};

const rewardRow = (fact: RewardFact): typeof rewardTable.$inferInsert => {
  const { at, operatorId, epoch, grossMicros, operatorFeeMicros, dripEndsAt } = fact;
  return { ...placeOf(fact), at, operatorId, epochNumber: epoch, grossMicros, operatorFeeMicros, dripEndsAt };
};

const attestationRow = (fact: ReserveAttestedFact): typeof reserveAttestation.$inferInsert => {
  const { at, marketMicros, lendableMicros, positionsRoot, asOf, valuer } = fact;
  return { ...placeOf(fact), at, marketMicros, lendableMicros, positionsRoot, asOf, valuer };
};

/** A replaced proposal keeps its row, so that what was refused can still be read. */
async function keepEpoch(tx: Tx, fact: EpochFact): Promise<void> {
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
        entriesRoot: e.entriesRoot,
        liabilitiesRoot: e.liabilitiesRoot,
        liabilitiesMicros: e.liabilities,
        previousDigest: e.previousDigest,
        parentBlockHash: e.parentBlockHash,
        proposedAt: new Date(Number(e.proposedAt) * 1000),
        proposedBlock: e.proposedBlock,
        proposedTx: fact.txHash,
      })
      .onConflictDoNothing();
    await openVotes(tx, fact);
    return;
  }
  await tx
    .update(epochVote)
    .set({ signed: true })
    .where(
      and(
        eq(epochVote.chainId, fact.chainId),
        eq(epochVote.digest, fact.digest),
        inArray(epochVote.operatorId, fact.signers),
      ),
    );
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

const isEpochFact = (fact: ChainFact): fact is EpochFact =>
  fact.event === "EpochProposed" || fact.event === "EpochFinal";

/** Facts in order, an epoch's own apart: what comes before it must be kept before it, and what comes after after. */
export function* stretches(facts: readonly ChainFact[]): Generator<ChainFact[]> {
  let stretch: ChainFact[] = [];
  for (const fact of facts) {
    if (!isEpochFact(fact)) {
      stretch.push(fact);
      continue;
    }
    if (stretch.length > 0) yield stretch;
    yield [fact];
    stretch = [];
  }
  if (stretch.length > 0) yield stretch;
}

/** What the index itself keeps of one stretch of facts; the money and the people are the commands' business. */
export async function keepStretch(tx: Tx, facts: readonly ChainFact[]): Promise<void> {
  const fees: FeeFact[] = [];
  const validations: DataValidationFact[] = [];
  const stakes: StakeFact[] = [];
  const rewards: RewardFact[] = [];
  const attestations: ReserveAttestedFact[] = [];
  for (const fact of facts) {
    if (isEpochFact(fact)) await keepEpoch(tx, fact);
    else if (isOperatorFact(fact)) await keepOperatorFact(tx, fact);
    else if (fact.event === "FeeCollected") fees.push(fact);
    else if (fact.event === "DataValidationRequested") validations.push(fact);
    else if (fact.event === "RewardDistributed") rewards.push(fact);
    else if (fact.event === "ReserveAttested") attestations.push(fact);
    else if (fact.event in kinds) stakes.push(fact as StakeFact);
  }
  await insertMany(tx, feeTable, fees.map(feeRow));
  await insertMany(tx, dataValidation, validations.map(dataValidationRow));
  await insertMany(tx, stakeEvent, stakes.map(stakeRow));
  await insertMany(tx, rewardTable, rewards.map(rewardRow));
  await insertMany(tx, reserveAttestation, attestations.map(attestationRow));
}

export async function project(tx: Tx, facts: readonly ChainFact[]): Promise<void> {
  for (const stretch of stretches(facts)) await keepStretch(tx, stretch);
}
