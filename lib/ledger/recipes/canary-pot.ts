import { canaryPot, type Holder, walletMirror } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

type Part = { holder: Holder; amountMicros: bigint };

/**
 * Somebody set tokens aside for operators that refuse canaries.
 *   debit          credit      amount
 *   wallet mirror  canary pot  amount
 */
export const canaryFunded = ({ holder, amountMicros }: Part): Transfer[] =>
  transfers({ debit: walletMirror(holder), credit: canaryPot, amountMicros });

/**
 * An operator took what it earned by refusing them. Owed or not yet, it lies in one pot.
 *   debit       credit         amount
 *   canary pot  wallet mirror  amount
 */
export const canaryRewardPaid = ({ holder, amountMicros }: Part): Transfer[] =>
  transfers({ debit: canaryPot, credit: walletMirror(holder), amountMicros });
