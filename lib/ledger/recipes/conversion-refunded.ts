import { dollarDeposit, dollarHeld } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * A conversion ends without tokens: what was set aside goes back.
 *   debit         credit          amount
 *   dollars held  dollar deposit  gross
 */
export const conversionRefunded = (input: { profileId: string; grossMicros: bigint }): Transfer[] =>
  transfers({
    debit: dollarHeld(input.profileId),
    credit: dollarDeposit(input.profileId),
    amountMicros: input.grossMicros,
  });
