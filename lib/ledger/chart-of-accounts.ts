/**
 * Every class of account. The database holds the same table (ledger.account_class) and a test keeps the two equal.
 * USD: what the bank owns and owes. TOKEN: who holds the supply, outside the sum, because each token is counted once,
 * as `token_supply`. One token is one dollar, so both are micros.
 */
export const chartOfAccounts = {
  /** dollars at the Federal Reserve and correspondents */
  cash: { asset: "USD", side: "debit", isMemo: false, isClearing: false, isCustomer: false, isMirror: false },
  /** what backs the tokens, by collateral class, at cost */
  reserve: {
    asset: "USD",
    side: "debit",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  till: { asset: "USD", side: "debit", isMemo: false, isClearing: false, isCustomer: false, isMirror: false },
  /** under way on a payment rail */
  rail_clearing: {
    asset: "USD",
    side: "debit",
    isMemo: false,
    isClearing: true,
    isCustomer: false,
    isMirror: false,
  },
  dollar_deposit: {
    asset: "USD",
    side: "credit",
    isMemo: false,
    isClearing: false,
    isCustomer: true,
    isMirror: false,
  },
  /** a customer's dollars set aside for a conversion */
  dollar_held: {
    asset: "USD",
    side: "credit",
    isMemo: false,
    isClearing: false,
    isCustomer: true,
    isMirror: false,
  },
  /** what the bank owes to all holders of the token */
  token_supply: {
    asset: "USD",
    side: "credit",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  tax_payable: {
    asset: "USD",
    side: "credit",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  first_loss: {
    asset: "USD",
    side: "credit",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  capital: {
    asset: "USD",
    side: "credit",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  suspense: {
    asset: "USD",
    side: "credit",
    isMemo: false,
    isClearing: true,
    isCustomer: false,
    isMirror: false,
  },

  /** the supply, seen from the holders' side */
  token_control: {
    asset: "TOKEN",
    side: "debit",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  wallet_mirror: {
    asset: "TOKEN",
    side: "credit",
    isMemo: true,
    isClearing: false,
    isCustomer: true,
    isMirror: true,
  },
  stake_mirror: {
    asset: "TOKEN",
    side: "credit",
    isMemo: true,
    isClearing: false,
    isCustomer: true,
    isMirror: true,
  },
  unbonding_mirror: {
    asset: "TOKEN",
    side: "credit",
    isMemo: true,
    isClearing: false,
    isCustomer: true,
    isMirror: true,
  },
  custodial_token: {
    asset: "TOKEN",
    side: "credit",
    isMemo: true,
    isClearing: false,
    isCustomer: true,
    isMirror: false,
  },
  /** fees collected and not yet distributed */
  fee_pot: {
    asset: "TOKEN",
    side: "credit",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  /** distributed to an operator's stakers and not yet claimed */
  reward_pool: {
    asset: "TOKEN",
    side: "credit",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  operator_fee: {
    asset: "TOKEN",
    side: "credit",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  /** withheld on chain, by authority */
  tax_withheld: {
    asset: "TOKEN",
    side: "credit",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  chain_clearing: {
    asset: "TOKEN",
    side: "credit",
    isMemo: true,
    isClearing: true,
    isCustomer: false,
    isMirror: false,
  },
} as const;

export type AccountClass = keyof typeof chartOfAccounts;
export type Asset = "USD" | "TOKEN";

export const assetOf = (accountClass: AccountClass): Asset => chartOfAccounts[accountClass].asset;
