import { feePot, type Holder, walletMirror } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * Somebody paid a named fee in tokens: data validation, pledge, trading, liquidity.
 * Issuance and redemption fees are booked by their own recipes, never here.
 *   debit          credit   amount
 *   wallet mirror  fee pot  fee
 */
export const feeCollected = (input: { payer: Holder; amountMicros: bigint }): Transfer[] =>
  transfers({ debit: walletMirror(input.payer), credit: feePot, amountMicros: input.amountMicros });
