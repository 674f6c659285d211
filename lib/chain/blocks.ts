import { type Hex, numberToHex, type PublicClient } from "viem";
import type { Deployment } from "@/lib/chain/addresses";
import { decodeFact, type RawLog, watchedContracts } from "@/lib/chain/decode";
import type { ChainFact } from "@/lib/chain/facts";
import { type ChainNode, type NodeCall, nodeOf } from "@/lib/chain/node";
import { bloomTest, isItsHash, type RawHeader, type RawReceipt, receiptsRootOf } from "@/lib/chain/proof";
import { NodeTrouble } from "@/lib/chain/trouble";

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

/** receipts of so many transactions in one answer at most */
const receiptsAtOnce = 1_000;

export const headerCall = (block: bigint | "latest" | "finalized"): NodeCall => ({
  method: "eth_getBlockByNumber",
  params: [typeof block === "bigint" ? numberToHex(block) : block, false],
});

/** What the node calls a block, once its header has proved to be the one its hash names; undefined when it has none. */
export function provenHeader(
  answer: unknown,
  number?: bigint,
): (BlockHeader & { raw: RawHeader }) | undefined {
  if (answer === undefined) return undefined;
  const raw = answer as RawHeader;
  let proven: boolean;
  try {
    proven = isItsHash(raw) && Array.isArray(raw.transactions);
  } catch {
    throw new NodeTrouble("node_garbled", "the node's answer is no block");
  }
  if (!proven) throw new NodeTrouble("node_lies", `block ${raw.hash} has another header than its hash names`);
  if (number !== undefined && BigInt(raw.number) !== number)
    throw new NodeTrouble("node_lies", `asked for block ${number}, the node gave ${BigInt(raw.number)}`);
  return {
    number: BigInt(raw.number),
    hash: raw.hash,
    parentHash: raw.parentHash,
    at: new Date(Number(raw.timestamp) * 1000),
    txCount: raw.transactions.length,
    raw,
  };
}

type Header = NonNullable<ReturnType<typeof provenHeader>>;

async function headersOf(node: ChainNode, range: { from: bigint; to: bigint }): Promise<Header[]> {
  const numbers = Array.from({ length: Number(range.to - range.from) + 1 }, (_, i) => range.from + BigInt(i));
  const answers = await node.batch(numbers.map(headerCall));
  const headers = numbers.map((number, i) => {
    const found = provenHeader(answers[i], number);
    if (!found) throw new ChainMoved(`block ${number} is not there any more`);
    return found;
  });
  headers.forEach((header, i) => {
    const parent = headers[i - 1];
    if (parent && header.parentHash !== parent.hash)
      throw new ChainMoved(`block ${header.number} left its parent`);
  });
  return headers;
}

/** Logs come out of receipts that hash to the root in the header: none can be missing, added, changed or moved. */
function provenLogs(header: Header, answer: unknown, isOurs: (address: string) => boolean): RawLog[] {
  if (answer === undefined) throw new ChainMoved(`block ${header.number} is not there any more`);
  const receipts = answer as RawReceipt[];
  let proven: boolean;
  try {
    proven = receiptsRootOf(receipts) === header.raw.receiptsRoot;
  } catch {
    throw new NodeTrouble("node_garbled", "the node's answer is no list of receipts");
  }
  if (!proven || receipts.length !== header.txCount)
    throw new NodeTrouble(
      "node_lies",
      `the receipts of block ${header.number} are not those its header names`,
    );
  let logIndex = 0;
  return receipts.flatMap((receipt, i) => {
    const txHash = header.raw.transactions[i] as Hex;
    if (receipt.transactionHash !== txHash)
      throw new NodeTrouble("node_lies", `a receipt of block ${header.number} names another transaction`);
    return receipt.logs.flatMap(({ address, topics, data }) => {
      const index = logIndex++;
      if (!isOurs(address.toLowerCase())) return [];
      const { number: blockNumber, hash: blockHash, at } = header;
      return [{ address, topics, data, blockNumber, blockHash, txHash, logIndex: index, at }];
    });
  });
}

/** Groups whose receipts fit into one answer. */
function inParts(headers: Header[]): Header[][] {
  const parts: Header[][] = [];
  let room = 0;
  for (const header of headers) {
    if (header.txCount > room) {
      parts.push([]);
      room = receiptsAtOnce;
    }
    parts.at(-1)?.push(header);
    room -= header.txCount;
  }
  return parts;
}

/**
 * Blocks from..to with our contracts' logs: headers proved by their hashes, one unbroken chain, logs proved by the
 * headers. A block whose bloom has none of our addresses has no log of ours, and is not asked further.
 */
export async function readBlocks(
  client: PublicClient,
  deployment: Deployment,
  range: { from: bigint; to: bigint },
): Promise<BlockWithLogs[]> {
  const node = nodeOf(client);
  const addresses = watchedContracts.map((name) => deployment.contracts[name]);
  const ours = new Set(addresses.map((address) => address.toLowerCase()));
  const tests = addresses.map(bloomTest);
  const headers = await headersOf(node, range);
  const logs = new Map<Hex, RawLog[]>();
  const mayHold = headers.filter(({ raw }) => tests.some((test) => test(raw.logsBloom)));
  for (const part of inParts(mayHold)) {
    const answers = await node.batch(
      part.map(({ hash }) => ({ method: "eth_getBlockReceipts", params: [hash] })),
    );
    part.forEach((header, i) => {
      logs.set(
        header.hash,
        provenLogs(header, answers[i], (address) => ours.has(address)),
      );
    });
  }
  return headers.map(({ raw: _, ...header }) => ({ ...header, logs: logs.get(header.hash) ?? [] }));
}

export function factsOf(deployment: Deployment, block: BlockWithLogs): ChainFact[] {
  return block.logs.map((log) => decodeFact(deployment, log)).filter((fact) => fact !== undefined);
}
