import { type AccountClass, chartOfAccounts } from "@/lib/ledger/chart-of-accounts";

type Row = { class: string; debitsMicros: bigint; creditsMicros: bigint };

export type CountedOnce = {
  /** what the bank owns: cash, reserves, tills */
  ownedMicros: bigint;
  depositsMicros: bigint;
  supplyMicros: bigint;
  /** the same supply as the chain has it */
  onChainMicros: bigint;
  /** what of the owned backs it */
  reserveMicros: bigint;
  /** dollars and tokens owed, each once: deposits and supply */
  liabilitiesMicros: bigint;
  /** other debts in dollars, such as tax to remit */
  otherOwedMicros: bigint;
  ownMicros: bigint;
  underWayMicros: bigint;
  /** the same supply by who holds it; never added to it */
  heldMicros: bigint;
  isEven: boolean;
};

/**
 * Count once (ECONOMICS 2): liabilities are dollar deposits and the supply of the token. Mirrors, stakes, pots and
 * withheld tax only say who holds that supply.
 * Units: micros. Rounding: none.
 * Even: owned = owed + own + under way, and the supply owed = the supply on chain = what its holders have together.
 */
export function countOnce(rows: readonly Row[]): CountedOnce {
  const standing = (row: Row) =>
    chartOfAccounts[row.class as AccountClass].side === "credit"
      ? row.creditsMicros - row.debitsMicros
      : row.debitsMicros - row.creditsMicros;
  const sum = (pick: (name: AccountClass) => boolean) =>
    rows.filter((row) => pick(row.class as AccountClass)).reduce((total, row) => total + standing(row), 0n);
  const counted = (as: string, asset: string) => (name: AccountClass) =>
    chartOfAccounts[name].counted === as && chartOfAccounts[name].asset === asset;

  const ownedMicros = sum(counted("owned", "USD"));
  const depositsMicros = sum((name) => name === "dollar_deposit");
  const supplyMicros = sum((name) => name === "token_supply");
  const liabilitiesMicros = depositsMicros + supplyMicros;
  const otherOwedMicros = sum(counted("owed", "USD")) - liabilitiesMicros;
  const ownMicros = sum(counted("own", "USD"));
  const underWayMicros =
    sum((name) => counted("under_way", "USD")(name) && chartOfAccounts[name].side === "credit") -
    sum((name) => counted("under_way", "USD")(name) && chartOfAccounts[name].side === "debit");
  const onChainMicros = sum(counted("supply", "TOKEN"));
  const heldMicros = sum(counted("holder", "TOKEN")) + sum(counted("under_way", "TOKEN"));
  return {
    ownedMicros,
    depositsMicros,
    supplyMicros,
    onChainMicros,
    reserveMicros: sum((name) => name === "reserve"),
    liabilitiesMicros,
    otherOwedMicros,
    ownMicros,
    underWayMicros,
    heldMicros,
    isEven:
      ownedMicros === liabilitiesMicros + otherOwedMicros + ownMicros + underWayMicros &&
      supplyMicros === onChainMicros &&
      onChainMicros === heldMicros,
  };
}
