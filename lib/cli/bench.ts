import type { EpochBench } from "@/lib/bench/epoch";
import { benchHttp, type HttpBench } from "@/lib/bench/http";
import type { IndexBench } from "@/lib/bench/index-events";
import type { LedgerBench } from "@/lib/bench/ledger";
import { benchLighthouse, categories, type LighthouseRun, publicPages } from "@/lib/bench/lighthouse";
import { kilobytes, type PageWeight, weighBuild } from "@/lib/bench/pages";
import type { SealBench } from "@/lib/bench/seal";
import { table } from "@/lib/cli/table";
import { BadInput, type Verbs } from "@/lib/cli/verb";
import { readJson } from "@/lib/processes/home";
import { inProject, runningBank } from "@/lib/processes/running-bank";

type Weighed = { bareBytes: number; pages: PageWeight[] };

const positive = (text: string | true | undefined, usual: number, what: string): number => {
  const value = text === undefined ? usual : Number(text);
  if (!Number.isFinite(value) || value <= 0 || value > 600)
    throw new BadInput(`--${what} takes a number above 0 and up to 600.`);
  return value;
};

const refuseWords = (verb: string, args: readonly string[]) => {
  if (args.length > 0) throw new BadInput(`bench ${verb} takes options, no words.`);
};

/** What the index verb makes and reads unless told otherwise. */
const usualEvents = 100_000;

const usualEpoch = 1_000_000;
const each = (figures: Record<string, number>, of: string): string =>
  Object.entries(figures)
    .map(([n, gasOf]) => `${gasOf} with ${n} ${of}`)
    .join(", ");

/** `pages` needs only a build, `index` and `ledger` start what they need; the others measure the bank that runs. */
export const verbs: Verbs = {
  http: {
    summary: "p50 and p99 of the resident's overview and the staff desk at fixed rates, beside a bare page",
    usage: "[--rates 5,20,50] [--seconds 10]",
    async run({ args, options }): Promise<HttpBench> {
      refuseWords("http", args);
      const rates = String(options.rates ?? "5,20,50")
        .split(",")
        .map((one) => positive(one, 0, "rates"));
      const { home, at } = runningBank();
      const people = readJson<{ role: string; slug: string; walletKey?: `0x${string}` }[]>(home.people) ?? [];
      const residentKey = people.find(({ role }) => role === "resident")?.walletKey;
      const clerkSlug = people.find(({ role }) => role === "clerk")?.slug;
      if (!residentKey || !clerkSlug)
        throw new BadInput("This bank has no demo people to sign in as: start it with --fresh.");
      const seconds = positive(options.seconds, 10, "seconds");
      return benchHttp({ appUrl: at.appUrl, residentKey, clerkSlug, rates, seconds });
    },
    show: ({ calibration, runs }: HttpBench) =>
      `${table(
        ["a second", "page", "requests", "errors", "p50", "p99", "p99 over bare"],
        runs.map((one) => [
          String(one.perSecond),
          one.page,
          String(one.requests),
          String(one.errors),
          `${one.p50Ms} ms`,
          `${one.p99Ms} ms`,
          `${one.p99OverBare}x`,
        ]),
        { right: [0, 2, 3, 4, 5, 6] },
      )}\nbare page ${calibration.barePagePerSecond} a second, bare route ${calibration.bareRoutePerSecond}, load ${calibration.loadAverage}${calibration.machineBusy ? ": machine busy, only the ratios count" : ""}`,
  },
  lighthouse: {
    summary: "Lighthouse on every public page, phone and desktop",
    usage: "[--tries 3]",
    async run({ args, options }): Promise<LighthouseRun[]> {
      refuseWords("lighthouse", args);
      const maxTries = positive(options.tries, 3, "tries");
      return benchLighthouse({
        appUrl: runningBank().at.appUrl,
        pages: publicPages,
        devices: ["mobile", "desktop"],
        enough: 95,
        maxTries,
      });
    },
    show: (runs: LighthouseRun[]) =>
      table(
        ["page", "device", ...categories, "LCP", "CLS", "blocked"],
        runs.map(({ page, device, scores, lcpMs, cls, blockedMs }) => [
          page,
          device,
          ...categories.map((one) => String(scores[one])),
          `${lcpMs} ms`,
          String(cls),
          `${blockedMs} ms`,
        ]),
        { right: [2, 3, 4, 5, 6, 7] },
      ),
  },
  index: {
    summary: "Catches up with a chain of real events from empty, beside a bare insert of the same rows",
    usage: `[--events ${usualEvents}]`,
    async run({ args, options }): Promise<IndexBench> {
      refuseWords("index", args);
      const events = Number(options.events ?? usualEvents);
      if (!Number.isSafeInteger(events) || events < 1 || events > 1_000_000)
        throw new BadInput("--events takes a whole number from 1 to 1000000.");
      const { benchIndex } = await import("@/lib/bench/index-events");
      return benchIndex(events, (sentence) => process.stderr.write(`${sentence}\n`));
    },
    show: (bench: IndexBench) =>
      table(
        ["what", "events/s", "seconds", "memory"],
        [
          ["catch-up from empty", bench.catchUp],
          ["the same with the ledger", bench.withLedger],
          ["yardstick: bare insert", bench.yardsticks.bareInsert],
          ["yardstick: raw eth_getLogs", bench.yardsticks.rawGetLogs],
        ].map(([what, run]) => {
          const { eventsPerSecond, seconds, rssMb } = run as { [key: string]: number };
          return [String(what), String(eventsPerSecond), String(seconds), rssMb ? `${rssMb} MB` : ""];
        }),
        { right: [1, 2, 3] },
      ),
  },
  seal: {
    summary: "Seals many events at once on a Postgres of its own, writes the batches and verifies everything",
    usage: `[--events ${usualEvents}]`,
    async run({ args, options }): Promise<SealBench> {
      refuseWords("seal", args);
      const events = Number(options.events ?? usualEvents);
      if (!Number.isSafeInteger(events) || events < 1_000 || events > 10_000_000)
        throw new BadInput("--events takes a whole number from 1000 to 10000000.");
      const { benchSeal } = await import("@/lib/bench/seal");
      return benchSeal(events, (sentence) => process.stderr.write(`${sentence}\n`));
    },
    show: (bench: SealBench) =>
      table(
        ["what", "seconds"],
        [
          [`sealed ${bench.events} events in ${bench.batches} batches`, String(bench.seal.seconds)],
          ["processor time of it", String(bench.seal.cpuSeconds)],
          ["one proof", String(bench.proofMs / 1000)],
          [`files of ${bench.files.bytes} bytes written`, String(bench.files.seconds)],
          ["the same verified without a database", String(bench.files.verifySeconds)],
          ["the books verified whole", String(bench.verify.seconds)],
        ],
        { right: [1] },
      ),
  },
  epoch: {
    summary: "Builds and verifies one epoch's batch on a Postgres of its own, beside hashing its bytes once",
    usage: `[--entries ${usualEpoch}] [--balances ${usualEpoch}]`,
    async run({ args, options }): Promise<EpochBench> {
      refuseWords("epoch", args);
      const [entries, balances] = (["entries", "balances"] as const).map((name) => {
        const n = Number(options[name] ?? usualEpoch);
        if (!Number.isSafeInteger(n) || n < 100 || n > 10_000_000)
          throw new BadInput(`--${name} takes a whole number from 100 to 10000000.`);
        return n;
      }) as [number, number];
      const { benchEpoch } = await import("@/lib/bench/epoch");
      return benchEpoch({ entries, balances }, (sentence) => process.stderr.write(`${sentence}\n`));
    },
    show: ({ entries, balances, bytes, prepare, build, verify, envelope, yardstick, gas }: EpochBench) =>
      [
        table(
          ["what", "seconds", "of the processor", "memory"],
          [
            [
              "prepared as the seals came",
              String(prepare.seconds),
              `${prepare.cpuSeconds} + ${prepare.postgresCpuSeconds} of Postgres`,
              `${prepare.peakMb} MB`,
            ],
            [
              `built: ${entries} entries, ${balances} balances`,
              String(build.seconds),
              `${build.cpuSeconds} + ${build.postgresCpuSeconds} of Postgres`,
              `${build.peakMb} MB`,
            ],
            [
              "verified from the file",
              String(verify.seconds),
              String(verify.cpuSeconds),
              `${verify.peakMb} MB`,
            ],
            [
              "sealed for an operator and opened",
              String(envelope.seconds),
              String(envelope.cpuSeconds),
              `${envelope.peakMb} MB`,
            ],
            [`yardstick: ${bytes} bytes hashed once`, "", String(yardstick.sha256CpuSeconds), ""],
          ],
          { right: [1, 2, 3] },
        ),
        `yardstick: ${yardstick.hashesPerSecond} short hashes and ${yardstick.linesPerSecond} lines read a second of the processor`,
        `gas to propose: ${each(gas.proposeByEntries, "entries")}`,
        `gas of an epoch: ${each(gas.epochByOperators, "operators")}`,
      ].join("\n"),
  },
  ledger: {
    summary:
      "Transfers a second through SQL and through Node, beside pgbench and a bare insert on the same Postgres",
    usage: "[--seconds 6] [--rounds 3] [--deep]",
    async run({ args, options }): Promise<LedgerBench> {
      refuseWords("ledger", args);
      const { benchLedger } = await import("@/lib/bench/ledger");
      return benchLedger(
        {
          seconds: positive(options.seconds, 6, "seconds"),
          rounds: Math.ceil(positive(options.rounds, 3, "rounds")),
          deep: options.deep === true,
        },
        (sentence) => process.stderr.write(`${sentence}\n`),
      );
    },
    show: (bench: LedgerBench) =>
      [
        table(
          ["what", "transfers/s"],
          Object.entries(bench)
            .filter(([name]) => /_(8c|64)$/.test(name) && !name.startsWith("p99"))
            .map(([name, value]) => [name, String(value)]),
          { right: [1] },
        ),
        `p99 ${bench.p99_ms_batch_spread_64} ms spread, ${bench.p99_ms_batch_hot_64} ms hot; ${bench.cpu_us_per_transfer} us of CPU and ${bench.bytes_per_transfer} bytes a transfer`,
        `over tpcb-like: ${bench.ratios.batch_spread_over_tpcb}x spread, ${bench.ratios.batch_hot_over_tpcb}x hot; single SQL over bare insert ${bench.ratios.single_sql_over_bare_insert}`,
        ...bench.growth.map(
          (step) =>
            `${step.entries} entries: ${step.node_batch_spread_64} transfers/s, a past balance in ${step.point_in_time_ms} ms, of the busiest account in ${step.point_in_time_hot_ms} ms`,
        ),
      ].join("\n"),
  },
  pages: {
    summary: "First-load JavaScript of every page of the last build, beside the barest page",
    async run({ args }): Promise<Weighed> {
      if (args.length > 0) throw new BadInput("bench pages takes no words: it weighs every page.");
      const weighed = weighBuild(inProject());
      if (!weighed) throw new BadInput("Nothing is built: run npm run build or npm start first.");
      return weighed;
    },
    show: ({ pages }: Weighed) =>
      table(
        ["page", "first load", "over bare", "limit"],
        pages.map((one) => [
          one.page,
          kilobytes(one.bytes),
          `+${kilobytes(one.overBareBytes)}`,
          `+${kilobytes(one.limitBytes)}`,
        ]),
        { right: [1, 2, 3] },
      ),
  },
};
