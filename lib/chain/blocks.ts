import type { Hex, PublicClient } from "viem";
import type { Deployment } from "@/lib/chain/addresses";
import { decodeFact, type RawLog, watchedContracts } from "@/lib/chain/decode";
import type { ChainFact } from "@/lib/chain/facts";

export interface BlockHeader {
  number: bigint;
  hash: Hex;
  parentHash: Hex;
  at: Date;
  txCount: number;
}

export interface BlockWithLogs extends BlockHeader {
  logs: RawLog[];
}

/** The chain moved while it was being read; read again. */
export class ChainMoved extends Error {
  override name = "ChainMoved";
}

async function header(client: PublicClient, blockNumber: bigint): Promise<BlockHeader> {
  const block = await client.getBlock({ blockNumber });
  if (!block.hash) throw new ChainMoved(`block ${blockNumber} is not mined`);
  return {
    number: block.number,
    hash: block.hash,
    parentHash: block.parentHash,
    at: new Date(Number(block.timestamp) * 1000),
    txCount: block.transactions.length,
  };
}

/** Blocks from..to with our contracts' logs; headers form one unbroken chain and own every log, or ChainMoved. */
export async function readBlocks(
  client: PublicClient,
  deployment: Deployment,
  range: { from: bigint; to: bigint },
): Promise<BlockWithLogs[]> {
  const numbers = Array.from({ length: Number(range.to - range.from) + 1 }, (_, i) => range.from + BigInt(i));
  const [logs, headers] = await Promise.all([
    client.getLogs({
      address: watchedContracts.map((name) => deployment.contracts[name]),
      fromBlock: range.from,
      toBlock: range.to,
    }),
    Promise.all(numbers.map((number) => header(client, number))),
  ]);
  const blocks = headers.map((h) => ({ ...h, logs: [] as RawLog[] }));
  blocks.forEach((block, i) => {
    const parent = blocks[i - 1];
    if (parent && block.parentHash !== parent.hash)
      throw new ChainMoved(`block ${block.number} left its parent`);
  });
  for (const log of logs) {
    const block = blocks[Number((log.blockNumber ?? -1n) - range.from)];
    if (!block || block.hash !== log.blockHash || log.logIndex === null || !log.transactionHash)
      throw new ChainMoved("a log does not belong to the block read with it");
    block.logs.push({
      address: log.address,
      topics: log.topics as Hex[],
      data: log.data,
      blockNumber: block.number,
      blockHash: block.hash,
      txHash: log.transactionHash,
      logIndex: log.logIndex,
      at: block.at,
    });
  }
  for (const block of blocks) block.logs.sort((a, b) => a.logIndex - b.logIndex);
  return blocks;
}

export function factsOf(deployment: Deployment, block: BlockWithLogs): ChainFact[] {
  return block.logs.map((log) => decodeFact(deployment, log)).filter((fact) => fact !== undefined);
}
