import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Hex, numberToHex, type PublicClient } from "viem";
import type { Deployment } from "@/lib/chain/addresses";
import { type BlockHeader, ChainMoved, headerCall, provenHeader } from "@/lib/chain/blocks";
import type { RawLog } from "@/lib/chain/decode";
import type { BlockRef } from "@/lib/chain/finality";
import { nodeOf } from "@/lib/chain/node";
import { hashOfHeader, type RawHeader, type RawReceipt, transactionsRootOf } from "@/lib/chain/proof";
import { NodeTrouble } from "@/lib/chain/trouble";
import { rememberHashes } from "@/lib/processes/chain";
import { type AnvilNode, startAnvilNode } from "@/lib/processes/follower/anvil-node";
import {
  type Difference,
  type ExecutedBlock,
  type Follower,
  type Kept,
  Pace,
} from "@/lib/processes/follower/contract";
import { type Genesis, genesisFile } from "@/lib/processes/follower/genesis";
import { writeDurably } from "@/lib/processes/home";

export interface AnvilFollowerConfig {
  /** the chain's own node: asked for headers and signed transactions, believed in nothing else */
  leader: PublicClient;
  deployment: Deployment;
  genesis: Genesis;
  folder: string;
}

type Header = BlockHeader & { raw: RawHeader };
type Fetched = { header: Header; signed: Hex[] };

interface AnvilState {
  block: Record<string, unknown>;
  accounts: Record<string, unknown>;
  best_block_number: number | Hex;
  blocks: { header: RawHeader; transactions: unknown[]; ommers: unknown[]; withdrawals?: unknown }[];
  transactions: unknown[];
  historical_states?: null;
}

interface File {
  number: string;
  hash: Hex;
  timestamp: string;
  genesisHash: Hex;
  note: string;
  state: AnvilState;
}

const chunkBlocks = 50n;
/** what the BLOCKHASH instruction reaches */
const reachBlocks = 256;

/**
 * An anvil of the operator's own that executes every block of the leader again: same beginning, same signed
 * transactions, same times. After each block the roots must be equal.
 *
 * Where they differ the own node keeps its own state and takes the leader's header for the block's name, so that the
 * following blocks can be executed and compared: while the leader's state is another, every one differs; once it is put
 * right, they agree again.
 */
export function anvilFollower(config: AnvilFollowerConfig): Follower {
  const { leader, deployment, genesis, folder } = config;
  const { chainId } = deployment;
  const chain = nodeOf(leader);
  const keptPath = join(folder, "kept.json.gz");
  const pace = new Pace();
  let node: AnvilNode | undefined;
  let at: BlockRef | undefined;
  let last: RawHeader | undefined;
  let genesisHash: Hex | undefined;
  let keptTo: bigint | undefined;
  let differsSince: { block: bigint; difference: Difference } | undefined;

  async function stop(): Promise<void> {
    const ending = node;
    node = undefined;
    at = undefined;
    await ending?.end();
  }

  /** A failure of the own node is no fault of the chain's: it is started again from what is kept. */
  async function own<T>(work: (node: AnvilNode) => Promise<T>): Promise<T> {
    if (!node) throw new Error("the own node is not running");
    try {
      return await work(node);
    } catch (error) {
      await stop();
      throw new Error(`the own node failed: ${(error as Error).message}`, { cause: error });
    }
  }

  const start = async (args: string[]) => {
    node = await startAnvilNode({ chainId, home: folder, args });
    return node;
  };

  async function headers(...blocks: (bigint | "latest")[]): Promise<(Header | undefined)[]> {
    const [id, ...answers] = await chain.batch([
      { method: "eth_chainId", params: [] },
      ...blocks.map((block) => ({ ...headerCall(block), mayLack: true })),
    ]);
    if (Number(id) !== chainId)
      throw new NodeTrouble("wrong_chain", `the node is on chain ${Number(id)}, not ${chainId}`);
    return answers.map((answer, i) => {
      const block = blocks[i];
      return provenHeader(answer, typeof block === "bigint" ? block : undefined);
    });
  }

  async function beginAnew(): Promise<undefined> {
    const path = join(folder, "genesis.json");
    writeFileSync(path, genesisFile(genesis, chainId));
    const [first] = await headers(0n);
    if (!first) throw new NodeTrouble("node_behind", "the node has no first block");
    const started = await start(["--init", path, "--timestamp", String(Number(genesis.timestamp))]);
    const made = provenHeader(await started.one("eth_getBlockByNumber", "0x0", false));
    if (made?.hash !== first.hash) {
      await stop();
      throw new NodeTrouble("other_chain", `the node's first block is ${first.hash}, not ${made?.hash}`);
    }
    at = { number: 0n, hash: made.hash };
    last = made.raw;
    genesisHash = made.hash;
  }

  /** Undefined when what is kept is of no use: damaged, or of another chain. */
  async function beginKept(): Promise<Kept | undefined> {
    const file = readKept(keptPath);
    if (!file) return undefined;
    const kept = { number: BigInt(file.number), hash: file.hash };
    const [first, same, head] = await headers(0n, kept.number, "latest");
    if (first?.hash !== file.genesisHash) return undefined;
    if (same ? same.hash !== kept.hash : !isOneOf(file.state, head)) return undefined;
    const path = join(folder, "load.json");
    writeFileSync(path, JSON.stringify(file.state), { mode: 0o600 });
    try {
      const started = await start(["--load-state", path, "--timestamp", String(Number(file.timestamp))]);
      await rememberHashes(started.url);
      const made = provenHeader(await started.one("eth_getBlockByNumber", "latest", false));
      if (made?.hash !== kept.hash) throw new Error("it holds another block");
      at = kept;
      last = made.raw;
      genesisHash = file.genesisHash;
      keptTo = kept.number;
      return { at: kept, note: file.note };
    } catch {
      await stop();
      return undefined;
    } finally {
      rmSync(path, { force: true });
    }
  }

  async function fetchBlocks(from: bigint, to: bigint): Promise<Fetched[]> {
    const numbers = Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i));
    const found = (await headers(...numbers)).map((header, i) => {
      if (!header) throw new ChainMoved(`block ${numbers[i]} is not there any more`);
      return header;
    });
    const answers = await chain.batch(
      found.flatMap(({ raw }) =>
        raw.transactions.map((_, i) => ({
          method: "eth_getRawTransactionByBlockHashAndIndex",
          params: [raw.hash, numberToHex(i)],
        })),
      ),
    );
    let taken = 0;
    return found.map((header) => {
      const signed = answers.slice(taken, taken + header.txCount) as Hex[];
      taken += header.txCount;
      if (!signed.every((one) => typeof one === "string" && /^0x([0-9a-f]{2})+$/i.test(one)))
        throw new NodeTrouble("node_garbled", `a transaction of block ${header.number} was not handed over`);
      if (transactionsRootOf(signed) !== header.raw.transactionsRoot)
        throw new NodeTrouble(
          "node_lies",
          `the transactions of block ${header.number} are not those its header names`,
        );
      return { header, signed };
    });
  }

  async function execute({ header, signed }: Fetched): Promise<ExecutedBlock> {
    const { raw } = header;
    let refused: string | undefined;
    const { made, receipts } = await own(async ({ rpc, one }) => {
      await rpc.batch([
        { method: "evm_setNextBlockTimestamp", params: [raw.timestamp] },
        { method: "anvil_setNextBlockBaseFeePerGas", params: [raw.baseFeePerGas] },
        ...(raw.miner === last?.miner ? [] : [{ method: "anvil_setCoinbase", params: [raw.miner] }]),
        ...(raw.gasLimit === last?.gasLimit
          ? []
          : [{ method: "evm_setBlockGasLimit", params: [raw.gasLimit] }]),
      ]);
      for (const [i, transaction] of signed.entries()) {
        try {
          await one("eth_sendRawTransaction", transaction);
        } catch (error) {
          if ((error as NodeTrouble).trouble !== "node_refuses") throw error;
          refused ??= `${raw.transactions[i]}: ${(error as Error).message.slice(0, 120)}`;
        }
      }
      await one("evm_mine");
      const made = await one<RawHeader>("eth_getBlockByNumber", "latest", false);
      if (BigInt(made.number) !== header.number) throw new Error(`it is at block ${BigInt(made.number)}`);
      const receipts =
        made.transactions.length > 0 ? await one<RawReceipt[]>("eth_getBlockReceipts", made.number) : [];
      return { made, receipts };
    });
    const difference = differenceOf(raw, made, refused);
    if (difference) await own((node) => adopt(node, raw));
    at = { number: header.number, hash: header.hash };
    last = raw;
    if (!difference) differsSince = undefined;
    else if (differsSince) differsSince = { ...differsSince, difference };
    else differsSince = { block: header.number, difference };
    const { raw: _, ...known } = header;
    return { ...known, logs: logsOf(header, receipts), difference };
  }

  /** Takes the leader's header for this block's name, and leaves the own state as it is. */
  async function adopt(of: AnvilNode, raw: RawHeader): Promise<void> {
    const { transactions: _, hash: _hash, ...header } = raw;
    const state = {
      block: {
        number: raw.number,
        beneficiary: raw.miner,
        timestamp: raw.timestamp,
        gas_limit: Number(raw.gasLimit),
        basefee: Number(raw.baseFeePerGas),
        difficulty: raw.difficulty,
        prevrandao: raw.mixHash,
        blob_excess_gas_and_price: { excess_blob_gas: 0, blob_gasprice: 1 },
        slot_num: 0,
      },
      accounts: {},
      best_block_number: Number(raw.number),
      blocks: [{ header: withoutExtras(header), transactions: [], ommers: [], withdrawals: null }],
      transactions: [],
      historical_states: null,
    };
    await of.one("anvil_dropAllTransactions");
    await of.one("anvil_loadState", `0x${gzipSync(JSON.stringify(state)).toString("hex")}`);
    await rememberHashes(of.url);
    const { hash } = await of.one<RawHeader>("eth_getBlockByNumber", "latest", false);
    if (hash !== raw.hash) throw new Error("the chain's header was not taken");
  }

  return {
    async begin(from) {
      await stop();
      differsSince = undefined;
      keptTo = undefined;
      mkdirSync(folder, { recursive: true });
      return (from === "first" ? undefined : await beginKept()) ?? (await beginAnew());
    },

    isRunning: () => node !== undefined && at !== undefined,

    async *advance(to) {
      if (!at) throw new Error("the follower has not begun");
      const [same, head] = await headers(at.number, "latest");
      if (!head) throw new NodeTrouble("node_behind", "the node has no block");
      const ownHead = await own(({ one }) =>
        one<RawHeader | undefined>("eth_getBlockByNumber", numberToHex(head.number), false),
      );
      const isOther = same
        ? same.hash !== at.hash
        : head.number < at.number && ownHead !== undefined && ownHead.hash !== head.hash;
      if (isOther) {
        await stop();
        throw new ChainMoved("the chain is another one than it was");
      }
      if (!same || to < at.number)
        throw new NodeTrouble("node_behind", `the node is at block ${head.number}, behind ${at.number}`);
      let next = chunkAfter(at.number, to);
      while (next) {
        const blocks: Fetched[] = await next;
        const reached = blocks.at(-1)?.header.number ?? to;
        next = chunkAfter(reached, to);
        // looked at when it is its turn; until then its failure is nobody's
        next?.catch(() => {});
        for (const block of blocks) {
          if (block.header.parentHash !== at?.hash) {
            await stop();
            throw new ChainMoved(`block ${block.header.number} left its parent`);
          }
          yield await pace.measure(1, () => execute(block));
        }
      }
      function chunkAfter(done: bigint, end: bigint): Promise<Fetched[]> | undefined {
        if (done >= end) return undefined;
        return fetchBlocks(done + 1n, done + chunkBlocks < end ? done + chunkBlocks : end);
      }
    },

    reader() {
      if (!node) throw new Error("the own node is not running");
      return node.client;
    },

    async keep(note) {
      if (!at || !last || !genesisHash || differsSince || at.number === 0n || at.number === keptTo) return;
      const { number, hash } = at;
      const { timestamp } = last;
      const dump = await own(({ one }) => one<Hex>("anvil_dumpState"));
      const state = shortened(
        JSON.parse(gunzipSync(Buffer.from(dump.slice(2), "hex")).toString()) as AnvilState,
        { number, hash },
      );
      const file: File = { number: number.toString(), hash, timestamp, genesisHash, note, state };
      writeDurably(keptPath, gzipSync(JSON.stringify(file), { level: 3 }), 0o600);
      keptTo = number;
    },

    status: () => ({
      engine: "an anvil of its own",
      at,
      keptTo,
      blocksExecuted: pace.blocks,
      blocksPerSecond: pace.perSecond(),
      differsSince,
    }),

    close: stop,
  };
}

function differenceOf(
  stated: RawHeader,
  made: RawHeader,
  refused: string | undefined,
): Difference | undefined {
  if (refused) return { reason: "transaction_refused", stated: stated.hash, recomputed: refused };
  if (made.transactionsRoot !== stated.transactionsRoot)
    return {
      reason: "transaction_refused",
      stated: stated.transactionsRoot,
      recomputed: made.transactionsRoot,
    };
  if (made.stateRoot !== stated.stateRoot)
    return { reason: "state_root_differs", stated: stated.stateRoot, recomputed: made.stateRoot };
  if (made.receiptsRoot !== stated.receiptsRoot)
    return { reason: "receipts_root_differs", stated: stated.receiptsRoot, recomputed: made.receiptsRoot };
  if (made.hash !== stated.hash)
    return { reason: "block_hash_differs", stated: stated.hash, recomputed: made.hash };
  return undefined;
}

/** The own node's logs, under the name that the chain has for the block. */
function logsOf({ number, hash, at }: Header, receipts: RawReceipt[]): RawLog[] {
  let logIndex = 0;
  return receipts.flatMap(({ logs, transactionHash: txHash }) =>
    logs.map(({ address, topics, data }) => ({
      ...{ address, topics, data, blockNumber: number, blockHash: hash, txHash },
      ...{ logIndex: logIndex++, at },
    })),
  );
}

const headerFields = [
  "parentHash",
  "sha3Uncles",
  "miner",
  "stateRoot",
  "transactionsRoot",
  "receiptsRoot",
  "logsBloom",
  "difficulty",
  "number",
  "gasLimit",
  "gasUsed",
  "timestamp",
  "extraData",
  "mixHash",
  "nonce",
  "baseFeePerGas",
  "withdrawalsRoot",
  "blobGasUsed",
  "excessBlobGas",
  "parentBeaconBlockRoot",
  "requestsHash",
] as const;

/** Only what is part of the hash: anvil loads nothing else. */
const withoutExtras = (raw: Omit<RawHeader, "transactions" | "hash">) =>
  Object.fromEntries(headerFields.flatMap((name) => (raw[name] === undefined ? [] : [[name, raw[name]]])));

/** State and the newest headers, back from the last one: all that executing the next block takes. */
function shortened(state: AnvilState, last: BlockRef): AnvilState {
  const lowest = Number(last.number) - reachBlocks;
  const recent = state.blocks.filter(({ header }) => Number(header.number) > Math.max(0, lowest));
  const byHash = new Map(recent.map((block) => [hashOfHeader(block.header), block]));
  const blocks: AnvilState["blocks"] = [];
  for (let block = byHash.get(last.hash); block; block = byHash.get(block.header.parentHash))
    blocks.unshift({ ...block, transactions: [] });
  return { ...state, blocks, transactions: [], historical_states: null };
}

/** Whether a head below what is kept may be the same chain, whose newest blocks are not there yet. */
function isOneOf(state: AnvilState, head: Header | undefined): boolean {
  if (!head) return false;
  const next = state.blocks.find(({ header }) => Number(header.number) === Number(head.number) + 1);
  return next !== undefined && next.header.parentHash === head.hash;
}

function readKept(path: string): File | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(gunzipSync(readFileSync(path)).toString()) as File;
  } catch {
    return undefined;
  }
}
