import { feePot, rewardPool } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * A final epoch gives collected fees to an operator's stakers.
 *   debit    credit                amount
 *   fee pot  reward pool operator  gross
 */
export const epochDistributed = (input: { operatorId: number; grossMicros: bigint }): Transfer[] =>
  transfers({ debit: feePot, credit: rewardPool(input.operatorId), amountMicros: input.grossMicros });
