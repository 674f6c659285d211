import { and, asc, desc, eq, gt, inArray, lte, sql } from "drizzle-orm";
import type { Hex, PublicClient } from "viem";
import type { Db, Tx } from "@/db/client";
import { block as blockTable, cursor as cursorTable, log as logTable } from "@/db/schema/chain";
import type { Deployment } from "@/lib/chain/addresses";
import { type BlockWithLogs, ChainMoved, headerCall, provenHeader, readBlocks } from "@/lib/chain/blocks";
import { decodeFact } from "@/lib/chain/decode";
import type { ChainFact } from "@/lib/chain/facts";
import { type BlockRef, lastCreditable } from "@/lib/chain/finality";
import { nodeOf } from "@/lib/chain/node";
import { NodeTrouble, ReorgPastFinal } from "@/lib/chain/trouble";
import { failpoint } from "@/lib/failpoint";

export interface IndexerConfig {
  db: Db;
  client: PublicClient;
  deployment: Deployment;
  finalityFile: string | undefined;
  /** credits final facts in the order of the chain, inside the window's transaction */
  settle: (tx: Tx, facts: ChainFact[]) => Promise<void>;
}

export interface Indexer {
  /** follows the head, then credits what has become final; true when there was work; NodeTrouble when it cannot */
  step(): Promise<boolean>;
}

type CursorName = "anchor" | "head" | "final";
type Cursors = Record<CursorName, BlockRef>;

/** What the node said of itself in one breath, proved as far as it can be. */
interface Look {
  cursors: Cursors;
  latest: BlockRef;
  /** the last block that may be credited */
  creditable: BlockRef | undefined;
  headStands: boolean;
}

const largestWindow = 200;
const logsPerWindow = 2_000;
/** so often may the chain move under one reading before that is called a lie */
const movesInARow = 5;

interface FactWithLog {
  row: Record<string, unknown>;
  fact: ChainFact;
}

const plain = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
/** What the event itself says; where it stands is in the row's other columns. */
function argsOf(fact: ChainFact): Record<string, unknown> {
  const { chainId, blockNumber, blockHash, txHash, logIndex, contract, at, event, ...args } = fact;
  return args;
}
const min = (a: bigint, b: bigint) => (a < b ? a : b);
const same = (a: BlockRef, b: BlockRef) => a.number === b.number && a.hash === b.hash;

/**
 * Three cursors: "anchor" is the block before ours and never moves, "head" follows the chain and is wound back when it
 * forks, "final" credits and never goes back. Rows are keyed (chain, block hash, transaction, log); a window's rows,
 * credits and cursors commit together. The node is believed only in what its headers prove.
 */
export function openIndexer(config: IndexerConfig): Indexer {
  const { db, client, deployment } = config;
  const { chainId } = deployment;
  const node = nodeOf(client);
  let windowBlocks = largestWindow;
  let moves = 0;

  async function proven(numbers: bigint[]): Promise<(BlockRef | undefined)[]> {
    const answers = await node.batch(numbers.map(headerCall));
    return numbers.map((number, i) => provenHeader(answers[i], number));
  }

  const hashOnChain = async (number: bigint): Promise<Hex | undefined> => (await proven([number]))[0]?.hash;

  async function storedCursors(): Promise<Partial<Cursors>> {
    const rows = await db.select().from(cursorTable).where(eq(cursorTable.chainId, chainId));
    return Object.fromEntries(
      rows.map(({ name, blockNumber, blockHash }) => [name, { number: blockNumber, hash: blockHash }]),
    );
  }

  /** The block before our contracts names its whole past: a chain without it is another chain. */
  async function cursors(): Promise<Cursors> {
    const stored = await storedCursors();
    if (stored.anchor && stored.head && stored.final) return stored as Cursors;
    const number = BigInt(deployment.deployedAtBlock) - 1n;
    const known = stored.final ?? { number, hash: undefined };
    const [first, credited] = await proven([number, known.number]);
    if (!first || !credited) throw new NodeTrouble("node_behind", `the node has no block ${number}`);
    if (known.hash && credited.hash !== known.hash)
      throw new ReorgPastFinal(`block ${known.number} (${known.hash}) was credited and has left the chain`);
    const names: CursorName[] = ["anchor", "head", "final"];
    await db
      .insert(cursorTable)
      .values(names.map((name) => ({ name, chainId, blockNumber: first.number, blockHash: first.hash })))
      .onConflictDoNothing();
    return (await storedCursors()) as Cursors;
  }

  async function moveCursor(tx: Tx, names: CursorName[], to: BlockRef): Promise<void> {
    await tx
      .update(cursorTable)
      .set({ blockNumber: to.number, blockHash: to.hash, updatedAt: sql`clock_timestamp()` })
      .where(inArray(cursorTable.name, names));
  }

  async function look(): Promise<Look> {
    const known = await askedChainId().then(cursors);
    const { anchor, final, head } = known;
    const answers = await node.batch([
      ...[anchor.number, final.number, head.number].map(headerCall),
      headerCall("latest"),
      { ...headerCall("finalized"), mayLack: true },
    ]);
    const first = provenHeader(answers[0], anchor.number);
    if (first && first.hash !== anchor.hash)
      throw new NodeTrouble(
        "other_chain",
        `block ${anchor.number} is ${first.hash}, ours was ${anchor.hash}`,
      );
    const credited = provenHeader(answers[1], final.number);
    const latest = provenHeader(answers[3]);
    if (!first || !credited || !latest || latest.number < final.number)
      throw new NodeTrouble("node_behind", `the node has no block ${final.number}, which was credited`);
    if (credited.hash !== final.hash)
      throw new ReorgPastFinal(`block ${final.number} (${final.hash}) was credited and has left the chain`);
    const creditable = await lastCreditable(provenHeader(answers[4]), config.finalityFile, hashOnChain);
    const headStands = provenHeader(answers[2], head.number)?.hash === head.hash;
    return { cursors: known, latest, creditable, headStands };
  }

  async function askedChainId(): Promise<void> {
    const [answer] = await node.batch([{ method: "eth_chainId", params: [] }]);
    if (answer === undefined)
      throw new NodeTrouble("node_garbled", "the node does not say which chain it is on");
    if (Number(answer) !== chainId)
      throw new NodeTrouble("wrong_chain", `the node is on chain ${Number(answer)}, ours is ${chainId}`);
  }

  async function followHead({ cursors: { head, final }, latest, creditable, headStands }: Look) {
    let at = headStands ? head : await rewind(final);
    let credited = final;
    /** what is final already is read, stored and credited in one go */
    const reach = (from: BlockRef): { to: bigint; isFinal: boolean } => {
      const to = min(from.number + BigInt(windowBlocks), latest.number);
      if (!creditable || !same(from, credited) || creditable.number <= from.number)
        return { to, isFinal: false };
      return { to: min(to, creditable.number), isFinal: true };
    };
    const read = (from: BlockRef) => {
      const { to } = reach(from);
      const blocks = readBlocks(client, deployment, { from: from.number + 1n, to });
      // its failure is met where it is awaited
      blocks.catch(() => undefined);
      return blocks;
    };
    let ahead = at.number < latest.number ? read(at) : undefined;
    let moved = false;
    while (ahead) {
      const blocks = await ahead;
      const next = blocks.at(-1) as BlockWithLogs;
      const isFinal = reach(at).isFinal;
      if (blocks[0]?.parentHash !== at.hash)
        throw new ChainMoved(`block ${at.number + 1n} does not follow ${at.hash}`);
      if (isFinal && next.number === creditable?.number && next.hash !== creditable.hash)
        throw new ChainMoved(`block ${next.number} is not the one that the node calls final`);
      const before = at;
      at = { number: next.number, hash: next.hash };
      if (isFinal) credited = at;
      fitWindow(blocks);
      // the next window is read while this one is written
      ahead = at.number < latest.number ? read(at) : undefined;
      await keep(blocks, { before, after: at, isFinal });
      moved = true;
    }
    return moved;
  }

  function fitWindow(blocks: BlockWithLogs[]): void {
    const logs = blocks.reduce((sum, { logs: own }) => sum + own.length, 0);
    const perBlock = logs / blocks.length;
    windowBlocks = Math.max(1, Math.min(largestWindow, Math.floor(logsPerWindow / Math.max(perBlock, 1))));
  }

  async function keep(
    blocks: BlockWithLogs[],
    { before, after, isFinal }: { before: BlockRef; after: BlockRef; isFinal: boolean },
  ): Promise<void> {
    const facts = blocks.flatMap(({ logs }) => logs.flatMap(withFact));
    const moving: CursorName[] = isFinal ? ["final", "head"] : ["head"];
    await db.transaction(async (tx) => {
      const locked = await tx
        .select()
        .from(cursorTable)
        .where(inArray(cursorTable.name, moving))
        .orderBy(cursorTable.name)
        .for("update");
      if (locked.some(({ blockHash }) => blockHash !== before.hash))
        throw new ChainMoved("another worker follows the head");
      await insertBlocks(tx, blocks, isFinal);
      await insertLogs(tx, facts, isFinal);
      if (isFinal)
        await config.settle(
          tx,
          facts.map(({ fact }) => fact),
        );
      await moveCursor(tx, moving, after);
      failpoint("indexer.head-written");
    });
    failpoint("indexer.head-committed");
  }

  function withFact(raw: BlockWithLogs["logs"][number]): FactWithLog[] {
    const fact = decodeFact(deployment, raw);
    if (!fact) return [];
    const { address, ...place } = raw;
    return [
      { fact, row: { ...place, contract: address.toLowerCase(), event: fact.event, args: argsOf(fact) } },
    ];
  }

  async function insertBlocks(tx: Tx, blocks: BlockWithLogs[], isFinal: boolean): Promise<void> {
    const rows = JSON.stringify(
      blocks.map(({ logs: _, ...header }) => header),
      plain,
    );
    await tx.execute(sql`
      insert into chain.block (chain_id, number, hash, parent_hash, at, is_final)
      select ${chainId}, number, hash, "parentHash", at, ${isFinal}
      from json_to_recordset(${rows}::json) as b (number bigint, hash text, "parentHash" text, at timestamptz)
      on conflict do nothing`);
  }

  async function insertLogs(tx: Tx, facts: FactWithLog[], isFinal: boolean): Promise<void> {
    if (facts.length === 0) return;
    const rows = JSON.stringify(
      facts.map(({ row }) => row),
      plain,
    );
    await tx.execute(sql`
      insert into chain.log (chain_id, block_number, block_hash, tx_hash, log_index, contract, event, topics, data,
                             args, at, settled_at)
      select ${chainId}, "blockNumber", "blockHash", "txHash", "logIndex", contract, event, topics, data, args, at,
             case when ${isFinal}::boolean then bank.now() end
      from json_to_recordset(${rows}::json) as l ("blockNumber" bigint, "blockHash" text, "txHash" text,
        "logIndex" int, contract text, event text, topics jsonb, data text, args jsonb, at timestamptz)
      on conflict do nothing`);
  }

  /** Goes back to the last stored block that is still on the chain, and drops what was seen above it. */
  async function rewind(final: BlockRef): Promise<BlockRef> {
    const stored = await db
      .select({ number: blockTable.number, hash: blockTable.hash })
      .from(blockTable)
      .where(and(eq(blockTable.chainId, chainId), gt(blockTable.number, final.number)))
      .orderBy(desc(blockTable.number));
    let fork = final;
    for (let at = 0; at < stored.length && fork === final; at += 50) {
      const part = stored.slice(at, at + 50);
      const found = await proven(part.map(({ number }) => number));
      fork = part.find(({ hash }, i) => found[i]?.hash === hash) ?? final;
    }
    await db.transaction(async (tx) => {
      const [locked] = await tx.select().from(cursorTable).where(eq(cursorTable.name, "final")).for("update");
      if (locked?.blockHash !== final.hash) throw new ChainMoved("another worker credits");
      await tx
        .delete(logTable)
        .where(and(eq(logTable.chainId, chainId), gt(logTable.blockNumber, fork.number)));
      await tx
        .delete(blockTable)
        .where(and(eq(blockTable.chainId, chainId), gt(blockTable.number, fork.number)));
      await moveCursor(tx, ["head"], fork);
    });
    failpoint("indexer.rewound");
    return fork;
  }

  /** Credits what was seen before it was final. */
  async function creditFinal(creditable: BlockRef | undefined): Promise<boolean> {
    if (!creditable) return false;
    const { head, final } = (await storedCursors()) as Cursors;
    const target = min(creditable.number, head.number);
    if (final.number >= target) return false;
    const to = min(final.number + BigInt(windowBlocks), target);
    const hash = to === creditable.number ? creditable.hash : await hashOnChain(to);
    await creditWindow({ from: final, to, hash });
    return true;
  }

  async function creditWindow({ from, to, hash }: { from: BlockRef; to: bigint; hash: Hex | undefined }) {
    await db.transaction(async (tx) => {
      const [locked] = await tx.select().from(cursorTable).where(eq(cursorTable.name, "final")).for("update");
      if (locked?.blockHash !== from.hash) throw new ChainMoved("another worker credits");
      const blocks = await tx
        .select()
        .from(blockTable)
        .where(
          and(
            eq(blockTable.chainId, chainId),
            gt(blockTable.number, from.number),
            lte(blockTable.number, to),
          ),
        )
        .orderBy(asc(blockTable.number));
      let parent = from;
      for (const next of blocks) {
        if (next.number !== parent.number + 1n || next.parentHash !== parent.hash)
          throw new ChainMoved(`stored block ${next.number} does not follow ${parent.number}`);
        parent = { number: next.number, hash: next.hash };
      }
      if (parent.number !== to || hash !== parent.hash)
        throw new ChainMoved(`block ${to} is not the one that was stored`);
      const within = and(
        eq(logTable.chainId, chainId),
        gt(logTable.blockNumber, from.number),
        lte(logTable.blockNumber, to),
      );
      const logs = await tx
        .select()
        .from(logTable)
        .where(within)
        .orderBy(asc(logTable.blockNumber), asc(logTable.logIndex));
      const facts = logs.flatMap(
        (row) => decodeFact(deployment, { ...row, address: row.contract, topics: row.topics as Hex[] }) ?? [],
      );
      await config.settle(tx, facts);
      failpoint("indexer.facts-settled");
      await tx
        .update(blockTable)
        .set({ isFinal: true, xactId: sql`pg_current_xact_id()` })
        .where(
          and(
            eq(blockTable.chainId, chainId),
            gt(blockTable.number, from.number),
            lte(blockTable.number, to),
          ),
        );
      await tx.update(logTable).set({ settledAt: sql`bank.now()` }).where(within);
      await moveCursor(tx, ["final"], parent);
    });
    failpoint("indexer.final-committed");
  }

  return {
    async step() {
      try {
        const seen = await look();
        const followed = await followHead(seen);
        const credited = await creditFinal(seen.creditable);
        moves = 0;
        return followed || credited;
      } catch (error) {
        if (!(error instanceof ChainMoved)) throw error;
        moves += 1;
        // a chain that never stands still is a node that contradicts itself
        if (moves > movesInARow) throw new NodeTrouble("node_lies", error.message);
        return false;
      }
    },
  };
}
