import type { Posting } from "@/lib/ledger/posting";

/**
 * The time of a hold is over: what was set aside can be used again.
 *   debit  credit  amount
 *   -      -       nothing moves; the hold ends
 */
export const holdExpired = (input: {
  pendingId: string;
  /** the key of the event that opened it, and its place there */
  hold: string;
  seq: number;
}): Pick<Posting, "key" | "event" | "subject" | "ends"> => ({
  key: `hold-expired:${input.pendingId}`,
  event: "hold-expired",
  subject: input.hold,
  ends: [{ hold: input.hold, seq: input.seq, as: "expire" }],
});
