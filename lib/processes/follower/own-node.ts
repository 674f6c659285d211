import { existsSync, readFileSync } from "node:fs";
import type { PublicClient } from "viem";
import type { Deployment } from "@/lib/chain/addresses";
import { ChainMoved, headerCall, provenHeader, readBlocks } from "@/lib/chain/blocks";
import type { BlockRef } from "@/lib/chain/finality";
import { nodeOf } from "@/lib/chain/node";
import { NodeTrouble } from "@/lib/chain/trouble";
import { type Follower, type Kept, Pace } from "@/lib/processes/follower/contract";
import { writeDurably } from "@/lib/processes/home";

export interface OwnNodeConfig {
  client: PublicClient;
  deployment: Deployment;
  /** absent: nothing is remembered */
  keepAt?: string;
}

const windowBlocks = 200n;

interface File {
  number: string;
  hash: `0x${string}`;
  note: string;
}

/**
 * For an operator that runs a node of the network itself (Besu in production): that node executes the blocks and is the
 * chain, so that only what it hands over is proved. The seed steps its validators beside the demo's chain in this way.
 */
export function ownNodeFollower({ client, deployment, keepAt }: OwnNodeConfig): Follower {
  const before = BigInt(deployment.deployedAtBlock) - 1n;
  const pace = new Pace();
  let at: BlockRef | undefined;
  let keptTo: bigint | undefined;

  const hashAt = async (number: bigint) => {
    const [answer] = await nodeOf(client).batch([{ ...headerCall(number), mayLack: true }]);
    return provenHeader(answer, number)?.hash;
  };

  return {
    async begin(from) {
      const [chainId] = await nodeOf(client).batch([{ method: "eth_chainId", params: [] }]);
      if (Number(chainId) !== deployment.chainId)
        throw new NodeTrouble(
          "wrong_chain",
          `the node is on chain ${Number(chainId)}, not ${deployment.chainId}`,
        );
      const kept = from === "first" ? undefined : keepAt && readKept(keepAt);
      if (kept && (await hashAt(kept.at.number)) === kept.at.hash) {
        at = kept.at;
        keptTo = kept.at.number;
        return kept;
      }
      const hash = await hashAt(before);
      if (!hash) throw new NodeTrouble("node_behind", `the node has no block ${before}`);
      at = { number: before, hash };
      return undefined;
    },
    isRunning: () => at !== undefined,
    async *advance(to) {
      if (!at) throw new Error("the follower has not begun");
      const own = await hashAt(at.number);
      if (own !== at.hash) {
        at = undefined;
        throw new ChainMoved("the chain is another one than it was");
      }
      while (at.number < to) {
        const from: bigint = at.number + 1n;
        const last: bigint = from + windowBlocks - 1n < to ? from + windowBlocks - 1n : to;
        const blocks = await pace.measure(Number(last - from) + 1, () =>
          readBlocks(client, deployment, { from, to: last }),
        );
        for (const block of blocks) {
          at = { number: block.number, hash: block.hash };
          yield { ...block, difference: undefined };
        }
      }
    },
    reader: () => client,
    async keep(note) {
      if (!keepAt || !at || at.number === keptTo) return;
      const file: File = { number: at.number.toString(), hash: at.hash, note };
      writeDurably(keepAt, JSON.stringify(file), 0o600);
      keptTo = at.number;
    },
    status: () => ({
      engine: "a node of the operator's own",
      at,
      keptTo,
      blocksExecuted: pace.blocks,
      blocksPerSecond: pace.perSecond(),
      differsSince: undefined,
    }),
    async close() {
      at = undefined;
    },
  };
}

function readKept(path: string): Kept | undefined {
  if (!existsSync(path)) return undefined;
  const { number, hash, note } = JSON.parse(readFileSync(path, "utf8")) as File;
  return { at: { number: BigInt(number), hash }, note };
}
