export interface ChainSide {
  supplyMicros: bigint;
  inFeePotMicros: bigint;
  inStakingMicros: bigint;
  /** of what lies in Staking */
  bondsMicros: bigint;
  /** of what lies in EpochManager: pot, and owed to operators */
  canaryMicros: bigint;
  inSplitterMicros: bigint;
  inTaxVaultMicros: bigint;
  /** market value of everything in custody */
  reserveMicros: bigint;
  /** the part of it that tokens were minted against */
  usedReserveMicros: bigint;
}

/** Sums of ledger accounts by class. */
export interface LedgerSide {
  tokenSupply: bigint;
  tokenControl: bigint;
  walletMirror: bigint;
  custodialToken: bigint;
  stakeMirror: bigint;
  unbondingMirror: bigint;
  feePot: bigint;
  rewardPool: bigint;
  operatorFee: bigint;
  taxWithheld: bigint;
  operatorBond: bigint;
  /** slashed and not collected; less than nothing where stakers bear a part that their mirrors do not show yet */
  slashed: bigint;
  canaryPot: bigint;
  reserve: bigint;
}

export interface Difference {
  what: string;
  /** what the chain, the entries or the other side of the books say */
  expectedMicros: bigint;
  bookedMicros: bigint;
}

export const differing = (pairs: readonly Difference[]): Difference[] =>
  pairs.filter(({ expectedMicros, bookedMicros }) => expectedMicros !== bookedMicros);

/**
 * Chain and ledger side by side at one block. Empty = equal.
 * Units: micros. No tolerance: one micro of difference is a difference.
 */
export function compareBooks(chain: ChainSide, ledger: LedgerSide): Difference[] {
  const inContracts =
    chain.inFeePotMicros + chain.inStakingMicros + chain.inSplitterMicros + chain.inTaxVaultMicros;
  const pairs: Difference[] = [
    { what: "token supply owed", expectedMicros: chain.supplyMicros, bookedMicros: ledger.tokenSupply },
    { what: "token supply held", expectedMicros: chain.supplyMicros, bookedMicros: ledger.tokenControl },
    {
      what: "tokens in wallets",
      expectedMicros: chain.supplyMicros - inContracts,
      bookedMicros: ledger.walletMirror + ledger.custodialToken,
    },
    {
      what: "fee pot and canary pot",
      expectedMicros: chain.inFeePotMicros,
      bookedMicros: ledger.feePot + ledger.canaryPot,
    },
    {
      what: "operators' bonds",
      expectedMicros: chain.bondsMicros,
      bookedMicros: ledger.operatorBond,
    },
    {
      what: "canary pot and what is owed of it",
      expectedMicros: chain.canaryMicros,
      bookedMicros: ledger.canaryPot,
    },
    {
      what: "stake, unbonding, bonds and what was slashed",
      expectedMicros: chain.inStakingMicros,
      bookedMicros: ledger.stakeMirror + ledger.unbondingMirror + ledger.operatorBond + ledger.slashed,
    },
    {
      what: "rewards, operator fees and tax withheld",
      expectedMicros: chain.inSplitterMicros + chain.inTaxVaultMicros,
      bookedMicros: ledger.rewardPool + ledger.operatorFee + ledger.taxWithheld,
    },
    { what: "reserves", expectedMicros: chain.usedReserveMicros, bookedMicros: ledger.reserve },
  ];
  // lendable value below the supply is a margin call, not a break: prices fall, books do not
  if (chain.reserveMicros < chain.supplyMicros)
    pairs.push({
      what: "market value of the reserves, at least the supply",
      expectedMicros: chain.supplyMicros,
      bookedMicros: chain.reserveMicros,
    });
  return differing(pairs);
}
