import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { randomFrom } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import type { Deployment } from "@/lib/chain/addresses";
import type { ChainFact } from "@/lib/chain/facts";
import { finalizedBlockOf } from "@/lib/chain/finality";
import { type Indexer, openIndexer } from "@/lib/chain/indexer";
import { project } from "@/lib/chain/projections";
import { ReorgPastFinal } from "@/lib/chain/trouble";
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

let chain: TestChain;
const databases: TestDatabase[] = [];

async function freshIndex(settled: ChainFact[] = [], deployment: Deployment = chain.deployment) {
  const made = await testIndex({ client: chain.client, deployment }, settled);
  databases.push(made.database);
  return made;
}

async function settle(indexer: Indexer): Promise<void> {
  for (let quiet = 0; quiet < 2; ) quiet = (await indexer.step()) ? 0 : quiet + 1;
}

/** What a reorg did to the transactions it unmade. */
const fates = ["vanished", "replaced", "mined in another block", "mined in another order"] as const;

/** What is mined instead: nothing, a transaction of another kind, the same ones in one block, or those by sender turned round. */
async function inPlace(fate: (typeof fates)[number], depth: number): Promise<unknown[]> {
  if (fate === "vanished") return [];
  if (fate === "replaced") return [[{ from: chain.address(21), to: chain.address(22), value: "0x1" }, 0]];
  const head = await chain.client.getBlockNumber();
  const same: { from: string; raw: unknown }[] = [];
  for (let back = depth - 1; back >= 0; back--) {
    const block = await chain.client.getBlock({
      blockNumber: head - BigInt(back),
      includeTransactions: true,
    });
    for (const { hash, from } of block.transactions)
      same.push({ from, raw: await chain.rpc("debug_getRawTransaction", [hash]) });
  }
  const senders = [...new Set(same.map(({ from }) => from))];
  if (fate === "mined in another order")
    same.sort((a, b) => senders.indexOf(b.from) - senders.indexOf(a.from));
  return same.map(({ raw }) => [raw, depth - 1]);
}

/** Transactions above a block in the order of the chain. */
async function orderAbove(number: bigint): Promise<{ hash: string; blockHash: string }[]> {
  const head = await chain.client.getBlockNumber();
  const found = [];
  for (let at = number + 1n; at <= head; at++) {
    const block = await chain.client.getBlock({ blockNumber: at });
    found.push(...block.transactions.map((hash) => ({ hash, blockHash: block.hash })));
  }
  return found;
}

beforeAll(async () => {
  chain = await startTestChain({ slotsInAnEpoch: 4 });
  await verifyWallet(chain, chain.address(20));
  await mintTokens(chain, chain.address(20), dollars(1_000));
  await payForData(chain, 20, dollars(1));
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
    const seen = { vanished: 0, remined: 0, reordered: 0 };
    for (let script = 0; script < rounds(10); script++) {
      await mintTokens(chain, chain.address(20), dollars(script + 1));
      await payFee(chain);
      await settle(indexer);
      const depth = 2 + below(5);
      const fork = (await chain.client.getBlockNumber()) - BigInt(depth);
      const before = await orderAbove(fork);
      // each kind in turn, so that no run is without one
      await chain.rpc("anvil_reorg", [
        depth,
        await inPlace(fates[script % fates.length] ?? "vanished", depth),
      ]);
      const after = await orderAbove(fork);
      const kept = before.filter(({ hash }) => after.some((one) => one.hash === hash));
      const now = after.filter(({ hash }) => before.some((one) => one.hash === hash));
      if (kept.length < before.length) seen.vanished += 1;
      if (now.some(({ hash, blockHash }) => before.find((one) => one.hash === hash)?.blockHash !== blockHash))
        seen.remined += 1;
      if (now.some(({ hash }, i) => kept[i]?.hash !== hash)) seen.reordered += 1;
      await settle(indexer);
      await chain.mine(below(4));
      await settle(indexer);
    }
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
    await chain.mine(14);
    await settle(indexer);
    const fresh = await freshIndex();
    await settle(fresh.indexer);
    expect(await pictureOf(db), `seed ${seed}`).toBe(await pictureOf(fresh.db));
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
