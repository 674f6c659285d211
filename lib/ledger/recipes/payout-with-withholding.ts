import { invariant } from "@/lib/errors";
import { type Holder, operatorFee, rewardPool, taxWithheld, walletMirror } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

export type WithheldLine = { jurisdiction: string; amountMicros: bigint };

/**
 * A staker was paid in a final block: gross = operator fee + federal + state + local + net, to the unit.
 *   debit        credit                  amount
 *   reward pool  operator fee            operator fee
 *   reward pool  tax withheld authority  each line
 *   reward pool  wallet mirror           net
 * Refuses: lines that do not sum to gross.
 */
export function payoutWithWithholding(input: {
  holder: Holder;
  operatorId: number;
  grossMicros: bigint;
  operatorFeeMicros: bigint;
  netMicros: bigint;
  withheld: WithheldLine[];
}): Transfer[] {
  const { holder, operatorId, grossMicros, operatorFeeMicros, netMicros, withheld } = input;
  const taxMicros = withheld.reduce((sum, line) => sum + line.amountMicros, 0n);
  invariant(operatorFeeMicros + taxMicros + netMicros === grossMicros, "payout lines sum to gross");
  const from = rewardPool(operatorId);
  return transfers(
    { debit: from, credit: operatorFee(operatorId), amountMicros: operatorFeeMicros },
    ...withheld.map(({ jurisdiction, amountMicros }) => ({
      debit: from,
      credit: taxWithheld(jurisdiction),
      amountMicros,
    })),
    { debit: from, credit: walletMirror(holder), amountMicros: netMicros },
  );
}

/**
 * An operator took its fees in a final block.
 *   debit         credit         amount
 *   operator fee  wallet mirror  amount
 */
export const operatorFeePaid = (input: {
  operatorId: number;
  to: Holder;
  amountMicros: bigint;
}): Transfer[] =>
  transfers({
    debit: operatorFee(input.operatorId),
    credit: walletMirror(input.to),
    amountMicros: input.amountMicros,
  });
