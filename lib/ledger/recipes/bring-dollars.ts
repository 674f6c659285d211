import { cash, dollarDeposit, railClearing } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * Dollars arrive from a customer's account elsewhere.
 *   debit          credit          amount
 *   rail clearing  dollar deposit  amount   the customer has them
 *   cash           rail clearing   amount   the rail has settled
 */
export function bringDollars(input: { profileId: string; amountMicros: bigint }): Transfer[] {
  const { profileId, amountMicros } = input;
  return transfers(
    { debit: railClearing, credit: dollarDeposit(profileId), amountMicros },
    { debit: cash, credit: railClearing, amountMicros },
  );
}
