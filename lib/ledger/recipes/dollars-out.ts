import { cash, dollarDeposit, railClearing } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * Dollars leave for a customer's account elsewhere: first they are taken from the deposit, then the rail settles.
 *   debit           credit          amount
 *   dollar deposit  rail clearing   amount   sent
 *   rail clearing   cash            amount   settled
 *   rail clearing   dollar deposit  amount   returned instead
 */
type Input = { profileId: string; amountMicros: bigint };

export const dollarsOutSent = ({ profileId, amountMicros }: Input): Transfer[] =>
  transfers({ debit: dollarDeposit(profileId), credit: railClearing, amountMicros });

export const dollarsOutSettled = ({ amountMicros }: Input): Transfer[] =>
  transfers({ debit: railClearing, credit: cash, amountMicros });

export const dollarsOutReturned = ({ profileId, amountMicros }: Input): Transfer[] =>
  transfers({ debit: railClearing, credit: dollarDeposit(profileId), amountMicros });
