import { createHash, randomBytes } from "node:crypto";
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { encodeFunctionData, toHex, zeroHash } from "viem";
import { type Db, openDb } from "@/db/client";
import { block as blockTable, epoch as epochTable } from "@/db/schema/chain";
import type { CommandContext } from "@/lib/auth/actor";
import { type BenchServer, startBenchServer } from "@/lib/bench/ledger-server";
import { epochManagerAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { type Batch, buildBatch } from "@/lib/epochs/commands/build-batch";
import { prepareBatch } from "@/lib/epochs/commands/prepare-batch";
import { entriesSeal } from "@/lib/epochs/entries";
import { batchKeyOf, openEnvelope, sealEnvelope } from "@/lib/epochs/format/envelope";
import { linesIn } from "@/lib/epochs/format/lines";
import { leafHash } from "@/lib/epochs/format/tree";
import { verifyEpoch } from "@/lib/epochs/verify/verify-epoch";
import { sealBooks } from "@/lib/ledger/seal/commands/seal-books";
import { inProject } from "@/lib/processes/running-bank";
import { startTestChain } from "@/lib/processes/test-chain";

/** One epoch's batch, built from books of a Postgres of its own, and verified from its file. */
export interface EpochBench {
  entries: number;
  balances: number;
  bytes: number;
  /** wall time, the processor's time of this process and of Postgres, and this process's peak memory */
  build: Took & { postgresCpuSeconds: number };
  /** before, as the seals come: what a batch copies of them */
  prepare: Took & { postgresCpuSeconds: number };
  verify: Took & { ok: boolean; entries: number };
  /** the file sealed for one operator and opened again */
  envelope: Took;
  /**
   * Of the same run and the same processor's time: the file's bytes hashed once, and how many short hashes and lines of it a
   * second of this processor makes; over: the processor's time of all processes over that of hashing the file.
   */
  yardstick: {
    sha256CpuSeconds: number;
    hashesPerSecond: number;
    linesPerSecond: number;
    buildOver: number;
    verifyOver: number;
  };
  /** to propose an epoch of so many entries, measured; and all of its transactions, by the committed figures */
  gas: { proposeByEntries: Record<string, number>; epochByOperators: Record<string, number> };
}

interface Took {
  seconds: number;
  cpuSeconds: number;
  peakMb: number;
}

/** entries of the smallest epoch that is priced */
const fewest = 10;
const million = 1_000_000;

const round = (n: number) => Math.round(n * 100) / 100;

/** How long `work` takes, and the most memory that this process had meanwhile. */
async function watched<T>(work: () => Promise<T>): Promise<Took & { result: T }> {
  let peak = process.memoryUsage.rss();
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  try {
    const [began, used] = [performance.now(), process.cpuUsage()];
    const result = await work();
    const seconds = round((performance.now() - began) / 1000);
    const { user, system } = process.cpuUsage(used);
    return {
      result,
      seconds,
      cpuSeconds: Math.max(0.01, round((user + system) / 1e6)),
      peakMb: Math.round(Math.max(peak, process.memoryUsage.rss()) / 2 ** 20),
    };
  } finally {
    clearInterval(watch);
  }
}

export async function benchEpoch(
  size: { entries: number; balances: number },
  say: (sentence: string) => void = () => undefined,
): Promise<EpochBench> {
  const chain = await startTestChain();
  const server = await startBenchServer();
  const home = mkdtempSync(join(tmpdir(), "granary-bench-"));
  const owner = openDb(server.ownerUrl, { max: 1, name: "bench owner" });
  const worker = openDb(server.workerUrl, { max: 4, name: "bench worker" });
  try {
    const books = { server, owner: owner.db, worker: worker.db, home, deployment: chain.deployment };
    say(`${size.balances} accounts are given something`);
    await openAccounts(owner.db, size.balances);
    await worker.db.insert(blockTable).values({
      chainId: chain.deployment.chainId,
      number: BigInt(chain.deployment.deployedAtBlock),
      hash: toHex(2n, { size: 32 }),
      parentHash: zeroHash,
      at: new Date(),
      isFinal: true,
    });
    await give(owner.db, size.balances);
    const before = await built(books, 1n);
    await becomesFinal(worker.db, before.batch);
    // the same epoch twice: as it stands after ten entries, and as it replaces that after the rest
    await enter(owner.db, { key: "small", entries: fewest, balances: size.balances });
    const small = await built(books, 2n);
    say(`${size.entries} entries are written`);
    await enter(owner.db, { key: "large", ...size, entries: size.entries - fewest });
    say("sealing");
    const { batch, prepare, build } = await built(books, 2n);
    const path = join(home, "epochs", batch.file);

    say("verifying");
    const proposal = {
      number: batch.number,
      booksRoot: batch.booksRoot,
      entriesRoot: batch.entriesRoot,
      liabilitiesRoot: batch.liabilitiesRoot,
      liabilities: batch.liabilitiesMicros,
      entriesSeal: entriesSeal(batch.entriesDigest),
      previousDigest: finalDigest,
      proposedBlock: batch.block + 1n,
    };
    const file = () => createReadStream(path, { highWaterMark: 1 << 20 });
    const checked = await watched(() =>
      verifyEpoch(linesIn(file()), { proposal, previous: undefined, chain: undefined }),
    );
    if (!checked.result.ok)
      throw new Error(`the batch does not verify: ${JSON.stringify(checked.result.refusal, plain)}`);
    const hashed = await watched(async () => {
      const hash = createHash("sha256");
      for await (const bytes of file()) hash.update(bytes);
      hash.digest();
    });
    const short = await watched(async () => {
      for (let i = 0; i < million; i++) leafHash(finalDigestBytes);
    });
    let lines = 0;
    const read = await watched(async () => {
      for await (const _ of linesIn(file())) lines += 1;
    });
    const operator = batchKeyOf(randomBytes(32));
    const envelope = await watched(async () => {
      const { entriesRoot } = batch;
      const sealed = sealEnvelope(file(), { entriesRoot, recipient: operator.publicKey });
      for await (const _ of openEnvelope(sealed, { entriesRoot, privateKey: operator.privateKey }));
    });
    return {
      ...size,
      bytes: statSync(path).size,
      prepare,
      build,
      verify: {
        seconds: checked.seconds,
        cpuSeconds: checked.cpuSeconds,
        peakMb: checked.peakMb,
        ok: checked.result.ok,
        entries: Number(checked.result.entries?.count ?? 0n),
      },
      yardstick: {
        sha256CpuSeconds: hashed.cpuSeconds,
        hashesPerSecond: Math.round(million / short.cpuSeconds),
        linesPerSecond: Math.round(lines / read.cpuSeconds),
        buildOver: round((build.cpuSeconds + build.postgresCpuSeconds) / hashed.cpuSeconds),
        verifyOver: round(checked.cpuSeconds / hashed.cpuSeconds),
      },
      envelope: { seconds: envelope.seconds, cpuSeconds: envelope.cpuSeconds, peakMb: envelope.peakMb },
      gas: {
        proposeByEntries: {
          [fewest]: await proposing(chain, small.batch),
          [size.entries]: await proposing(chain, batch),
        },
        epochByOperators: committedGas(),
      },
    };
  } finally {
    await Promise.all([owner.close(), worker.close(), chain.stop()]);
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

const plain = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);

interface Books {
  server: BenchServer;
  owner: Db;
  worker: Db;
  home: string;
  deployment: Deployment;
}

/** Sealing is the bank's business of every few seconds: what is measured begins with sealed books. */
async function built({ server, owner, worker, home, deployment }: Books, period: bigint) {
  const ctx: CommandContext = { actor: { kind: "system", job: "bench" }, requestId: "bench", db: worker };
  await sealBooks(ctx, { folder: join(home, "seals"), period });
  await owner.execute(sql`ANALYZE`);
  const after = period === 1n ? { number: 0n, digest: zeroHash } : { number: 1n, digest: finalDigest };
  const folder = join(home, "epochs");
  const costing = async <T>(work: () => Promise<T>) => {
    const before = server.cpuSeconds();
    const took = await watched(work);
    return { ...took, postgresCpuSeconds: round(server.cpuSeconds() - before) };
  };
  const { result: _, ...prepare } = await costing(() =>
    prepareBatch(ctx, { chainId: deployment.chainId, folder }),
  );
  const { result, ...build } = await costing(() => buildBatch(ctx, { deployment, folder, after }));
  if (result.outcome !== "built") throw new Error(`the batch is ${result.outcome}`);
  return { batch: result.batch, prepare, build };
}

const finalDigest = toHex(1n, { size: 32 });
const finalDigestBytes = Buffer.from(finalDigest.slice(2), "hex");

async function becomesFinal(db: Db, batch: Batch): Promise<void> {
  const none = { collectedMicros: 0n, distributedMicros: 0n, carriedMicros: 0n };
  await db.insert(epochTable).values({
    ...none,
    chainId: batch.chainId,
    number: batch.number,
    digest: finalDigest,
    state: "final",
    supplyMicros: 0n,
    marketMicros: 0n,
    lendableMicros: 0n,
    dataDigest: zeroHash,
    booksRoot: batch.booksRoot,
    entriesRoot: batch.entriesRoot,
    liabilitiesRoot: batch.liabilitiesRoot,
    liabilitiesMicros: batch.liabilitiesMicros,
    previousDigest: zeroHash,
    parentBlockHash: zeroHash,
    proposedAt: new Date(),
    proposedBlock: batch.block,
    proposedTx: zeroHash,
    finalAt: new Date(),
    finalBlock: batch.block,
    finalTx: zeroHash,
  });
}

const guarded = ["ledger.account", "ledger.event", "ledger.transfer"];

/** Past the books' own rules, which would take as long as a bank takes to earn a million entries. */
async function unguarded(db: Db, statements: readonly string[]): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`SET LOCAL statement_timeout = 0`);
    for (const table of guarded) await tx.execute(sql.raw(`ALTER TABLE ${table} DISABLE TRIGGER USER`));
    for (const statement of statements) await tx.execute(sql.raw(statement));
    for (const table of guarded) await tx.execute(sql.raw(`ALTER TABLE ${table} ENABLE TRIGGER USER`));
  });
}

const eventsOf = (of: { key: string; from: number; to: number; each: number }) => `
  INSERT INTO ledger.event (key, payload_hash, kind, subject, effective_at, recorded_at, actor, request_id, transfer_count)
  SELECT 'bench:${of.key}:' || i, sha256(int4send(i)), 'transfer', 'wallet:0x' || md5(i::text), now(), now(),
    'system:bench', md5('request' || i), ${of.each} FROM generate_series(${of.from}, ${of.to}) AS i`;

async function openAccounts(db: Db, balances: number): Promise<void> {
  await unguarded(db, [
    `INSERT INTO ledger.account (class, asset, side, is_clearing, is_customer, is_mirror, owner)
      SELECT class, asset, side, is_clearing, is_customer, is_mirror, '' FROM ledger.account_class
      WHERE class IN ('token_control', 'token_supply', 'suspense')`,
    `INSERT INTO ledger.account (class, asset, side, is_clearing, is_customer, is_mirror, owner)
      SELECT class, asset, side, is_clearing, is_customer, is_mirror, 'wallet:0x' || md5(i::text)
      FROM ledger.account_class, generate_series(1, ${balances}) AS i WHERE class = 'wallet_mirror'`,
    `CREATE TABLE IF NOT EXISTS public.bench_account AS
      SELECT id, row_number() OVER (ORDER BY id)::integer - 1 AS nr FROM ledger.account WHERE class = 'wallet_mirror'`,
    "CREATE UNIQUE INDEX ON public.bench_account (nr)",
  ]);
}

const one = (name: string) => `(SELECT id FROM ledger.account WHERE class = '${name}' LIMIT 1)`;
/** each account's first balance */
const givenMicros = 1_000_000;
const eachEvent = 100;

/** A hundred accounts an event; and what the bank owes for it, in dollars. */
async function give(db: Db, balances: number): Promise<void> {
  const events = Math.ceil(balances / eachEvent);
  await unguarded(db, [
    eventsOf({ key: "give", from: 1, to: events, each: eachEvent }),
    `INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
      SELECT e.id, 1 + a.nr % ${eachEvent}, ${one("token_control")}, a.id, 'TOKEN', ${givenMicros}
      FROM public.bench_account a JOIN ledger.event e ON e.key = 'bench:give:' || (a.nr / ${eachEvent} + 1)`,
    eventsOf({ key: "owed", from: 1, to: 1, each: 1 }),
    `INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
      SELECT id, 1, ${one("suspense")}, ${one("token_supply")}, 'USD', ${givenMicros}::numeric * ${balances}
      FROM ledger.event WHERE key = 'bench:owed:1'`,
    `UPDATE ledger.account SET credits_micros = credits_micros + ${givenMicros} WHERE class = 'wallet_mirror'`,
  ]);
}

/** Each from one account to another, in twenty transactions. */
async function enter(db: Db, of: { key: string; entries: number; balances: number }): Promise<void> {
  const many = Math.ceil(of.entries / 20);
  for (let from = 1; from <= of.entries; from += many) {
    const to = Math.min(of.entries, from + many - 1);
    await unguarded(db, [
      eventsOf({ key: of.key, from, to, each: 1 }),
      `INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
        SELECT e.id, 1, debit.id, credit.id, 'TOKEN', 1 + i % 1000
        FROM generate_series(${from}, ${to}) AS i JOIN ledger.event e ON e.key = 'bench:${of.key}:' || i
        JOIN public.bench_account debit ON debit.nr = i % ${of.balances}
        JOIN public.bench_account credit ON credit.nr = (i::bigint * 7919 + 1) % ${of.balances}
        WHERE debit.id <> credit.id`,
    ]);
  }
  await unguarded(db, [
    `UPDATE ledger.account a SET debits_micros = s.debits, credits_micros = s.credits
     FROM (SELECT id, sum(debit) AS debits, sum(credit) AS credits FROM (
         SELECT debit_account AS id, amount_micros AS debit, 0 AS credit FROM ledger.transfer
         UNION ALL SELECT credit_account, 0, amount_micros FROM ledger.transfer) AS leg GROUP BY id) AS s
     WHERE a.id = s.id AND a.is_customer`,
  ]);
}

async function proposing(chain: Awaited<ReturnType<typeof startTestChain>>, batch: Batch): Promise<number> {
  await chain.pass(31);
  const gas = await chain.client.estimateGas({
    account: chain.address("proposer"),
    to: chain.deployment.contracts.epochManager,
    data: encodeFunctionData({
      abi: epochManagerAbi,
      functionName: "propose",
      args: [
        0n,
        {
          booksRoot: batch.booksRoot,
          entriesRoot: batch.entriesRoot,
          liabilitiesRoot: batch.liabilitiesRoot,
          liabilities: batch.liabilitiesMicros,
          entriesSeal: entriesSeal(batch.entriesDigest),
          canarySeal: entriesSeal(batch.entriesRoot),
        },
      ],
    }),
  });
  return Number(gas);
}

/** A proposal, a commit and a reveal of each operator, and the end, as contracts/test/gas measured them. */
function committedGas(): Record<string, number> {
  const all: Record<string, number> = {};
  for (const line of readFileSync(inProject("contracts", "gas", "epochs.txt"), "utf8")
    .trim()
    .split("\n")) {
    const [operators = "", call, gas] = line.split(" ");
    const times = call === "commit" || call === "reveal" ? Number(operators) : 1;
    all[operators] = (all[operators] ?? 0) + times * Number(gas);
  }
  return all;
}
