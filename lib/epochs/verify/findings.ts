/** Why a validator does not sign a batch: README.md says of each what it means and what to do. */
export const reasons = [
  "not_a_batch",
  "line_malformed",
  "line_too_long",
  "line_unfinished",
  "not_utf8",
  "truncated",
  "line_beyond",
  "wrong_chain",
  "wrong_bank",
  "epoch_replayed",
  "epoch_future",
  "previous_digest_differs",
  "previous_log_differs",
  "previous_liabilities_differ",
  "previous_block_differs",
  "previous_not_empty",
  "books_root_differs",
  "liabilities_root_stated_differs",
  "liabilities_stated_differ",
  "seal_missing",
  "seal_broken",
  "period_wrong",
  "leaf_missing",
  "leaf_out_of_order",
  "leaf_outside_range",
  "seal_root_differs",
  "log_differs",
  "event_empty",
  "event_incomplete",
  "event_twice",
  "event_too_large",
  "same_account_twice",
  "class_unknown",
  "account_in_two_classes",
  "asset_differs",
  "hold_twice",
  "hold_end_wrong",
  "refund_of_nothing",
  "payout_out_of_order",
  "rate_class_wrong",
  "tax_differs",
  "balance_out_of_order",
  "balance_twice",
  "balance_idle",
  "balance_missing",
  "names_wrong",
  "closing_differs",
  "negative_balance",
  "under_way_left",
  "opening_differs",
  "opening_class_differs",
  "class_total_differs",
  "assets_uneven",
  "supply_not_held",
  "withheld_differs",
  "sources_differ_from_uses",
  "tax_not_booked",
  "liabilities_differ",
  "liabilities_root_differs",
  "entries_root_differs",
  "entries_seal_differs",
  "block_unknown",
  "block_after_proposal",
  "block_too_old",
  "block_hash_differs",
  "chain_supply_differs",
  "fees_differ",
  "rewards_differ",
  "payout_differs",
  "reserves_differ",
] as const;
export type Reason = (typeof reasons)[number];

export interface Finding {
  reason: Reason;
  /** what the batch says, and what it should say */
  stated: string;
  recomputed: string;
  /** the line of the file, from 1 */
  at: number;
}

/** Findings told; a file of something else has one a line. */
const enough = 20;

/** Nothing after it can be read: where a line belongs is no longer known. */
export class Unreadable extends Error {
  constructor(
    readonly reason: Reason,
    readonly stated: unknown = "",
    readonly recomputed: unknown = "",
  ) {
    super(reason);
  }
}

export class Findings {
  readonly told: Finding[] = [];
  count = 0;
  /** the line being read */
  at = 0;

  add(reason: Reason, stated: unknown = "", recomputed: unknown = "", at = this.at): void {
    this.count += 1;
    if (this.told.length < enough)
      this.told.push({ reason, stated: brief(stated), recomputed: brief(recomputed), at });
  }

  same(reason: Reason, stated: unknown, recomputed: unknown, at = this.at): void {
    if (stated !== recomputed) this.add(reason, stated, recomputed, at);
  }
}

const longest = 300;
const brief = (value: unknown): string => {
  const text = String(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
};
