import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { openDb } from "@/db/client";
import { type BenchServer, findPgbench, scratchUrl, startBenchServer } from "@/lib/bench/ledger-server";
import { openBatcher } from "@/lib/ledger/batcher";
import { type Posting, postMany } from "@/lib/ledger/posting";

const runFile = promisify(execFile);

/** Transfers a second, beside what the same Postgres does in the same minutes without a ledger. fsync and commits are on. */
export interface LedgerBench {
  tpcb_8c: number;
  bare_insert_8c: number;
  single_sql_spread_8c: number;
  single_sql_hot_8c: number;
  node_single_spread_64: number;
  node_batch_spread_64: number;
  node_batch_hot_64: number;
  p99_ms_batch_spread_64: number;
  p99_ms_batch_hot_64: number;
  /** of the server's processes, while 64 callers post through the batcher */
  cpu_us_per_transfer: number;
  /** rows and indexes of events and transfers */
  bytes_per_transfer: number;
  wal_bytes_per_transfer: number;
  ratios: {
    batch_spread_over_tpcb: number;
    batch_hot_over_tpcb: number;
    single_sql_over_bare_insert: number;
  };
  growth: GrowthStep[];
  growth_ratios: { throughput_smallest_over_largest: number; point_in_time_largest_over_smallest: number };
  pgbench: string;
  rounds: number;
  seconds: number;
  load_average: number;
  settings: Record<string, string>;
}

export interface GrowthStep {
  entries: number;
  node_batch_spread_64: number;
  /** what stood on the busiest account, and on ordinary ones, at random moments */
  point_in_time_hot_ms: number;
  point_in_time_ms: number;
}

const accounts = 10_000;
const callers = 64;
const wallet = (n: number) => ({ class: "wallet_mirror", owner: `wallet:${n}` }) as const;
const below = (n: number) => Math.floor(Math.random() * n);
const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const whole = (value: number) => Math.round(value);
const twoPlaces = (value: number) => Math.round(value * 100) / 100;

type To = "spread" | "hot";
let made = 0;
const run = `${Date.now().toString(36)}${process.pid}`;

/** One token from a random holder: to another, or to the bank's fee pot, where all meet. */
function transfer(to: To): Posting {
  const from = 1 + below(accounts);
  const other = 1 + ((from + below(accounts - 1)) % accounts);
  made += 1;
  return {
    // as random as real keys are
    key: `bench:${(Math.random() * 2 ** 52).toString(36)}:${run}:${made}`,
    event: "transfer-mirrored",
    subject: `wallet:${from}`,
    actor: "system:bench",
    requestId: run,
    transfers: [
      {
        asset: "TOKEN",
        amountMicros: 1n,
        debit: wallet(from),
        credit: to === "hot" ? { class: "fee_pot" } : wallet(other),
      },
    ],
  };
}

export async function benchLedger(
  { seconds = 6, rounds = 3, deep = false }: { seconds?: number; rounds?: number; deep?: boolean },
  say: (sentence: string) => void = () => {},
): Promise<LedgerBench> {
  const server = await startBenchServer();
  const scratch = mkdtempSync(join(dirname(server.place.folder), "scripts-"));
  try {
    const owner = new pg.Client({ connectionString: server.ownerUrl });
    await owner.connect();
    const yardsticks = await prepareYardsticks(server, owner, scratch, say);
    say("funding accounts");
    await fund(server);
    await owner.query("VACUUM ANALYZE");

    const seen: Record<string, number[]> = {};
    const note = (name: string, value: number) => {
      seen[name] = [...(seen[name] ?? []), value];
    };
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`);
      note("tpcb_8c", await yardsticks.tpcb(seconds));
      note("bare_insert_8c", await yardsticks.bareInsert(seconds));
      for (const to of ["spread", "hot"] as const)
        note(`single_sql_${to}_8c`, await yardsticks.single(to, seconds));
      note("node_single_spread_64", await nodeSingle(server, seconds));
      for (const to of ["spread", "hot"] as const) {
        const before = await footprint(owner, server);
        const batch = await nodeBatch(server, to, seconds);
        const after = await footprint(owner, server);
        note(`node_batch_${to}_64`, batch.perSecond);
        note(`p99_ms_batch_${to}_64`, batch.p99Ms);
        if (to === "hot") continue;
        note("cpu_us_per_transfer", ((after.cpu - before.cpu) * 1e6) / batch.count);
        note("bytes_per_transfer", (after.bytes - before.bytes) / batch.count);
        note("wal_bytes_per_transfer", (after.wal - before.wal) / batch.count);
      }
    }
    const growth = await grow(server, owner, { seconds, deep }, say);
    await owner.end();

    const of = (name: string) => median(seen[name] ?? []);
    const ratio = (over: string, under: string) =>
      twoPlaces(median((seen[over] ?? []).map((value, i) => value / (seen[under]?.[i] ?? 1))));
    const [small, large] = [growth[0] as GrowthStep, growth.at(-1) as GrowthStep];
    return {
      tpcb_8c: whole(of("tpcb_8c")),
      bare_insert_8c: whole(of("bare_insert_8c")),
      single_sql_spread_8c: whole(of("single_sql_spread_8c")),
      single_sql_hot_8c: whole(of("single_sql_hot_8c")),
      node_single_spread_64: whole(of("node_single_spread_64")),
      node_batch_spread_64: whole(of("node_batch_spread_64")),
      node_batch_hot_64: whole(of("node_batch_hot_64")),
      p99_ms_batch_spread_64: twoPlaces(of("p99_ms_batch_spread_64")),
      p99_ms_batch_hot_64: twoPlaces(of("p99_ms_batch_hot_64")),
      cpu_us_per_transfer: whole(of("cpu_us_per_transfer")),
      bytes_per_transfer: whole(of("bytes_per_transfer")),
      wal_bytes_per_transfer: whole(of("wal_bytes_per_transfer")),
      ratios: {
        batch_spread_over_tpcb: ratio("node_batch_spread_64", "tpcb_8c"),
        batch_hot_over_tpcb: ratio("node_batch_hot_64", "tpcb_8c"),
        single_sql_over_bare_insert: ratio("single_sql_spread_8c", "bare_insert_8c"),
      },
      growth,
      growth_ratios: {
        throughput_smallest_over_largest: twoPlaces(small.node_batch_spread_64 / large.node_batch_spread_64),
        point_in_time_largest_over_smallest: twoPlaces(
          Math.max(
            large.point_in_time_ms / small.point_in_time_ms,
            large.point_in_time_hot_ms / small.point_in_time_hot_ms,
          ),
        ),
      },
      pgbench: yardsticks.pgbench,
      rounds,
      seconds,
      load_average: twoPlaces(loadavg()[0] ?? 0),
      settings: server.settings,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    await server.close();
  }
}

async function fund(server: BenchServer): Promise<void> {
  const db = openDb(server.appUrl, { max: 1 });
  for (let at = 0; at < accounts; at += 1_000) {
    const answers = await postMany(
      db.db,
      Array.from({ length: 1_000 }, (_, i) => ({
        ...transfer("spread"),
        transfers: [
          {
            asset: "TOKEN" as const,
            amountMicros: 10n ** 12n,
            debit: { class: "token_control" as const },
            credit: wallet(at + i + 1),
          },
        ],
      })),
    );
    const bad = answers.find(({ outcome }) => outcome !== "posted");
    if (bad) throw new Error(`funding was refused: ${JSON.stringify(bad)}`);
  }
  await db.close();
}

async function footprint(owner: pg.Client, server: BenchServer) {
  const { rows } = await owner.query<{ bytes: string; wal: string }>(
    `SELECT pg_total_relation_size('ledger.event') + pg_total_relation_size('ledger.transfer') AS bytes,
            pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS wal`,
  );
  return { bytes: Number(rows[0]?.bytes), wal: Number(rows[0]?.wal), cpu: server.cpuSeconds() };
}

/** 64 callers, each of whom asks again as soon as they have their answer. */
async function load(
  work: () => Promise<void>,
  seconds: number,
): Promise<{ perSecond: number; p99Ms: number; count: number }> {
  const took: number[] = [];
  const since = performance.now();
  const until = since + seconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let at = performance.now(); at < until; ) {
        await work();
        const now = performance.now();
        took.push(now - at);
        at = now;
      }
    }),
  );
  const elapsed = (performance.now() - since) / 1000;
  took.sort((a, b) => a - b);
  return {
    perSecond: took.length / elapsed,
    p99Ms: took[Math.floor(took.length * 0.99)] ?? 0,
    count: took.length,
  };
}

async function nodeBatch(server: BenchServer, to: To, seconds: number) {
  const batcher = openBatcher(server.appUrl);
  const post = async () => {
    const answer = await batcher.post(transfer(to));
    if (answer.outcome !== "posted") throw new Error(`a transfer was refused: ${JSON.stringify(answer)}`);
  };
  try {
    await load(post, 0.5);
    return await load(post, seconds);
  } finally {
    await batcher.close();
  }
}

async function nodeSingle(server: BenchServer, seconds: number): Promise<number> {
  const db = openDb(server.appUrl, { max: 16 });
  try {
    const post = async () => {
      await postMany(db.db, [transfer("spread")]);
    };
    await load(post, 0.5);
    return (await load(post, seconds)).perSecond;
  } finally {
    await db.close();
  }
}

type Yardsticks = {
  pgbench: string;
  tpcb(seconds: number): Promise<number>;
  bareInsert(seconds: number): Promise<number>;
  single(to: To, seconds: number): Promise<number>;
};

const tpcbScale = 50;

/** The same scripts by pgbench where the machine has it, else by eight connections of ours. */
async function prepareYardsticks(
  server: BenchServer,
  owner: pg.Client,
  scratch: string,
  say: (sentence: string) => void,
): Promise<Yardsticks> {
  await owner.query(
    "CREATE TABLE public.bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL)",
  );
  const admin = new pg.Client({ connectionString: scratchUrl(server) });
  await admin.connect();
  await admin.query("CREATE DATABASE tpcb");
  await admin.end();
  const tpcbUrl = new URL(scratchUrl(server));
  tpcbUrl.pathname = "/tpcb";
  say(`making pgbench's tables, scale ${tpcbScale}`);
  const pgbench = findPgbench();
  if (!pgbench) return ourOwnYardsticks(server, tpcbUrl.href);
  await runFile(pgbench, ["-q", "-i", "-I", "dtGvp", "-s", String(tpcbScale), tpcbUrl.href]);
  const script = (name: string, text: string) => {
    const path = join(scratch, `${name}.sql`);
    writeFileSync(path, text);
    return path;
  };
  const scripts = {
    bare: script("bare", "INSERT INTO public.bare (note) VALUES ('one row');\n"),
    spread: script("spread", singleScript("spread")),
    hot: script("hot", singleScript("hot")),
  };
  const take = async (url: string, seconds: number, ...args: string[]): Promise<number> => {
    const { stdout } = await runFile(pgbench, [
      "-n",
      "-c",
      "8",
      "-j",
      "2",
      "-T",
      String(seconds),
      ...args,
      url,
    ]);
    const perSecond = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
    if (!(perSecond > 0) || !/number of failed transactions: 0 /.test(stdout))
      throw new Error(`pgbench: ${stdout}`);
    return perSecond;
  };
  return {
    pgbench,
    tpcb: (seconds) => take(tpcbUrl.href, seconds),
    bareInsert: (seconds) => take(server.ownerUrl, seconds, "-M", "prepared", "-f", scripts.bare),
    single: (to, seconds) => take(server.appUrl, seconds, "-M", "prepared", "-f", scripts[to]),
  };
}

/** pgbench reads a colon before a name as a variable, in quotes too: hence the spaces after colons. */
const singleScript = (to: To): string => {
  const credit =
    to === "hot"
      ? `{"class": "fee_pot"}`
      : `{"class": "wallet_mirror", "owner": "wallet:' || CAST(:b AS int) || '"}`;
  return `\\set a random(1, ${accounts / 2})
\\set b random(${accounts / 2 + 1}, ${accounts})
\\set k random(1, 1000000000000000000)
SELECT outcome FROM ledger.post_many(CAST('[{"key": "bench:' || CAST(:k AS bigint) || '", "kind": "transfer-mirrored", "subject": "wallet:' || CAST(:a AS int)
  || '", "actor": "system-bench", "requestId": "bench", "transfers": [{"asset": "TOKEN", "amount": "1", "debit": {"class": "wallet_mirror", "owner": "wallet:'
  || CAST(:a AS int) || '"}, "credit": ${credit}}]}]' AS jsonb));
`;
};

async function ourOwnYardsticks(server: BenchServer, tpcbUrl: string): Promise<Yardsticks> {
  const owner = new pg.Client({ connectionString: tpcbUrl });
  await owner.connect();
  await owner.query(`
    CREATE TABLE pgbench_branches (bid int NOT NULL, bbalance int, filler char(88)) WITH (fillfactor = 100);
    CREATE TABLE pgbench_tellers (tid int NOT NULL, bid int, tbalance int, filler char(84)) WITH (fillfactor = 100);
    CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84)) WITH (fillfactor = 100);
    CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
    INSERT INTO pgbench_branches SELECT bid, 0, '' FROM generate_series(1, ${tpcbScale}) bid;
    INSERT INTO pgbench_tellers SELECT tid, (tid - 1) / 10 + 1, 0, '' FROM generate_series(1, ${tpcbScale * 10}) tid;
    INSERT INTO pgbench_accounts SELECT aid, (aid - 1) / 100000 + 1, 0, '' FROM generate_series(1, ${tpcbScale * 100_000}) aid;
    ALTER TABLE pgbench_branches ADD PRIMARY KEY (bid);
    ALTER TABLE pgbench_tellers ADD PRIMARY KEY (tid);
    ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid)`);
  await owner.query("VACUUM ANALYZE");
  await owner.end();
  const eight = async (url: string, seconds: number, work: (client: pg.Client) => Promise<unknown>) => {
    const clients = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        return client;
      }),
    );
    let count = 0;
    const since = performance.now();
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() - since < seconds * 1000) {
          await work(client);
          count += 1;
        }
      }),
    );
    const perSecond = count / ((performance.now() - since) / 1000);
    await Promise.all(clients.map((client) => client.end()));
    return perSecond;
  };
  return {
    pgbench: "absent: the same scripts through pg",
    tpcb: (seconds) =>
      eight(tpcbUrl, seconds, async (client) => {
        const [aid, bid, tid, delta] = [
          1 + below(tpcbScale * 100_000),
          1 + below(tpcbScale),
          1 + below(tpcbScale * 10),
          below(10_001) - 5_000,
        ];
        await client.query("BEGIN");
        await client.query(`UPDATE pgbench_accounts SET abalance = abalance + ${delta} WHERE aid = ${aid}`);
        await client.query(`SELECT abalance FROM pgbench_accounts WHERE aid = ${aid}`);
        await client.query(`UPDATE pgbench_tellers SET tbalance = tbalance + ${delta} WHERE tid = ${tid}`);
        await client.query(`UPDATE pgbench_branches SET bbalance = bbalance + ${delta} WHERE bid = ${bid}`);
        await client.query(
          `INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (${tid}, ${bid}, ${aid}, ${delta}, CURRENT_TIMESTAMP)`,
        );
        await client.query("END");
      }),
    bareInsert: (seconds) =>
      eight(server.ownerUrl, seconds, (client) =>
        client.query({ name: "bare", text: "INSERT INTO public.bare (note) VALUES ('one row')" }),
      ),
    single: async (to, seconds) => {
      const { payloadOf } = await import("@/lib/ledger/posting");
      return eight(server.appUrl, seconds, (client) =>
        client.query({
          name: "single",
          text: "SELECT outcome FROM ledger.post_many($1::jsonb)",
          values: [JSON.stringify([payloadOf(transfer(to))])],
        }),
      );
    },
  };
}

/** The books grow; posting and looking back must not notice. */
async function grow(
  server: BenchServer,
  owner: pg.Client,
  { seconds, deep }: { seconds: number; deep: boolean },
  say: (sentence: string) => void,
): Promise<GrowthStep[]> {
  const steps: GrowthStep[] = [];
  const worker = new pg.Client({ connectionString: server.workerUrl });
  await worker.connect();
  const count = async () =>
    Number((await owner.query<{ n: string }>("SELECT count(*) AS n FROM ledger.transfer")).rows[0]?.n);
  for (const entries of deep ? [10_000, 1_000_000, 10_000_000] : [10_000, 1_000_000]) {
    // the first step is measured on books of its own size: a bank that has only just been opened
    const books = steps.length === 0 ? await startBenchServer() : server;
    const own = steps.length === 0 ? new pg.Client({ connectionString: books.ownerUrl }) : owner;
    const ownWorker = steps.length === 0 ? new pg.Client({ connectionString: books.workerUrl }) : worker;
    try {
      if (steps.length === 0) {
        await Promise.all([own.connect(), ownWorker.connect()]);
        await fund(books);
      } else {
        for (let there = await count(); there < entries; there = await count()) {
          say(`${there} of ${entries} entries`);
          await fill(books, Math.min(50_000, entries - there));
          await ownWorker.query("SELECT ledger.make_checkpoints(true)");
        }
      }
      for (let i = 0; i < 3; i++) await ownWorker.query("SELECT ledger.make_checkpoints(true)");
      await own.query("VACUUM ANALYZE");
      const look = await pointInTime(own);
      const { perSecond } = await nodeBatch(books, "spread", seconds);
      steps.push({ entries, node_batch_spread_64: whole(perSecond), ...look });
    } finally {
      if (books !== server) {
        await Promise.all([own.end(), ownWorker.end()]);
        await books.close();
      }
    }
  }
  await worker.end();
  return steps;
}

async function fill(server: BenchServer, entries: number): Promise<void> {
  const db = openDb(server.appUrl, { max: 1 });
  for (let at = 0; at < entries; at += 1_000)
    await postMany(
      db.db,
      Array.from({ length: Math.min(1_000, entries - at) }, (_, i) => transfer(i % 2 ? "spread" : "hot")),
    );
  await db.close();
}

/** Milliseconds to know what stood on the fee pot's or the supply's account, and on ordinary ones, at random moments. */
async function pointInTime(owner: pg.Client): Promise<Omit<GrowthStep, "entries" | "node_batch_spread_64">> {
  const { rows } = await owner.query<{ from: Date; to: Date; hot: string }>(
    `SELECT min(recorded_at) AS from, max(recorded_at) AS to,
       (SELECT id FROM ledger.account WHERE class IN ('fee_pot', 'token_control') ORDER BY (
         SELECT count(*) FROM ledger.legs_of(account.id, 0, 9223372036854775807)) DESC LIMIT 1) AS hot FROM ledger.event`,
  );
  const span = rows[0] as { from: Date; to: Date; hot: string };
  const ordinary = (
    await owner.query<{ id: string }>("SELECT id FROM ledger.account WHERE is_customer ORDER BY id LIMIT 100")
  ).rows;
  const measure = async (pick: () => string) => {
    const took: number[] = [];
    for (let i = 0; i < 200; i++) {
      const at = new Date(span.from.getTime() + Math.random() * (span.to.getTime() - span.from.getTime()));
      const since = performance.now();
      await owner.query("SELECT * FROM ledger.totals_at($1, $2, $3)", [pick(), at, i % 2 === 0]);
      took.push(performance.now() - since);
    }
    return twoPlaces(median(took));
  };
  return {
    point_in_time_hot_ms: await measure(() => span.hot),
    point_in_time_ms: await measure(() => ordinary[below(ordinary.length)]?.id as string),
  };
}
