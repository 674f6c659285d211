import { type Address, decodeEventLog, type Hex, hexToString } from "viem";
import {
  epochManagerAbi,
  evidenceAbi,
  identityRegistryAbi,
  payoutSplitterAbi,
  reserveRegistryAbi,
  stakingAbi,
  stateTokenAbi,
  validatorRegistryAbi,
} from "@/lib/chain/abi";
import { type ContractName, contractAt, type Deployment } from "@/lib/chain/addresses";
import {
  type ChainFact,
  type EpochContent,
  type FactOrigin,
  feeKinds,
  identityKinds,
  identityStatuses,
  operatorStateNames,
} from "@/lib/chain/facts";

/** A log as the node gives it, with its block's time. */
export interface RawLog {
  address: Address;
  topics: Hex[];
  data: Hex;
  blockNumber: bigint;
  blockHash: Hex;
  txHash: Hex;
  logIndex: number;
  at: Date;
}

const abis = {
  stateToken: stateTokenAbi,
  identityRegistry: identityRegistryAbi,
  reserveRegistry: reserveRegistryAbi,
  staking: stakingAbi,
  payoutSplitter: payoutSplitterAbi,
  epochManager: epochManagerAbi,
  validatorRegistry: validatorRegistryAbi,
  evidence: evidenceAbi,
} as const;

/** contracts whose logs we follow */
export const watchedContracts = Object.keys(abis) as (keyof typeof abis)[];

const isWatched = (name: ContractName | undefined): name is keyof typeof abis =>
  name !== undefined && name in abis;
/** addresses are compared and kept in lower case everywhere */
const lower = (address: string) => address.toLowerCase() as Address;
const seconds = (value: bigint | number): Date => new Date(Number(value) * 1000);

function named<T>(list: readonly T[], index: number, what: string): T {
  const found = list[index];
  if (found === undefined)
    throw new Error(`the chain names ${what} ${index}, which this build does not know`);
  return found;
}

/** A set of operators as the contracts keep it: bit n stands for operator n. */
function members(set: bigint): number[] {
  const list: number[] = [];
  for (let id = 0; set >> BigInt(id) !== 0n; id++) if ((set >> BigInt(id)) & 1n) list.push(id);
  return list;
}

/** A reason as it was meant to be read: short words where it holds some, else the hash that it is. */
function words(reason: Hex): string {
  const text = hexToString(reason, { size: 32 }).replace(/\0+$/, "");
  return /^[ -~]*$/.test(text) ? text : reason;
}

/** The fact a log states, or undefined when it is none of ours (or of no consequence to the books). */
export function decodeFact(deployment: Deployment, log: RawLog): ChainFact | undefined {
  const contract = contractAt(deployment, log.address);
  if (!isWatched(contract)) return undefined;
  const origin: FactOrigin = {
    chainId: deployment.chainId,
    blockNumber: log.blockNumber,
    blockHash: log.blockHash,
    txHash: log.txHash,
    logIndex: log.logIndex,
    contract: lower(log.address),
    at: log.at,
  };
  let event: { eventName: string; args: Record<string, unknown> };
  try {
    event = decodeEventLog({
      abi: abis[contract] as readonly unknown[],
      data: log.data,
      topics: log.topics as [Hex, ...Hex[]],
    }) as unknown as typeof event;
  } catch {
    return undefined;
  }
  return factOf(origin, event.eventName, event.args as never);
}

// biome-ignore lint/suspicious/noExplicitAny: the argument shapes are those of the ABI entry of the same name
function factOf(o: FactOrigin, event: string, a: any): ChainFact | undefined {
  switch (event) {
    case "Transfer":
      return { ...o, event, from: lower(a.from), to: lower(a.to), amountMicros: a.value };
    case "Issued":
      return {
        ...o,
        event,
        issuanceId: a.issuanceId,
        positionId: a.positionId,
        to: lower(a.to),
        grossMicros: a.gross,
        feeMicros: a.fee,
      };
    case "Redeemed":
      return {
        ...o,
        event,
        redemptionId: a.redemptionId,
        holder: lower(a.holder),
        grossMicros: a.gross,
        feeMicros: a.fee,
      };
    case "IdentitySet":
      return {
        ...o,
        event,
        wallet: lower(a.wallet),
        identityId: a.id,
        kind: named(identityKinds, a.kind, "identity kind"),
        status: named(identityStatuses, a.status, "identity status"),
        tier: Number(a.tier),
        rateClass: Number(a.rateClass),
        expiresAt: seconds(a.expiresAt),
      };
    case "StatusSet":
      return {
        ...o,
        event,
        wallet: lower(a.wallet),
        identityId: a.id,
        status: named(identityStatuses, a.status, "identity status"),
        expiresAt: seconds(a.expiresAt),
      };
    case "RateClassScheduled":
      return {
        ...o,
        event,
        wallet: lower(a.wallet),
        identityId: a.id,
        rateClass: Number(a.rateClass),
        fromEpoch: BigInt(a.fromEpoch),
      };
    case "PositionRecorded":
      return {
        ...o,
        event,
        positionId: a.positionId,
        class: Number(a.class),
        marketMicros: a.marketValue,
        lendableMicros: a.lendableValue,
        receiptHash: a.receiptHash,
        custodian: lower(a.custodian),
        valuer: lower(a.valuer),
      };
    case "PositionConsumed":
      return { ...o, event, positionId: a.positionId, amountMicros: a.amount, issuedMicros: a.issued };
    case "PositionReleased":
      return { ...o, event, positionId: a.positionId, releaseId: a.releaseId, amountMicros: a.amount };
    case "ReserveAttested":
      return {
        ...o,
        event,
        marketMicros: a.marketTotal,
        lendableMicros: a.lendableTotal,
        positionsRoot: a.positionsRoot,
        asOf: seconds(a.asOf),
        valuer: lower(a.valuer),
      };
    case "FeeCollected":
      return {
        ...o,
        event,
        kind: named(feeKinds, a.kind, "fee kind"),
        payer: lower(a.payer),
        amountMicros: a.amount,
        ref: a.ref,
      };
    case "DataValidationRequested":
      return {
        ...o,
        event,
        requestId: a.requestId,
        client: lower(a.client),
        dataRoot: a.dataRoot,
        feeMicros: a.fee,
      };
    case "EpochProposed":
      return { ...o, event, number: BigInt(a.number), digest: a.digest, epoch: epochContent(a.epoch) };
    case "EpochFinal":
      return {
        ...o,
        event,
        number: BigInt(a.number),
        digest: a.digest,
        distributedMicros: a.distributed,
        signedWeight: a.signedWeight,
        signers: [...a.signers].map(Number),
      };
    case "Staked":
      return {
        ...o,
        event,
        wallet: lower(a.wallet),
        operatorId: Number(a.operatorId),
        amountMicros: a.amount,
        earnsFromEpoch: BigInt(a.earnsFromEpoch),
      };
    case "UnbondRequested":
      return {
        ...o,
        event,
        wallet: lower(a.wallet),
        operatorId: Number(a.operatorId),
        requestId: a.requestId,
        amountMicros: a.amount,
        withdrawableAt: seconds(a.withdrawableAt),
      };
    case "Withdrawn":
      return {
        ...o,
        event,
        wallet: lower(a.wallet),
        operatorId: Number(a.operatorId),
        requestId: a.requestId,
        amountMicros: a.amount,
      };
    case "RewardDistributed":
      return {
        ...o,
        event,
        operatorId: Number(a.operatorId),
        epoch: BigInt(a.epoch),
        grossMicros: a.gross,
        operatorFeeMicros: a.operatorFee,
        dripEndsAt: seconds(a.dripEndsAt),
      };
    case "Slashed":
      return {
        ...o,
        event,
        operatorId: Number(a.operatorId),
        fromBondMicros: a.fromBond,
        fromStakeMicros: a.fromStake,
        reason: words(a.reason),
        to: lower(a.to),
      };
    case "BondPosted":
      return { ...o, event, operatorId: Number(a.operatorId), from: lower(a.from), amountMicros: a.amount };
    case "BondReturned":
      return { ...o, event, operatorId: Number(a.operatorId), to: lower(a.to), amountMicros: a.amount };
    case "SlashCollected":
      return { ...o, event, to: lower(a.to), amountMicros: a.amount };
    case "CanaryFunded":
      return { ...o, event, from: lower(a.from), amountMicros: a.amount };
    case "CanaryRewardPaid":
      return { ...o, event, operatorId: Number(a.operatorId), to: lower(a.to), amountMicros: a.amount };
    case "Committed":
      return {
        ...o,
        event,
        number: BigInt(a.number),
        operatorId: Number(a.operatorId),
        digest: a.digest,
      };
    case "Revealed":
      return {
        ...o,
        event,
        number: BigInt(a.number),
        operatorId: Number(a.operatorId),
        digest: a.digest,
        entries: a.entries,
        reason: words(a.reason),
      };
    case "CanaryOpened":
      return {
        ...o,
        event,
        number: BigInt(a.number),
        digest: a.digest,
        struck: members(a.struck),
        paid: members(a.paid),
        rewardEachMicros: a.rewardEach,
      };
    case "Payout":
      return {
        ...o,
        event,
        wallet: lower(a.wallet),
        payer: lower(a.payer),
        operatorId: Number(a.operatorId),
        grossMicros: a.gross,
        operatorFeeMicros: a.operatorFee,
        federalMicros: a.federal,
        stateMicros: a.state,
        localMicros: a.local,
        netMicros: a.net,
        rateClass: Number(a.rateClass),
        ruleVersion: Number(a.ruleVersion),
      };
    case "OperatorFeePaid":
      return { ...o, event, operatorId: Number(a.operatorId), to: lower(a.to), amountMicros: a.amount };
    case "TaxSwept":
      return { ...o, event, federalMicros: a.federal, stateMicros: a.state, localMicros: a.local };
    default:
      return operatorFactOf(o, event, a);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the argument shapes are those of the ABI entry of the same name
function operatorFactOf(o: FactOrigin, event: string, a: any): ChainFact | undefined {
  const operatorId = Number(a.operatorId);
  switch (event) {
    case "Applied":
      return {
        ...o,
        event,
        controller: lower(a.controller),
        ownerHash: a.application.owner,
        signer: lower(a.application.signer),
        node: lower(a.application.node),
        payoutWallet: lower(a.application.payoutWallet),
        commissionBps: Number(a.application.commissionBps),
      };
    case "ApplicationWithdrawn":
      return { ...o, event, controller: lower(a.controller) };
    case "Approved":
      return { ...o, event, operatorId, controller: lower(a.controller), ownerHash: a.owner };
    case "Certified":
      return {
        ...o,
        event,
        operatorId,
        affiliated: a.affiliated,
        certifiedUntil: seconds(a.certifiedUntil),
      };
    case "StateChanged":
      return { ...o, event, operatorId, state: named(operatorStateNames, a.state, "operator state") };
    case "SeatsChanged":
      return { ...o, event, epoch: BigInt(a.epoch), seated: members(a.seated) };
    case "ChangeScheduled":
      return { ...o, event, operatorId, signer: lower(a.change.signer), node: lower(a.change.node) };
    case "ChangeMade":
      return { ...o, event, operatorId, epoch: BigInt(a.epoch) };
    case "Struck":
      return { ...o, event, operatorId, reason: words(a.reason), strikes: Number(a.strikes) };
    case "RevokedUnderOrder":
      return { ...o, event, operatorId, orderHash: a.orderHash };
    case "OperatorSet":
      return {
        ...o,
        event,
        operatorId,
        payoutWallet: lower(a.payoutWallet),
        commissionBps: Number(a.commissionBps),
        isOpen: a.open,
      };
    case "DoubleSignProven":
      return { ...o, event, operatorId, number: BigInt(a.number), prover: lower(a.prover) };
    default:
      return undefined;
  }
}

/** The contract's Epoch struct with every number as bigint. */
export function epochContent(e: EpochContent): EpochContent {
  return {
    number: BigInt(e.number),
    collected: e.collected,
    distributed: e.distributed,
    carried: e.carried,
    supply: e.supply,
    marketValue: e.marketValue,
    lendableValue: e.lendableValue,
    dataDigest: e.dataDigest,
    booksRoot: e.booksRoot,
    entriesRoot: e.entriesRoot,
    liabilitiesRoot: e.liabilitiesRoot,
    liabilities: e.liabilities,
    entriesSeal: e.entriesSeal,
    previousDigest: e.previousDigest,
    parentBlockHash: e.parentBlockHash,
    proposedAt: BigInt(e.proposedAt),
    proposedBlock: BigInt(e.proposedBlock),
  };
}
