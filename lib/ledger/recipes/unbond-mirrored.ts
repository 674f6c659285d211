import { type Holder, stakeMirror, unbondingMirror } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * A holder asked for stake back in a final block; it waits.
 *   debit         credit            amount
 *   stake mirror  unbonding mirror  amount
 */
export const unbondMirrored = (input: {
  holder: Holder;
  operatorId: number;
  amountMicros: bigint;
}): Transfer[] =>
  transfers({
    debit: stakeMirror(input.holder, input.operatorId),
    credit: unbondingMirror(input.holder, input.operatorId),
    amountMicros: input.amountMicros,
  });
