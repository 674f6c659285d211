import type { Posting } from "@/lib/ledger/posting";
import { conversionKey } from "@/lib/ledger/recipes/conversion-requested";

/**
 * A conversion ends without tokens: what was on hold can be used again.
 *   debit  credit  amount
 *   -      -       nothing moves; the hold ends
 */
export const conversionRefunded = (
  issuanceId: string,
): Pick<Posting, "key" | "event" | "subject" | "ends"> => ({
  key: `conversion-refunded:${issuanceId}`,
  event: "conversion-refunded",
  subject: `issuance:${issuanceId}`,
  ends: [{ hold: conversionKey(issuanceId), as: "void" }],
});
