import type { Address, Hex } from "viem";

/** Where a fact stands on the chain. Only facts of finalized blocks are ever handed to a command. */
export interface FactOrigin {
  chainId: number;
  blockNumber: bigint;
  blockHash: Hex;
  txHash: Hex;
  logIndex: number;
  contract: Address;
  /** block time, the effective time of whatever the fact settles */
  at: Date;
}

export type IdentityKind = "none" | "person" | "organisation" | "pass_through" | "venue" | "state_body";
export type IdentityStatus = "none" | "verified" | "refresh_needed" | "frozen" | "closed";

/** Position in the list = value in the contract. */
export const identityKinds: readonly IdentityKind[] = [
  "none",
  "person",
  "organisation",
  "pass_through",
  "venue",
  "state_body",
];
export const identityStatuses: readonly IdentityStatus[] = [
  "none",
  "verified",
  "refresh_needed",
  "frozen",
  "closed",
];

export type IdentityFact = FactOrigin &
  (
    | {
        event: "IdentitySet";
        wallet: Address;
        identityId: Hex;
        kind: IdentityKind;
        status: IdentityStatus;
        tier: number;
        rateClass: number;
        expiresAt: Date;
      }
    | { event: "StatusSet"; wallet: Address; identityId: Hex; status: IdentityStatus; expiresAt: Date }
    | { event: "RateClassScheduled"; wallet: Address; identityId: Hex; rateClass: number; fromEpoch: bigint }
  );

/** Tokens minted: gross = fee (to the fee pot) + what the holder received. */
export type IssuanceFact = FactOrigin & {
  event: "Issued";
  issuanceId: Hex;
  positionId: Hex;
  to: Address;
  grossMicros: bigint;
  feeMicros: bigint;
};

/** Tokens given back: fee moved to the fee pot, gross - fee burned and owed in dollars. */
export type RedemptionFact = FactOrigin & {
  event: "Redeemed";
  redemptionId: Hex;
  holder: Address;
  grossMicros: bigint;
  feeMicros: bigint;
};

export type PositionFact = FactOrigin &
  (
    | {
        event: "PositionRecorded";
        positionId: Hex;
        class: number;
        marketMicros: bigint;
        lendableMicros: bigint;
        receiptHash: Hex;
        custodian: Address;
        valuer: Address;
      }
    | { event: "PositionConsumed"; positionId: Hex; amountMicros: bigint; issuedMicros: bigint }
    | { event: "PositionReleased"; positionId: Hex; releaseId: Hex; amountMicros: bigint }
  );

export type ReserveAttestedFact = FactOrigin & {
  event: "ReserveAttested";
  marketMicros: bigint;
  lendableMicros: bigint;
  positionsRoot: Hex;
  asOf: Date;
  valuer: Address;
};

export type FeeKind = "issuance" | "redemption" | "data_validation" | "pledge" | "trading" | "liquidity";
export const feeKinds: readonly FeeKind[] = [
  "issuance",
  "redemption",
  "data_validation",
  "pledge",
  "trading",
  "liquidity",
];

export type FeeFact = FactOrigin & {
  event: "FeeCollected";
  kind: FeeKind;
  payer: Address;
  amountMicros: bigint;
  ref: Hex;
};

export type StakeFact = FactOrigin &
  (
    | { event: "Staked"; wallet: Address; operatorId: number; amountMicros: bigint; earnsFromEpoch: bigint }
    | {
        event: "UnbondRequested";
        wallet: Address;
        operatorId: number;
        requestId: bigint;
        amountMicros: bigint;
        withdrawableAt: Date;
      }
    | { event: "Withdrawn"; wallet: Address; operatorId: number; requestId: bigint; amountMicros: bigint }
  );

export type PayoutFact = FactOrigin & {
  event: "Payout";
  wallet: Address;
  payer: Address;
  operatorId: number;
  grossMicros: bigint;
  operatorFeeMicros: bigint;
  federalMicros: bigint;
  stateMicros: bigint;
  localMicros: bigint;
  netMicros: bigint;
  rateClass: number;
  ruleVersion: number;
};

/** What the validators sign, in the contract's field order. */
export interface EpochContent {
  number: bigint;
  collected: bigint;
  distributed: bigint;
  carried: bigint;
  supply: bigint;
  marketValue: bigint;
  lendableValue: bigint;
  dataDigest: Hex;
  booksRoot: Hex;
  entriesRoot: Hex;
  liabilitiesRoot: Hex;
  liabilities: bigint;
  entriesSeal: Hex;
  previousDigest: Hex;
  parentBlockHash: Hex;
  proposedAt: bigint;
  proposedBlock: bigint;
}

export type EpochFact = FactOrigin &
  (
    | { event: "EpochProposed"; number: bigint; digest: Hex; epoch: EpochContent }
    | {
        event: "EpochFinal";
        number: bigint;
        digest: Hex;
        distributedMicros: bigint;
        signedWeight: bigint;
        signers: number[];
      }
  );

export type RewardFact = FactOrigin & {
  event: "RewardDistributed";
  operatorId: number;
  epoch: bigint;
  grossMicros: bigint;
  operatorFeeMicros: bigint;
  dripEndsAt: Date;
};

/** Bond, then stake taken from an operator; what falls on unbonding follows as each request is withdrawn. */
export type SlashFact = FactOrigin & {
  event: "Slashed";
  operatorId: number;
  fromBondMicros: bigint;
  fromStakeMicros: bigint;
  reason: string;
  to: Address;
};

export type BondFact = FactOrigin &
  (
    | { event: "BondPosted"; operatorId: number; from: Address; amountMicros: bigint }
    | { event: "BondReturned"; operatorId: number; to: Address; amountMicros: bigint }
    /** what was slashed leaves Staking for the first-loss account */
    | { event: "SlashCollected"; to: Address; amountMicros: bigint }
  );

/** Position in the list = value in the contract. */
export const operatorStateNames = [
  "none",
  "applied",
  "approved",
  "bonded",
  "active",
  "exiting",
  "exited",
  "jailed",
  "revoked",
] as const;
export type OperatorStateName = (typeof operatorStateNames)[number];

/** What the registry says of its operators. Sets of operators are lists of their numbers. */
export type OperatorFact = FactOrigin &
  (
    | {
        event: "Applied";
        controller: Address;
        ownerHash: Hex;
        signer: Address;
        node: Address;
        payoutWallet: Address;
        commissionBps: number;
      }
    | { event: "ApplicationWithdrawn"; controller: Address }
    | { event: "Approved"; operatorId: number; controller: Address; ownerHash: Hex }
    | { event: "Certified"; operatorId: number; affiliated: boolean; certifiedUntil: Date }
    | { event: "StateChanged"; operatorId: number; state: OperatorStateName }
    | { event: "SeatsChanged"; epoch: bigint; seated: number[] }
    /** a key of nobody's leaves the old one */
    | { event: "ChangeScheduled"; operatorId: number; signer: Address; node: Address }
    | { event: "ChangeMade"; operatorId: number; epoch: bigint }
    | { event: "Struck"; operatorId: number; reason: string; strikes: number }
    | { event: "RevokedUnderOrder"; operatorId: number; orderHash: Hex }
    | {
        event: "OperatorSet";
        operatorId: number;
        payoutWallet: Address;
        commissionBps: number;
        isOpen: boolean;
      }
    | { event: "DoubleSignProven"; operatorId: number; number: bigint; prover: Address }
  );

/** What operators did with a proposal. */
export type VoteFact = FactOrigin &
  (
    | { event: "Committed"; number: bigint; operatorId: number; digest: Hex }
    | {
        event: "Revealed";
        number: bigint;
        operatorId: number;
        digest: Hex;
        entries: Hex;
        /** empty: agrees with the proposal, if its digest does */
        reason: string;
      }
    | {
        event: "CanaryOpened";
        number: bigint;
        digest: Hex;
        struck: number[];
        paid: number[];
        rewardEachMicros: bigint;
      }
  );

export type CanaryPotFact = FactOrigin &
  (
    | { event: "CanaryFunded"; from: Address; amountMicros: bigint }
    | { event: "CanaryRewardPaid"; operatorId: number; to: Address; amountMicros: bigint }
  );

export type TaxSweepFact = FactOrigin & {
  event: "TaxSwept";
  federalMicros: bigint;
  stateMicros: bigint;
  localMicros: bigint;
};

export type OperatorFeeFact = FactOrigin & {
  event: "OperatorFeePaid";
  operatorId: number;
  to: Address;
  amountMicros: bigint;
};

export type DataValidationFact = FactOrigin & {
  event: "DataValidationRequested";
  requestId: bigint;
  client: Address;
  dataRoot: Hex;
  feeMicros: bigint;
};

/** An ERC-20 movement; from or to zero is a mint or a burn. */
export type TransferFact = FactOrigin & {
  event: "Transfer";
  from: Address;
  to: Address;
  amountMicros: bigint;
};

export type ChainFact =
  | IdentityFact
  | IssuanceFact
  | RedemptionFact
  | PositionFact
  | ReserveAttestedFact
  | FeeFact
  | StakeFact
  | PayoutFact
  | EpochFact
  | RewardFact
  | SlashFact
  | BondFact
  | OperatorFact
  | VoteFact
  | CanaryPotFact
  | TaxSweepFact
  | OperatorFeeFact
  | DataValidationFact
  | TransferFact;

export type FactEvent = ChainFact["event"];
