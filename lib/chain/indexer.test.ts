import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { randomFrom } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import type { Deployment } from "@/lib/chain/addresses";
import type { ChainFact } from "@/lib/chain/facts";
import { finalizedBlockOf } from "@/lib/chain/finality";
import { type Indexer, openIndexer } from "@/lib/chain/indexer";
import { project } from "@/lib/chain/projections";
import { ReorgPastFinal } from "@/lib/chain/trouble";
import { mintTokens, startTestChain, type TestChain, verifyWallet } from "@/lib/processes/test-chain";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

const dollars = (n: number) => BigInt(n) * 1_000_000n;

let chain: TestChain;
const databases: TestDatabase[] = [];

async function freshIndex(settled: ChainFact[] = [], deployment: Deployment = chain.deployment) {
  const database = await testDatabase();
  databases.push(database);
  const { db } = database.open("worker", 4);
  const indexer = openIndexer({
    db,
    client: chain.client,
    deployment,
    finalityFile: undefined,
    settle: async (tx, facts) => {
      await project(tx, facts);
      settled.push(...facts);
    },
  });
  return { db, indexer, settled };
}

async function settle(indexer: Indexer): Promise<void> {
  for (let quiet = 0; quiet < 2; ) quiet = (await indexer.step()) ? 0 : quiet + 1;
}

/** Everything that an index holds, without the clocks of its own making. */
async function picture(db: Db): Promise<string> {
  const { rows } = await db.execute<{ picture: unknown }>(sql`
    select json_build_object(
      'blocks', (select json_agg(json_build_array(number, hash, parent_hash, is_final) order by number) from chain.block),
      'logs', (select json_agg(json_build_array(block_number, block_hash, tx_hash, log_index, event, args, settled_at is not null)
                order by block_number, log_index) from chain.log),
      'fees', (select json_agg(f order by block_number, log_index) from chain.fee f),
      'cursors', (select json_agg(json_build_array(name, block_number, block_hash) order by name) from chain.cursor)
    ) as picture`);
  return JSON.stringify(rows[0]?.picture);
}

/** What a reorg mines instead: nothing, a transaction of another kind, or the same ones all in its last block. */
async function inPlace(kind: number, depth: number): Promise<unknown[]> {
  if (kind === 0) return [];
  if (kind === 1) return [[{ from: chain.address(21), to: chain.address(22), value: "0x1" }, 0]];
  const head = await chain.client.getBlockNumber();
  const same: unknown[] = [];
  for (let back = depth - 1; back >= 0; back--) {
    const { transactions } = await chain.client.getBlock({ blockNumber: head - BigInt(back) });
    for (const hash of transactions)
      same.push([await chain.rpc("debug_getRawTransaction", [hash]), depth - 1]);
  }
  return same;
}

beforeAll(async () => {
  chain = await startTestChain({ slotsInAnEpoch: 4 });
  await verifyWallet(chain, chain.address(20));
  await mintTokens(chain, chain.address(20), dollars(1_000));
});
afterAll(async () => {
  await chain.stop();
  for (const database of databases) await database.close();
});
beforeEach(() => chain.mine(12));

describe("the indexer", () => {
  it("sees the head at once and credits only what is final", async () => {
    const { db, indexer, settled } = await freshIndex();
    await mintTokens(chain, chain.address(20), dollars(10));
    await settle(indexer);
    const final = await finalizedBlockOf(chain.client, undefined);
    const { rows } = await db.execute<{ pending: number; credited: number }>(sql`
      select count(*) filter (where settled_at is null)::int as pending,
             count(*) filter (where settled_at is not null)::int as credited from chain.log`);
    expect(rows[0]?.pending).toBeGreaterThan(0);
    expect(settled.length).toBe(rows[0]?.credited);
    expect(settled.every((fact) => fact.blockNumber <= (final?.number ?? 0n))).toBe(true);

    await chain.mine(12);
    await settle(indexer);
    const issued = settled.filter((fact) => fact.event === "Issued");
    expect(issued.map((fact) => fact.event === "Issued" && fact.grossMicros)).toEqual([
      dollars(1_000),
      dollars(10),
    ]);
  });

  it("winds back above final, whatever the reorg did, and ends as a fresh index would", {
    timeout: patience(60_000),
  }, async () => {
    const { db, indexer, settled } = await freshIndex();
    const seed = barSeed();
    const next = randomFrom(BigInt(seed));
    const below = (bound: number) => Number(next() % BigInt(bound));
    for (let script = 0; script < rounds(10); script++) {
      await mintTokens(chain, chain.address(20), dollars(script + 1));
      await settle(indexer);
      const depth = 1 + below(6);
      await chain.rpc("anvil_reorg", [depth, await inPlace(below(3), depth)]);
      await settle(indexer);
      await chain.mine(below(4));
      await settle(indexer);
    }
    await chain.mine(14);
    await settle(indexer);
    const fresh = await freshIndex();
    await settle(fresh.indexer);
    expect(await picture(db), `seed ${seed}`).toBe(await picture(fresh.db));
    const place = (fact: ChainFact) => `${fact.blockHash}:${fact.logIndex}`;
    expect(settled.map(place)).toEqual(fresh.settled.map(place));
    expect(new Set(settled.map(place)).size).toBe(settled.length);
  });

  it("credits a window whole or not at all", async () => {
    const settled: ChainFact[] = [];
    const { db } = await freshIndex(settled);
    let failing = true;
    const flaky = openIndexer({
      db,
      client: chain.client,
      deployment: chain.deployment,
      finalityFile: undefined,
      settle: async (tx, facts) => {
        await project(tx, facts);
        if (facts.some(({ event }) => event === "Issued") && failing)
          throw new Error("stopped in the middle of a window");
      },
    });
    await expect(settle(flaky)).rejects.toThrow("middle of a window");
    const { rows } = await db.execute(sql`select 1 from chain.fee`);
    expect(rows).toHaveLength(0);
    failing = false;
    await settle(flaky);
    const again = await db.execute(sql`select 1 from chain.fee`);
    expect(again.rows.length).toBeGreaterThan(0);
  });

  it("halts when a credited block leaves the chain", async () => {
    const { db, indexer } = await freshIndex();
    await chain.mine(12);
    await settle(indexer);
    await db.execute(sql`update chain.cursor set block_hash = '0x' || repeat('ab', 32) where name = 'final'`);
    await chain.mine(12);
    await expect(settle(indexer)).rejects.toThrow(ReorgPastFinal);
  });
});
