import { AppError, type ErrorCode } from "@/lib/errors";

/**
 * Why the ledger refuses an item, and what the bank says of it to whoever asked. Without words of the bank's own it is a
 * defect: our recipes do not ask for such things.
 */
export const refusalCodes = {
  balance_too_low: "balance_too_low",
  key_conflict: "idempotency_conflict",
  // one wording with every other hold: nothing tells
  account_frozen: "under_review",
  account_closed: "under_review",
  hold_resolved: "conflict",
  hold_expired: "conflict",
  hold_not_expired: "conflict",
  hold_too_small: "conflict",
  refund_too_large: "conflict",
  amount_too_large: "amount_too_large",
  account_unknown: undefined,
  asset_wrong: undefined,
  same_account: undefined,
  amount_malformed: undefined,
  key_malformed: undefined,
  date_malformed: undefined,
  date_out_of_range: undefined,
  hold_malformed: undefined,
  hold_unknown: undefined,
  original_unknown: undefined,
  nothing_to_move: undefined,
  chain_broken: undefined,
  batch_too_large: undefined,
  malformed: undefined,
} as const satisfies Record<string, ErrorCode | undefined>;

export type RefusalCode = keyof typeof refusalCodes;

/** What an item's refusal is to a command that stops because of it. */
export function refusalError(code: RefusalCode, what: string | null): Error {
  const words = refusalCodes[code];
  const why = new Error(`The ledger refused ${code}: ${what}`);
  // what the ledger says of an account stays inside: a freeze must not tell
  return words ? new AppError(words, undefined, { cause: why }) : why;
}
