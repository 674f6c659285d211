import type { Address } from "viem";
import { z } from "zod";
import type { ConsensusAdapter } from "@/lib/vendors/consensus/contract";

const timeoutMs = 3_000;
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => text.toLowerCase() as Address);
const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,16}$/)
  .transform((text) => BigInt(text));
const answer = z.object({
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
const metrics = z.array(
  z.object({ address, proposedBlockCount: quantity, lastProposedBlockNumber: quantity }),
);

/** a validator whose turn came this often and that proposed nothing is taken to be down */
const missedTurns = 3n;

/**
 * A network of Hyperledger Besu under QBFT, by one node's JSON-RPC with the QBFT methods on
 * (qbft_getValidatorsByBlockNumber, qbft_getSignerMetrics: Besu's API reference). Whose turn it is goes round, so whoever
 * proposed nothing for some rounds is down. Throws when the node cannot be asked.
 */
export function besuQbft(url: string): ConsensusAdapter {
  async function ask<T>(method: string, params: unknown[], as: z.ZodType<T>): Promise<T> {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { result, error } = answer.parse(await response.json());
    if (error) throw new Error(`${method}: ${error.message}`);
    return as.parse(result);
  }
  return {
    source: "As the Besu node tells it (QBFT).",
    hosts: async () => {
      const [validators, signers, head] = await Promise.all([
        ask("qbft_getValidatorsByBlockNumber", ["latest"], z.array(address)),
        ask("qbft_getSignerMetrics", [], metrics),
        ask("eth_blockNumber", [], quantity),
      ]);
      return validators.map((node) => {
        const seen = signers.find((signer) => signer.address === node);
        const behindBlocks = head - (seen?.lastProposedBlockNumber ?? 0n);
        const isDown = behindBlocks > missedTurns * BigInt(validators.length);
        return {
          of: { node },
          behindBlocks: isDown ? behindBlocks : 0n,
          problem: isDown
            ? seen
              ? `has proposed no block since ${seen.lastProposedBlockNumber}`
              : "has proposed none of the blocks that the node looked at"
            : undefined,
        };
      });
    },
  };
}
