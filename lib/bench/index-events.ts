import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { type Abi, encodeFunctionData, type Hex, maxUint256, toHex } from "viem";
import type { Db } from "@/db/client";
import { epochManagerAbi, stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import { watchedContracts } from "@/lib/chain/decode";
import { openIndexer } from "@/lib/chain/indexer";
import { openNode } from "@/lib/chain/node";
import { project } from "@/lib/chain/projections";
import { settleFacts } from "@/lib/chain/settle";
import { cash, suspense } from "@/lib/ledger/accounts";
import { post } from "@/lib/ledger/posting";
import { transfers } from "@/lib/ledger/transfer";
import { mintTokens, startTestChain, type TestChain, verifyWallet } from "@/lib/processes/test-chain";
import startTestPostgres, { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

/** Catching up with a chain from empty tables: how fast, beside what the same machine does in the same minute. */
export interface IndexBench {
  source: string;
  events: number;
  transactions: number;
  blocks: number;
  /** headers and receipts proved, rows and projections stored, all final */
  catchUp: Run;
  /** the first of them with every entry of the ledger posted as well */
  withLedger: Run & { events: number };
  yardsticks: {
    /** the same log rows inserted by one statement into a table with the same indexes */
    bareInsert: { seconds: number; eventsPerSecond: number };
    /** the same logs by eth_getLogs, parsed, not proved, not stored */
    rawGetLogs: { seconds: number; eventsPerSecond: number };
  };
  /** catch-up against the bare insert: 1 would be an indexer that costs nothing */
  ratioToBareInsert: number;
  /** rows and projections of an index that followed the chain as it grew, against the fresh one */
  equalToFresh: boolean;
  digest: string;
}

interface Run {
  seconds: number;
  eventsPerSecond: number;
  /** the most this process held in memory meanwhile, and before, in MB */
  rssMb: number;
  rssBeforeMb: number;
}

/** Ends a run that has measured enough. */
class Enough extends Error {}

type Progress = (sentence: string) => void;

const wallets = [20, 21, 22, 23, 24, 25, 26, 27];
const perBlock = 100;
const blocksAhead = 40;
const bookedAtMost = 10_000;
const dollar = 1_000_000n;
const mintedMicros = 100_000n * dollar;
const megabytes = (bytes: number) => Math.round(bytes / 1e6);

export async function benchIndex(wanted: number, say: Progress = () => undefined): Promise<IndexBench> {
  const stopPostgres = startTestPostgres();
  const folder = mkdtempSync(join(tmpdir(), "granary-bench-"));
  const databases: TestDatabase[] = [];
  let chain: TestChain | undefined;
  try {
    chain = await startTestChain();
    const { deployment } = chain;
    const path = join(folder, "deployment.json");
    writeFileSync(path, JSON.stringify(deployment));
    Object.assign(process.env, {
      GRANARY_MODE: "demo",
      GRANARY_STATE: "MD",
      GRANARY_DEPLOYMENT: path,
      CHAIN_ID: String(deployment.chainId),
    });
    const index = async (settle: typeof project) => {
      const database = await testDatabase();
      databases.push(database);
      const { db } = database.open("worker", 4);
      const client = (chain as TestChain).client;
      return { db, indexer: openIndexer({ db, client, deployment, finalityFile: undefined, settle }) };
    };

    say("Making events with real transactions on a real chain.");
    const growing = await index(project);
    const made = await makeEvents(chain, wanted, async (done) => {
      await growing.indexer.step();
      say(`${done} transactions mined`);
    });
    await settle(growing.indexer);

    say("Catching up from empty.");
    const fresh = await index(project);
    const catchUp = await timed(() => settle(fresh.indexer));
    const events = await countLogs(fresh.db);
    const digest = await digestOf(fresh.db);
    const equalToFresh = digest === (await digestOf(growing.db));

    say("Taking the yardsticks.");
    const bareInsert = await bareInsertOf(fresh.db, databases);
    const rawGetLogs = await rawGetLogsOf(chain);

    say("Catching up from empty, with the ledger.");
    let posted = 0;
    const booked = await index(async (tx, facts) => {
      if (posted >= bookedAtMost) throw new Enough();
      await settleFacts(tx, facts);
      posted += facts.length;
    });
    // the bench's tokens were minted without a request: the dollars behind them come from nowhere
    await booked.db.transaction((tx) =>
      post(tx, {
        key: "bench:cash",
        event: "bench-cash",
        actor: "system:bench",
        requestId: "bench",
        transfers: transfers({
          debit: cash,
          credit: suspense,
          amountMicros: BigInt(wallets.length) * mintedMicros,
        }),
      }),
    );
    const withLedger = await timed(() =>
      settle(booked.indexer).catch((error: Error) => {
        if (!(error instanceof Enough)) throw error;
      }),
    );
    const bookedEvents = await countLogs(booked.db);

    const { number } = await chain.client.getBlock({ blockTag: "finalized" });
    return {
      source: `${made} transactions of ${wallets.length} wallets on this build's contracts, mined by anvil, ${perBlock} a block`,
      events,
      transactions: made,
      blocks: Number(number) - deployment.deployedAtBlock + 1,
      catchUp: rate(events, catchUp),
      withLedger: { events: bookedEvents, ...rate(bookedEvents, withLedger) },
      yardsticks: {
        bareInsert: { seconds: round(bareInsert), eventsPerSecond: Math.round(events / bareInsert) },
        rawGetLogs: { seconds: round(rawGetLogs), eventsPerSecond: Math.round(events / rawGetLogs) },
      },
      ratioToBareInsert: round(bareInsert / catchUp.seconds),
      equalToFresh,
      digest,
    };
  } finally {
    await chain?.stop();
    for (const database of databases) await database.close();
    await stopPostgres();
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
  }
}

const round = (value: number) => Math.round(value * 100) / 100;

const rate = (events: number, { seconds, ...memory }: Omit<Run, "eventsPerSecond">): Run => ({
  seconds: round(seconds),
  eventsPerSecond: Math.round(events / seconds),
  ...memory,
});

async function settle(indexer: { step(): Promise<boolean> }): Promise<void> {
  for (let quiet = 0; quiet < 2; ) quiet = (await indexer.step()) ? 0 : quiet + 1;
}

async function timed(work: () => Promise<void>): Promise<Omit<Run, "eventsPerSecond">> {
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 100);
  const since = performance.now();
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return {
    seconds: (performance.now() - since) / 1000,
    rssMb: megabytes(Math.max(most, process.memoryUsage.rss())),
    rssBeforeMb: megabytes(before),
  };
}

interface Shot {
  to: Hex;
  data: Hex;
  logs: number;
}

/** Of ten transactions six pay a fee (three logs), three stake (two), one sends tokens (one). */
function shots({ deployment, address }: TestChain): Shot[] {
  const { stateToken, staking, epochManager } = deployment.contracts;
  const call = (to: Hex, logs: number, abi: unknown, functionName: string, args: unknown[]): Shot => ({
    to,
    logs,
    data: encodeFunctionData({ abi: abi as Abi, functionName, args }),
  });
  const fee = call(epochManager, 3, epochManagerAbi, "requestDataValidation", [
    `0x${"5e".repeat(32)}`,
    dollar,
  ]);
  const stake = call(staking, 2, stakingAbi, "stake", [2, dollar]);
  const send = call(stateToken, 1, stateTokenAbi, "transfer", [address(20), 1n]);
  return [fee, stake, fee, fee, stake, fee, send, fee, stake, fee];
}

async function makeEvents(
  chain: TestChain,
  wanted: number,
  onBlocks: (transactions: number) => Promise<void>,
): Promise<number> {
  const { stateToken, staking, epochManager } = chain.deployment.contracts;
  for (const wallet of wallets) {
    await verifyWallet(chain, chain.address(wallet));
    await mintTokens(chain, chain.address(wallet), mintedMicros);
    for (const spender of [staking, epochManager])
      await chain.send(wallet, {
        to: stateToken,
        abi: stateTokenAbi,
        functionName: "approve",
        args: [spender, maxUint256],
      });
  }
  const node = openNode(chain.rpcUrl, 60_000);
  const nonces = await Promise.all(
    wallets.map((wallet) => chain.client.getTransactionCount({ address: chain.address(wallet) })),
  );
  const kinds = shots(chain);
  await chain.rpc("evm_setAutomine", [false]);
  let made = 0;
  for (let logs = 0, block = 1; logs < wanted; block++) {
    const sends = [];
    for (let i = 0; i < perBlock && logs < wanted; i++, made++) {
      const at = made % wallets.length;
      const shot = kinds[Math.floor(made / wallets.length) % kinds.length] as Shot;
      logs += shot.logs;
      const nonce = toHex(nonces[at] as number);
      nonces[at] = (nonces[at] as number) + 1;
      const from = chain.address(wallets[at] as number);
      const tx = { from, to: shot.to, data: shot.data, gas: toHex(250_000), nonce };
      sends.push({ method: "eth_sendTransaction", params: [tx] });
    }
    await node.batch(sends);
    await node.batch([{ method: "evm_mine", params: [] }]);
    if (block % blocksAhead === 0) await onBlocks(made);
  }
  await chain.rpc("evm_setAutomine", [true]);
  await chain.mine(4);
  return made;
}

async function countLogs(db: Db): Promise<number> {
  const { rows } = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from chain.log where settled_at is not null`,
  );
  return rows[0]?.n ?? 0;
}

/** Everything that an index holds, without the clocks of its own making, as one hash. */
async function digestOf(db: Db): Promise<string> {
  const { rows } = await db.execute<{ digest: string }>(sql`
    select encode(sha256(convert_to(concat_ws('|',
      (select md5(string_agg(concat_ws(',', number, hash, parent_hash, is_final), ';' order by number)) from chain.block),
      (select md5(string_agg(concat_ws(',', block_hash, tx_hash, log_index, event, args::text, settled_at is not null), ';'
              order by block_number, log_index)) from chain.log),
      (select md5(string_agg(f::text, ';' order by block_number, log_index)) from chain.fee f),
      (select md5(string_agg(s::text, ';' order by block_number, log_index)) from chain.stake_event s),
      (select md5(string_agg(d::text, ';' order by block_number, log_index)) from chain.data_validation d),
      (select string_agg(concat_ws(',', name, block_number, block_hash), ';' order by name) from chain.cursor)
    ), 'UTF8')), 'hex') as digest`);
  return rows[0]?.digest ?? "";
}

async function bareInsertOf(db: Db, databases: TestDatabase[]): Promise<number> {
  const { rows } = await db.execute<{ rows: string }>(sql`select json_agg(l)::text as rows from chain.log l`);
  const database = await testDatabase();
  databases.push(database);
  const other = database.open("worker", 1);
  const since = performance.now();
  await other.db.execute(
    sql`insert into chain.log select * from json_populate_recordset(null::chain.log, ${rows[0]?.rows}::json)`,
  );
  return (performance.now() - since) / 1000;
}

async function rawGetLogsOf({ rpcUrl, client, deployment }: TestChain): Promise<number> {
  const node = openNode(rpcUrl, 60_000);
  const address = watchedContracts.map((name) => deployment.contracts[name]);
  const head = Number(await client.getBlockNumber({ cacheTime: 0 }));
  const since = performance.now();
  for (let from = deployment.deployedAtBlock; from <= head; from += 50) {
    const range = { address, fromBlock: toHex(from), toBlock: toHex(Math.min(from + 49, head)) };
    await node.batch([{ method: "eth_getLogs", params: [range] }]);
  }
  return (performance.now() - since) / 1000;
}
