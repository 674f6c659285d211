import { dollarDeposit, dollarHeld } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * A customer asks to convert dollars: they are set aside until tokens are final or the request is refunded.
 *   debit           credit        amount
 *   dollar deposit  dollars held  gross
 */
export const conversionRequested = (input: { profileId: string; grossMicros: bigint }): Transfer[] =>
  transfers({
    debit: dollarDeposit(input.profileId),
    credit: dollarHeld(input.profileId),
    amountMicros: input.grossMicros,
  });
