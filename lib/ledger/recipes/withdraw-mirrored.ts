import { type Holder, unbondingMirror, walletMirror } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * A holder took unbonded stake back in a final block.
 *   debit             credit         amount
 *   unbonding mirror  wallet mirror  amount
 */
export const withdrawMirrored = (input: {
  holder: Holder;
  operatorId: number;
  amountMicros: bigint;
}): Transfer[] =>
  transfers({
    debit: unbondingMirror(input.holder, input.operatorId),
    credit: walletMirror(input.holder),
    amountMicros: input.amountMicros,
  });
