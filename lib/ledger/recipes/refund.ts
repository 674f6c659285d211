import type { Posting } from "@/lib/ledger/posting";
import type { Transfer } from "@/lib/ledger/transfer";

/**
 * What was moved by an event goes back, as a whole or in part; the ledger sees to it that never more goes back than was
 * moved, by all refunds together.
 *   debit                credit              amount
 *   credited by it       debited by it       at most what is left of it
 */
export const refund = ({
  original,
  transfers,
}: {
  /** the key of the event */
  original: string;
  /** its transfers, or the part of them that goes back */
  transfers: readonly Transfer[];
}): Pick<Posting, "corrects" | "isRefund" | "transfers"> => ({
  corrects: original,
  isRefund: true,
  transfers: transfers.map(({ debit, credit, ...rest }) => ({ debit: credit, credit: debit, ...rest })),
});
