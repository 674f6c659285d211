import { setTimeout as wait } from "node:timers/promises";
import type { Hex, PublicClient, TransactionReceipt } from "viem";

/**
 * A mined transaction's receipt, by asking for it. The library's own wait wakes with new blocks only: on a chain that
 * makes none but for transactions it sleeps for ever when the last block is seen before its receipts. Such a chain may
 * also pass over a transaction that became ready while it mined (foundry-rs/foundry#10122) and takes it with its next
 * block only: anvil is asked for one after each `nudgeMs`; another node refuses that question, which changes nothing.
 */
export async function receiptOf(
  client: Pick<PublicClient, "getTransactionReceipt" | "request">,
  hash: Hex,
  { patienceMs = 60_000, everyMs = 50, nudgeMs = 3_000 } = {},
): Promise<TransactionReceipt> {
  const since = performance.now();
  for (let nudges = 1; ; await wait(everyMs)) {
    try {
      return await client.getTransactionReceipt({ hash });
    } catch (error) {
      const waited = performance.now() - since;
      if ((error as Error).name !== "TransactionReceiptNotFoundError" || waited > patienceMs) throw error;
      if (waited < nudges * nudgeMs) continue;
      nudges += 1;
      await client.request({ method: "anvil_mine", params: [] } as never).catch(() => undefined);
    }
  }
}
