/** How a class counts in ECONOMICS 2: each token and each dollar once, where it is owed. */
export type Counted = "owned" | "owed" | "own" | "under_way" | "supply" | "holder";

export type AccountKind = {
  purpose: string;
  asset: Asset;
  side: "debit" | "credit";
  counted: Counted;
  /** who holds the supply, not what the bank owes: outside the sum */
  isMemo: boolean;
  /** may stand on either side, because it only carries what is under way */
  isClearing: boolean;
  isCustomer: boolean;
  /** repeats what the chain did: opens by first use, and only the chain freezes it */
  isMirror: boolean;
};

/**
 * Every class of account. The database holds the same table (ledger.account_class) and a test keeps the two equal.
 * USD: what the bank owns and owes. TOKEN: who holds the supply, outside the sum, because each token is counted once,
 * as `token_supply`. One token is one dollar, so both are micros.
 */
export const chartOfAccounts = {
  cash: {
    purpose: "dollars at the Federal Reserve and correspondents",
    asset: "USD",
    side: "debit",
    counted: "owned",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  reserve: {
    purpose: "what backs the tokens, by collateral class, at cost",
    asset: "USD",
    side: "debit",
    counted: "owned",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  till: {
    purpose: "notes and coin at a teller's window",
    asset: "USD",
    side: "debit",
    counted: "owned",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  rail_clearing: {
    purpose: "dollars under way on a payment rail, one side of which is booked",
    asset: "USD",
    side: "debit",
    counted: "under_way",
    isMemo: false,
    isClearing: true,
    isCustomer: false,
    isMirror: false,
  },
  dollar_deposit: {
    purpose: "a customer's dollars, on hold or not",
    asset: "USD",
    side: "credit",
    counted: "owed",
    isMemo: false,
    isClearing: false,
    isCustomer: true,
    isMirror: false,
  },
  token_supply: {
    purpose: "what the bank owes to all holders of the token together",
    asset: "USD",
    side: "credit",
    counted: "owed",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  tax_payable: {
    purpose: "tax withheld in dollars and not yet remitted, by authority and kind",
    asset: "USD",
    side: "credit",
    counted: "owed",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  first_loss: {
    purpose: "the fund that loses before any depositor or holder does",
    asset: "USD",
    side: "credit",
    counted: "own",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  capital: {
    purpose: "what belongs to the bank's owner",
    asset: "USD",
    side: "credit",
    counted: "own",
    isMemo: false,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  suspense: {
    purpose: "dollars whose owner or purpose is not known yet; looked through every day",
    asset: "USD",
    side: "credit",
    counted: "under_way",
    isMemo: false,
    isClearing: true,
    isCustomer: false,
    isMirror: false,
  },
  token_control: {
    purpose: "the supply as the chain has it, seen from the holders' side",
    asset: "TOKEN",
    side: "debit",
    counted: "supply",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  wallet_mirror: {
    purpose: "tokens that an address holds on chain",
    asset: "TOKEN",
    side: "credit",
    counted: "holder",
    isMemo: true,
    isClearing: false,
    isCustomer: true,
    isMirror: true,
  },
  stake_mirror: {
    purpose: "tokens that an address has staked with an operator",
    asset: "TOKEN",
    side: "credit",
    counted: "holder",
    isMemo: true,
    isClearing: false,
    isCustomer: true,
    isMirror: true,
  },
  unbonding_mirror: {
    purpose: "stake asked back, waiting for its time",
    asset: "TOKEN",
    side: "credit",
    counted: "holder",
    isMemo: true,
    isClearing: false,
    isCustomer: true,
    isMirror: true,
  },
  custodial_token: {
    purpose: "tokens that the bank keeps for a customer",
    asset: "TOKEN",
    side: "credit",
    counted: "holder",
    isMemo: true,
    isClearing: false,
    isCustomer: true,
    isMirror: false,
  },
  fee_pot: {
    purpose: "named fees collected and not yet distributed",
    asset: "TOKEN",
    side: "credit",
    counted: "holder",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  reward_pool: {
    purpose: "rewards distributed to an operator's stakers and not yet claimed",
    asset: "TOKEN",
    side: "credit",
    counted: "holder",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  operator_fee: {
    purpose: "an operator's share, not yet taken",
    asset: "TOKEN",
    side: "credit",
    counted: "holder",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  tax_withheld: {
    purpose: "tax withheld on chain and not yet remitted, by authority",
    asset: "TOKEN",
    side: "credit",
    counted: "holder",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  operator_bond: {
    purpose: "an operator's own tokens, slashed before any staker's",
    asset: "TOKEN",
    side: "credit",
    counted: "holder",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  canary_pot: {
    purpose: "set aside for operators that refuse what is faulty on purpose",
    asset: "TOKEN",
    side: "credit",
    counted: "holder",
    isMemo: true,
    isClearing: false,
    isCustomer: false,
    isMirror: false,
  },
  slashed_token: {
    purpose: "slashed and not yet collected by the first-loss account, less what stakers' mirrors still show",
    asset: "TOKEN",
    side: "credit",
    counted: "under_way",
    isMemo: true,
    isClearing: true,
    isCustomer: false,
    isMirror: false,
  },
  chain_clearing: {
    purpose: "tokens between two steps on chain",
    asset: "TOKEN",
    side: "credit",
    counted: "under_way",
    isMemo: true,
    isClearing: true,
    isCustomer: false,
    isMirror: false,
  },
} as const satisfies Record<string, AccountKind>;

export type AccountClass = keyof typeof chartOfAccounts;
export type Asset = "USD" | "TOKEN";

export const assetOf = (accountClass: AccountClass): Asset => chartOfAccounts[accountClass].asset;
