import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { chainClient } from "@/lib/chain/client";
import { NodeTrouble, type Trouble } from "@/lib/chain/trouble";
import { type FaultyNode, type LieName, lies, startFaultyNode } from "@/lib/processes/faulty-node";
import {
  mintTokens,
  payForData,
  startTestChain,
  type TestChain,
  verifyWallet,
} from "@/lib/processes/test-chain";
import { payFee, pictureOf, testIndex } from "@/lib/processes/test-index";
import type { TestDatabase } from "@/lib/processes/test-postgres";

const dollars = (n: number) => BigInt(n) * 1_000_000n;

/** What each lie is called where staff read it. */
const words: Record<LieName, Trouble> = {
  "empties the logs of its receipts": "node_lies",
  "says that a block has no receipts": "node_lies",
  "leaves a log out": "node_lies",
  "gives a log twice": "node_lies",
  "gives logs in another order": "node_lies",
  "gives a receipt twice": "node_lies",
  "makes an amount bigger": "node_lies",
  "moves a log to another of our contracts": "node_lies",
  "names another transaction": "node_lies",
  "empties a block's bloom": "node_lies",
  "changes a header and keeps its hash": "node_lies",
  "names a block by another hash": "node_lies",
  "forges a whole block": "node_lies",
  "gives the block before the one asked for": "node_lies",
  "is on another chain id": "wrong_chain",
  "goes back in height below what was credited": "node_behind",
  "calls a block final that is not the chain's": "node_lies",
  "never answers": "node_silent",
  "is asked too often (429)": "node_refuses",
  "fails (500)": "node_refuses",
  "answers with a page": "node_garbled",
  "breaks off in the middle": "node_garbled",
  "leaves answers out": "node_garbled",
  "swaps answers": "node_lies",
  "answers null to everything": "node_garbled",
};

let chain: TestChain;
let node: FaultyNode;
const databases: TestDatabase[] = [];
let own: Awaited<ReturnType<typeof index>>;

async function index(rpcUrl: string) {
  const client = chainClient({ rpcUrl, chainId: 31337, timeoutMs: 1_500 });
  const { database, db, indexer, settled } = await testIndex({ client, deployment: chain.deployment });
  databases.push(database);
  /** steps until nothing more happens, or until the node's trouble has a word */
  const settle = async (): Promise<Trouble | undefined> => {
    for (let quiet = 0; quiet < 8; ) {
      try {
        quiet = (await indexer.step()) ? 0 : quiet + 1;
      } catch (error) {
        if (error instanceof NodeTrouble) return error.trouble;
        throw error;
      }
    }
    return undefined;
  };
  return { db, settled, settle };
}

const feesAfter = (place: number) =>
  own.settled.slice(place).filter(({ event }) => event === "FeeCollected").length;

const cursors = async (db: Db) =>
  JSON.stringify(
    (await db.execute(sql`select name, block_number, block_hash from chain.cursor order by name`)).rows,
  );

beforeAll(async () => {
  chain = await startTestChain();
  node = await startFaultyNode(chain.rpcUrl);
  await verifyWallet(chain, chain.address(20));
  await mintTokens(chain, chain.address(20), dollars(1_000));
  await payForData(chain, 20, dollars(1));
  await chain.mine(4);
  own = await index(node.url);
  expect(await own.settle()).toBeUndefined();
});
afterAll(async () => {
  await node.stop();
  await chain.stop();
  for (const database of databases) await database.close();
});
beforeEach(() => node.tell());

describe("a node that", () => {
  it.each(Object.keys(lies) as LieName[])("%s is named, credits nothing and leaves no gap", async (lie) => {
    const credited = own.settled.length;
    const before = await cursors(own.db);
    await payFee(chain);
    await chain.mine(4);
    node.tell(lie);
    expect(await own.settle()).toBe(words[lie]);
    expect(await own.settle(), "and stays named").toBe(words[lie]);
    expect(await cursors(own.db)).toBe(before);
    expect(own.settled).toHaveLength(credited);
    node.tell();
    expect(await own.settle(), "honest again").toBeUndefined();
    expect(feesAfter(credited)).toBe(1);
  });

  it("stands for another chain with the same id is named, credits nothing and leaves no gap", async () => {
    const other = await startTestChain();
    try {
      const before = await cursors(own.db);
      const credited = own.settled.length;
      await other.mine(60);
      node.standIn(other.rpcUrl);
      expect(await own.settle()).toBe("other_chain");
      expect(await cursors(own.db)).toBe(before);
      expect(own.settled).toHaveLength(credited);
    } finally {
      node.standIn();
      await other.stop();
    }
    expect(await own.settle()).toBeUndefined();
  });

  it("lags is followed as far as it goes, and beyond once it has heard of the rest", async () => {
    const head = await chain.client.getBlockNumber();
    node.freezeAt(head);
    await payFee(chain);
    await chain.mine(4);
    const credited = own.settled.length;
    expect(await own.settle()).toBeUndefined();
    expect(own.settled).toHaveLength(credited);
    node.freezeAt(1n);
    expect(await own.settle()).toBe("node_behind");
    node.tell();
    expect(await own.settle()).toBeUndefined();
    expect(feesAfter(credited)).toBe(1);
  });

  it("did all of it has left no trace: the index equals one that read an honest node", async () => {
    expect(await own.settle()).toBeUndefined();
    const fresh = await index(chain.rpcUrl);
    expect(await fresh.settle()).toBeUndefined();
    expect(await pictureOf(own.db)).toBe(await pictureOf(fresh.db));
  });

  it("is never asked for logs, which nothing proves", () => {
    expect(node.asked.get("eth_getLogs")).toBeUndefined();
    expect(node.asked.get("eth_getBlockReceipts")).toBeGreaterThan(0);
  });
});
