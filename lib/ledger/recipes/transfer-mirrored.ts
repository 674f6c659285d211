import { type Holder, walletMirror } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * Tokens moved between two addresses in a final block, outside every other recipe (a contract is a holder too).
 *   debit                credit             amount
 *   sender's mirror      receiver's mirror  amount
 */
export const transferMirrored = (input: { from: Holder; to: Holder; amountMicros: bigint }): Transfer[] =>
  transfers({
    debit: walletMirror(input.from),
    credit: walletMirror(input.to),
    amountMicros: input.from.wallet.toLowerCase() === input.to.wallet.toLowerCase() ? 0n : input.amountMicros,
  });
