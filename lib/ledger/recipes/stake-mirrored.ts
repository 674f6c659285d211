import { type Holder, stakeMirror, walletMirror } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * A holder staked in a final block.
 *   debit          credit        amount
 *   wallet mirror  stake mirror  amount
 */
export const stakeMirrored = (input: {
  holder: Holder;
  operatorId: number;
  amountMicros: bigint;
}): Transfer[] =>
  transfers({
    debit: walletMirror(input.holder),
    credit: stakeMirror(input.holder, input.operatorId),
    amountMicros: input.amountMicros,
  });
