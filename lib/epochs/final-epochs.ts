import { getAbiItem, type Hex, type PublicClient, zeroHash } from "viem";
import { epochManagerAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { epochContent } from "@/lib/chain/decode";
import { epochDigest } from "@/lib/epochs/digest";

export interface FinalEpoch {
  number: bigint;
  /** the head of the sealed books when it was proposed; all zeroes before the first seal */
  booksRoot: Hex;
}

const blocksAtOnce = 10_000n;

/**
 * Every final epoch, oldest first, as the chain has it and no database: each link from the last final digest back is
 * hashed anew, so a node can leave epochs out, but not make one up. Throws when the node does not answer, or leaves out.
 */
export async function finalEpochs(client: PublicClient, deployment: Deployment): Promise<FinalEpoch[]> {
  const manager = { address: deployment.contracts.epochManager, abi: epochManagerAbi } as const;
  const [chainId, head] = await Promise.all([client.getChainId(), client.getBlockNumber({ cacheTime: 0 })]);
  if (chainId !== deployment.chainId)
    throw new Error(`the node is on chain ${chainId}, the contracts on ${deployment.chainId}`);
  const [lastNumber, lastDigest] = await client.readContract({ ...manager, functionName: "lastFinal" });
  const proposals = new Map<Hex, ReturnType<typeof epochContent>>();
  const event = getAbiItem({ abi: epochManagerAbi, name: "EpochProposed" });
  for (let from = BigInt(deployment.deployedAtBlock); from <= head; from += blocksAtOnce) {
    const last = from + blocksAtOnce - 1n;
    const logs = await client.getLogs({
      address: manager.address,
      event,
      strict: true,
      fromBlock: from,
      toBlock: last < head ? last : head,
    });
    for (const { args } of logs) {
      const epoch = epochContent(args.epoch);
      proposals.set(epochDigest(deployment, epoch), epoch);
    }
  }
  const epochs: FinalEpoch[] = [];
  for (let [number, digest] = [lastNumber, lastDigest]; digest !== zeroHash; number -= 1n) {
    const epoch = proposals.get(digest);
    if (epoch?.number !== number) throw new Error(`the node leaves out the proposal of epoch ${number}`);
    epochs.push({ number, booksRoot: epoch.booksRoot });
    digest = epoch.previousDigest;
  }
  if (BigInt(epochs.length) !== lastNumber) throw new Error("the node leaves out epochs");
  return epochs.reverse();
}
