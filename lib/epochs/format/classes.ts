/**
 * How the books' classes count in an epoch (ECONOMICS: count once). What is owed is dollar deposits and the supply of the
 * token; who holds the supply is said leaf by leaf and sums to it. A class that is not here is refused.
 */
export type ClassRule = {
  asset: "USD" | "TOKEN";
  /** the side on which a balance is positive */
  side: "debit" | "credit";
  /**
   * deposit, holder: a leaf for each balance. supply: what the holders sum to, no leaf of its own. under_way: nothing may be
   * left of it in tokens when an epoch ends. slashed: sums to the supply together with the holders, no leaf of its own.
   * other: only in the sums by class.
   */
  counts: "deposit" | "holder" | "supply" | "under_way" | "slashed" | "other";
  /** only carries what is under way, and may stand on either side */
  isEitherSide: boolean;
};

const usd = (side: ClassRule["side"], counts: ClassRule["counts"] = "other"): ClassRule => ({
  asset: "USD",
  side,
  counts,
  isEitherSide: false,
});
const token = (side: ClassRule["side"], counts: ClassRule["counts"]): ClassRule => ({
  asset: "TOKEN",
  side,
  counts,
  isEitherSide: false,
});
const eitherSide = (rule: ClassRule): ClassRule => ({ ...rule, isEitherSide: true });

export const classRules: Readonly<Record<string, ClassRule>> = {
  cash: usd("debit"),
  reserve: usd("debit"),
  till: usd("debit"),
  rail_clearing: eitherSide(usd("debit")),
  dollar_deposit: usd("credit", "deposit"),
  token_supply: usd("credit", "supply"),
  tax_payable: usd("credit"),
  first_loss: usd("credit"),
  capital: usd("credit"),
  suspense: eitherSide(usd("credit")),
  token_control: token("debit", "supply"),
  wallet_mirror: token("credit", "holder"),
  stake_mirror: token("credit", "holder"),
  unbonding_mirror: token("credit", "holder"),
  custodial_token: token("credit", "holder"),
  fee_pot: token("credit", "holder"),
  reward_pool: token("credit", "holder"),
  operator_fee: token("credit", "holder"),
  tax_withheld: token("credit", "holder"),
  operator_bond: token("credit", "holder"),
  canary_pot: token("credit", "holder"),
  slashed_token: eitherSide(token("credit", "slashed")),
  chain_clearing: eitherSide(token("credit", "under_way")),
};
