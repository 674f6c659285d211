import { setTimeout as wait } from "node:timers/promises";
import type { Hex, PublicClient, TransactionReceipt } from "viem";

/**
 * A mined transaction's receipt, by asking for it. The library's own wait wakes with new blocks only: on a chain that
 * makes none but for transactions it sleeps for ever when the last block is seen before its receipts.
 */
export async function receiptOf(
  client: Pick<PublicClient, "getTransactionReceipt">,
  hash: Hex,
  { patienceMs = 60_000, everyMs = 50 }: { patienceMs?: number; everyMs?: number } = {},
): Promise<TransactionReceipt> {
  for (const until = performance.now() + patienceMs; ; await wait(everyMs)) {
    try {
      return await client.getTransactionReceipt({ hash });
    } catch (error) {
      if ((error as Error).name !== "TransactionReceiptNotFoundError" || performance.now() > until)
        throw error;
    }
  }
}
