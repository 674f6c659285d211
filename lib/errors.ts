export type ErrorFacts = { http: number; moneySafe: boolean; retry: boolean };

const refused = { http: 422, moneySafe: true, retry: false };
const refusedForNow = { http: 409, moneySafe: true, retry: true };
const signIn = { http: 401, moneySafe: true, retry: true };
const outage = { http: 503, moneySafe: true, retry: true };

/** Every refusal the bank can give, on screen, in the API, in the CLI and from a contract. */
export const errorFacts = {
  // amounts
  amount_missing: refused,
  amount_not_a_number: refused,
  amount_zero: refused,
  amount_negative: refused,
  amount_too_many_decimals: refused,
  amount_too_large: refused,
  amount_too_small: refused,
  amount_changed: refusedForNow,
  // forms
  invalid_input: refused,
  name_invalid: refused,
  birth_date_invalid: refused,
  under_age: refused,
  address_invalid: refused,
  county_unknown: refused,
  tax_number_invalid: refused,
  tax_number_in_use: refused,
  election_invalid: refused,
  terms_not_accepted: refused,
  // sign-in and access
  sign_in_required: signIn,
  sign_in_expired: signIn,
  sign_in_used: signIn,
  sign_in_malformed: signIn,
  sign_in_wrong_domain: signIn,
  sign_in_wrong_chain: signIn,
  sign_in_wrong_wallet: signIn,
  sign_in_wrong_signature: signIn,
  sign_in_wrong_password: signIn,
  session_ended: signIn,
  signed_out: signIn,
  not_allowed: { http: 403, moneySafe: true, retry: false },
  foreign_origin: { http: 403, moneySafe: true, retry: false },
  request_too_large: { http: 413, moneySafe: true, retry: false },
  not_found: { http: 404, moneySafe: true, retry: false },
  rate_limited: { http: 429, moneySafe: true, retry: true },
  // one code and one wording for hold, expired identity and maintenance, so that none tells on another
  under_review: refusedForNow,
  // identity
  not_verified: refused,
  identity_pending: refusedForNow,
  identity_decided: refusedForNow,
  wallet_taken: refused,
  // money
  balance_too_low: refused,
  network_coin_too_low: refused,
  reserve_stale: refusedForNow,
  reserve_too_low: refusedForNow,
  position_expired: refusedForNow,
  position_used: refusedForNow,
  mint_limit_reached: refusedForNow,
  dollars_not_ready: refusedForNow,
  // stake
  operator_unknown: refused,
  operator_closed: refused,
  stake_too_small: refused,
  nothing_to_claim: refusedForNow,
  not_yet_withdrawable: refusedForNow,
  too_many_unbondings: refusedForNow,
  request_unknown: { http: 404, moneySafe: true, retry: false },
  // wallet and chain
  wallet_not_connected: { http: 400, moneySafe: true, retry: true },
  wallet_changed: refusedForNow,
  wallet_rejected: refusedForNow,
  wallet_offline: outage,
  wrong_chain: refusedForNow,
  would_revert: refused,
  transaction_failed: refusedForNow,
  transaction_replaced: refusedForNow,
  transaction_cancelled: refusedForNow,
  transaction_unclear: refusedForNow,
  transaction_lost: refusedForNow,
  transaction_slow: { http: 202, moneySafe: true, retry: false },
  chain_down: outage,
  chain_behind: outage,
  partner_down: outage,
  // two persons
  approval_needed: { http: 202, moneySafe: true, retry: false },
  approval_same_person: { http: 403, moneySafe: true, retry: false },
  approval_expired: refused,
  approval_changed: refused,
  approval_decided: refusedForNow,
  // operators
  owner_taken: refused,
  key_taken: refused,
  evidence_missing: refused,
  checks_open: refusedForNow,
  certificate_date: refused,
  bond_too_small: refused,
  // keys and races
  not_compared: refusedForNow,
  idempotency_conflict: { http: 409, moneySafe: true, retry: false },
  conflict: refusedForNow,
  busy: outage,
  unexpected: { http: 500, moneySafe: true, retry: true },
} as const satisfies Record<string, ErrorFacts>;

export type ErrorCode = keyof typeof errorFacts;

/** A refusal: expected, worded once in components/copy/errors.ts, safe to show. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly details?: Record<string, string>,
    options?: { cause?: unknown },
  ) {
    super(code, options);
    this.name = "AppError";
  }

  get facts(): ErrorFacts {
    return errorFacts[this.code];
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorFacts, value);
}

/** Whatever was thrown, as a refusal; a defect becomes "unexpected" and keeps its cause for the log alone. */
export function toAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError("unexpected", undefined, { cause: thrown });
}

/** A broken assumption is a defect: it crashes the request and is logged, never worded for a customer. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}

/** What a contract says when it refuses, by the name of its Solidity error. */
export const contractRefusals: Record<string, ErrorCode> = {
  ZeroAmount: "amount_zero",
  NotVerified: "not_verified",
  ERC7943CannotReceive: "not_verified",
  ERC7943CannotSend: "not_verified",
  ERC7943CannotTransfer: "not_verified",
  ERC7943CannotTransact: "not_verified",
  ERC7943InsufficientUnfrozenBalance: "under_review",
  InsufficientUnfrozen: "under_review",
  EnforcedPause: "under_review",
  AccessManagedUnauthorized: "not_allowed",
  ERC20InsufficientBalance: "balance_too_low",
  ERC20InsufficientAllowance: "balance_too_low",
  ERC2612ExpiredSignature: "transaction_lost",
  ERC2612InvalidSigner: "wallet_changed",
  IssuanceUsed: "conflict",
  RedemptionUsed: "conflict",
  UnknownWallet: "not_verified",
  WalletTaken: "wallet_taken",
  IdTaken: "conflict",
  StaleAttestation: "reserve_stale",
  WouldUnback: "reserve_too_low",
  Unbacked: "reserve_too_low",
  UnknownPosition: "position_expired",
  PositionExpired: "position_expired",
  PositionExists: "position_used",
  PositionTooSmall: "reserve_too_low",
  UnknownOperator: "operator_unknown",
  OperatorClosed: "operator_closed",
  OwnerTaken: "owner_taken",
  KeyTaken: "key_taken",
  BondTooSmall: "bond_too_small",
  CertificateExpired: "certificate_date",
  StakeTooSmall: "stake_too_small",
  NothingToClaim: "nothing_to_claim",
  NotYetWithdrawable: "not_yet_withdrawable",
  TooManyRequests: "too_many_unbondings",
  UnknownRequest: "request_unknown",
  MintCapReached: "mint_limit_reached",
};
