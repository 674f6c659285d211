import { dollarDeposit, tokenSupply } from "@/lib/ledger/accounts";
import type { Posting } from "@/lib/ledger/posting";
import { transfers } from "@/lib/ledger/transfer";

/** The event that opened a conversion's hold, by which its end names it. */
export const conversionKey = (issuanceId: string) => `conversion-requested:${issuanceId}`;

/**
 * Beyond any clock. A conversion ends when the chain has minted or refused at final depth, however long it is slow,
 * stopped or waiting for a person; an expired hold could not be posted though the tokens are out. So no time releases it.
 */
export const noTimeEnds = new Date("9999-12-31T00:00:00Z");

/**
 * A customer asks to convert dollars: they are on hold until tokens are final or the request is refunded.
 *   debit           credit        amount
 *   dollar deposit  token supply  gross   on hold
 */
export const conversionRequested = (input: {
  issuanceId: string;
  profileId: string;
  grossMicros: bigint;
}): Pick<Posting, "key" | "event" | "subject" | "holds"> => ({
  key: conversionKey(input.issuanceId),
  event: "conversion-requested",
  subject: `issuance:${input.issuanceId}`,
  holds: transfers({
    debit: dollarDeposit(input.profileId),
    credit: tokenSupply,
    amountMicros: input.grossMicros,
  }).map((line) => ({ ...line, expiresAt: noTimeEnds })),
});
