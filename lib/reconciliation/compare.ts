export interface ChainSide {
  supplyMicros: bigint;
  inFeePotMicros: bigint;
  inStakingMicros: bigint;
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
  reserve: bigint;
}

export interface Difference {
  what: string;
  chainMicros: bigint;
  ledgerMicros: bigint;
}

/**
 * Chain and ledger side by side at one block. Empty = equal.
 * Units: micros. No tolerance: one micro of difference is a difference.
 */
export function compareBooks(chain: ChainSide, ledger: LedgerSide): Difference[] {
  const inContracts =
    chain.inFeePotMicros + chain.inStakingMicros + chain.inSplitterMicros + chain.inTaxVaultMicros;
  const pairs: Difference[] = [
    { what: "token supply owed", chainMicros: chain.supplyMicros, ledgerMicros: ledger.tokenSupply },
    { what: "token supply held", chainMicros: chain.supplyMicros, ledgerMicros: ledger.tokenControl },
    {
      what: "tokens in wallets",
      chainMicros: chain.supplyMicros - inContracts,
      ledgerMicros: ledger.walletMirror + ledger.custodialToken,
    },
    { what: "fee pot", chainMicros: chain.inFeePotMicros, ledgerMicros: ledger.feePot },
    {
      what: "stake and unbonding",
      chainMicros: chain.inStakingMicros,
      ledgerMicros: ledger.stakeMirror + ledger.unbondingMirror,
    },
    {
      what: "rewards, operator fees and tax withheld",
      chainMicros: chain.inSplitterMicros + chain.inTaxVaultMicros,
      ledgerMicros: ledger.rewardPool + ledger.operatorFee + ledger.taxWithheld,
    },
    { what: "reserves", chainMicros: chain.usedReserveMicros, ledgerMicros: ledger.reserve },
  ];
  const differences = pairs.filter(({ chainMicros, ledgerMicros }) => chainMicros !== ledgerMicros);
  if (chain.reserveMicros < chain.supplyMicros)
    differences.push({
      what: "market value of reserves behind the supply",
      chainMicros: chain.reserveMicros,
      ledgerMicros: chain.supplyMicros,
    });
  return differences;
}
