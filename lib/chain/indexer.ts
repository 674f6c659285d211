import { and, asc, desc, eq, gt, inArray, lte, sql } from "drizzle-orm";
import type { Hex, PublicClient } from "viem";
import type { Db, Tx } from "@/db/client";
import { block as blockTable, cursor as cursorTable, log as logTable } from "@/db/schema/chain";
import type { Deployment } from "@/lib/chain/addresses";
import { type BlockWithLogs, ChainMoved, readBlocks } from "@/lib/chain/blocks";
import { decodeFact } from "@/lib/chain/decode";
import type { ChainFact } from "@/lib/chain/facts";
import { type BlockRef, finalizedBlockOf } from "@/lib/chain/finality";
import { failpoint } from "@/lib/failpoint";

export interface IndexerConfig {
  db: Db;
  client: PublicClient;
  deployment: Deployment;
  finalityFile: string | undefined;
  /** credits one final fact, inside the window's transaction */
  settle: (tx: Tx, fact: ChainFact) => Promise<void>;
}

/** A block that was credited is no longer on the chain: nothing more is credited until people have looked. */
export class ReorgPastFinal extends Error {
  override name = "ReorgPastFinal";
}

export interface Indexer {
  /** follows the head, then credits what has become final; true when there was work */
  step(): Promise<boolean>;
}

const windowBlocks = 100n;

const argsJson = (fact: ChainFact): Record<string, unknown> =>
  JSON.parse(JSON.stringify(fact, (_, v) => (typeof v === "bigint" ? v.toString() : v))) as Record<
    string,
    unknown
  >;

/**
 * Two cursors: "head" follows the chain and is wound back when it forks, "final" credits and never goes back.
 * Rows are keyed (chain, block hash, transaction, log); a window's rows, credits and cursor commit together.
 */
export function openIndexer(config: IndexerConfig): Indexer {
  const { db, client, deployment } = config;
  const { chainId } = deployment;

  async function cursorNamed(name: "head" | "final", on: Db | Tx = db): Promise<BlockRef> {
    const [row] = await on.select().from(cursorTable).where(eq(cursorTable.name, name));
    if (row) return { number: row.blockNumber, hash: row.blockHash };
    const before = await client.getBlock({ blockNumber: BigInt(deployment.deployedAtBlock) - 1n });
    await on
      .insert(cursorTable)
      .values({ name, chainId, blockNumber: before.number, blockHash: before.hash })
      .onConflictDoNothing();
    return { number: before.number, hash: before.hash };
  }

  async function moveCursor(tx: Tx, name: "head" | "final", to: BlockRef): Promise<void> {
    await tx
      .update(cursorTable)
      .set({ blockNumber: to.number, blockHash: to.hash, updatedAt: sql`clock_timestamp()` })
      .where(eq(cursorTable.name, name));
  }

  const hashOnChain = async (number: bigint): Promise<Hex | undefined> =>
    client
      .getBlock({ blockNumber: number })
      .then((found) => found.hash)
      .catch((error: Error) => {
        if (error.name === "BlockNotFoundError") return undefined;
        throw error;
      });

  async function followHead(): Promise<boolean> {
    let at = await cursorNamed("head");
    if ((await hashOnChain(at.number)) !== at.hash) at = await rewind();
    const head = await client.getBlockNumber({ cacheTime: 0 });
    let moved = false;
    while (at.number < head) {
      const from = at.number + 1n;
      const last = from + windowBlocks - 1n;
      const blocks = await readBlocks(client, deployment, { from, to: last < head ? last : head });
      if (blocks[0]?.parentHash !== at.hash) throw new ChainMoved(`block ${from} does not follow ${at.hash}`);
      const next = blocks.at(-1) as BlockWithLogs;
      await db.transaction(async (tx) => {
        const [locked] = await tx
          .select()
          .from(cursorTable)
          .where(eq(cursorTable.name, "head"))
          .for("update");
        if (locked?.blockHash !== at.hash) throw new ChainMoved("another worker follows the head");
        await insertBlocks(tx, blocks);
        await moveCursor(tx, "head", next);
        failpoint("indexer.head-written");
      });
      failpoint("indexer.head-committed");
      at = { number: next.number, hash: next.hash };
      moved = true;
    }
    return moved;
  }

  async function insertBlocks(tx: Tx, blocks: BlockWithLogs[]): Promise<void> {
    await tx
      .insert(blockTable)
      .values(blocks.map(({ number, hash, parentHash, at }) => ({ chainId, number, hash, parentHash, at })))
      .onConflictDoNothing();
    const logs = blocks.flatMap((b) => b.logs);
    const rows = logs.flatMap((raw) => {
      const fact = decodeFact(deployment, raw);
      if (!fact) return [];
      const { address: contract, ...place } = raw;
      return [{ ...place, contract, chainId, event: fact.event, args: argsJson(fact) }];
    });
    for (let i = 0; i < rows.length; i += 500)
      await tx
        .insert(logTable)
        .values(rows.slice(i, i + 500))
        .onConflictDoNothing();
  }

  /** Goes back to the last stored block that is still on the chain, and drops what was seen above it. */
  async function rewind(): Promise<BlockRef> {
    const final = await cursorNamed("final");
    if ((await hashOnChain(final.number)) !== final.hash)
      throw new ReorgPastFinal(`block ${final.number} (${final.hash}) was credited and has left the chain`);
    const stored = await db
      .select({ number: blockTable.number, hash: blockTable.hash })
      .from(blockTable)
      .where(and(eq(blockTable.chainId, chainId), gt(blockTable.number, final.number)))
      .orderBy(desc(blockTable.number));
    let fork = final;
    for (const candidate of stored) {
      if ((await hashOnChain(candidate.number)) !== candidate.hash) continue;
      fork = candidate;
      break;
    }
    await db.transaction(async (tx) => {
      await tx
        .delete(logTable)
        .where(and(eq(logTable.chainId, chainId), gt(logTable.blockNumber, fork.number)));
      await tx
        .delete(blockTable)
        .where(and(eq(blockTable.chainId, chainId), gt(blockTable.number, fork.number)));
      await moveCursor(tx, "head", fork);
    });
    failpoint("indexer.rewound");
    return fork;
  }

  async function creditFinal(): Promise<boolean> {
    const finalized = await finalizedBlockOf(client, config.finalityFile);
    if (!finalized) return false;
    const head = await cursorNamed("head");
    // biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigint
    const target = finalized.number < head.number ? finalized.number : head.number;
    const at = await cursorNamed("final");
    if ((await hashOnChain(at.number)) !== at.hash)
      throw new ReorgPastFinal(`block ${at.number} (${at.hash}) was credited and has left the chain`);
    if (at.number >= target) return false;
    const last = at.number + windowBlocks;
    await creditWindow(last < target ? last : target);
    return true;
  }

  async function creditWindow(to: bigint): Promise<void> {
    await db.transaction(async (tx) => {
      const [locked] = await tx.select().from(cursorTable).where(eq(cursorTable.name, "final")).for("update");
      if (!locked || locked.blockNumber >= to) return;
      const blocks = await tx
        .select()
        .from(blockTable)
        .where(
          and(
            eq(blockTable.chainId, chainId),
            gt(blockTable.number, locked.blockNumber),
            lte(blockTable.number, to),
          ),
        )
        .orderBy(asc(blockTable.number));
      let parent: BlockRef = { number: locked.blockNumber, hash: locked.blockHash };
      for (const next of blocks) {
        if (next.number !== parent.number + 1n || next.parentHash !== parent.hash)
          throw new ChainMoved(`stored block ${next.number} does not follow ${parent.number}`);
        parent = next;
      }
      if (parent.number !== to || (await hashOnChain(to)) !== parent.hash)
        throw new ChainMoved(`block ${to} is not the one that was stored`);
      const hashes = blocks.map((b) => b.hash);
      const logs = await tx
        .select()
        .from(logTable)
        .where(and(eq(logTable.chainId, chainId), inArray(logTable.blockHash, hashes)))
        .orderBy(asc(logTable.blockNumber), asc(logTable.logIndex));
      for (const row of logs) {
        const fact = decodeFact(deployment, { ...row, address: row.contract, topics: row.topics as Hex[] });
        if (fact) await config.settle(tx, fact);
      }
      failpoint("indexer.facts-settled");
      await tx
        .update(blockTable)
        .set({ isFinal: true })
        .where(and(eq(blockTable.chainId, chainId), inArray(blockTable.hash, hashes)));
      await tx
        .update(logTable)
        .set({ settledAt: sql`bank.now()` })
        .where(and(eq(logTable.chainId, chainId), inArray(logTable.blockHash, hashes)));
      await moveCursor(tx, "final", parent);
    });
    failpoint("indexer.final-committed");
  }

  return {
    async step() {
      try {
        const followed = await followHead();
        const credited = await creditFinal();
        return followed || credited;
      } catch (error) {
        if (error instanceof ChainMoved) return false;
        throw error;
      }
    },
  };
}
