import { createReadStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { dbFor } from "@/db/client";
import type { BaseBackup } from "@/lib/backups/base-backup";
import { keepBackup } from "@/lib/backups/keep";
import { type DrillReport, restoreDrill } from "@/lib/backups/restore-drill";
import { type RestoreReport, restoreInPlace } from "@/lib/backups/restore-in-place";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { table } from "@/lib/cli/table";
import { BadInput, type Verbs } from "@/lib/cli/verb";
import { databaseUrl } from "@/lib/env";
import { finalEpochs } from "@/lib/epochs/final-epochs";
import { jobContext } from "@/lib/jobs/job";
import type { AccountRef } from "@/lib/ledger/accounts";
import { type AccountClass, chartOfAccounts } from "@/lib/ledger/chart-of-accounts";
import { type CountedOnce, countOnce } from "@/lib/ledger/count-once";
import { postLines } from "@/lib/ledger/post-lines";
import {
  type Clock,
  type OpenHold,
  openHolds,
  type Standing,
  type StatementLine,
  standingOf,
  statementPage,
  type TrialBalanceRow,
  trialBalance,
} from "@/lib/ledger/queries";
import { mostLineBytes } from "@/lib/ledger/read-line";
import { sealFolder } from "@/lib/ledger/seal/anchor";
import { writeBatch } from "@/lib/ledger/seal/batch-file";
import type { ChainHeads, ChainReport } from "@/lib/ledger/seal/chain-heads";
import { renewAnchor } from "@/lib/ledger/seal/commands/renew-anchor";
import type { Header } from "@/lib/ledger/seal/format";
import { consistencyProof, inclusionProof } from "@/lib/ledger/seal/queries";
import {
  type BatchReport,
  type ConsistencyProof,
  type InclusionProof,
  opensLeaf,
  provesConsistency,
  provesInclusion,
  readAnchor,
  verifyBatch,
} from "@/lib/ledger/seal/verify-batch";
import { type BooksReport, verifyAnchoredBooks } from "@/lib/ledger/seal/verify-books";
import { formatAmount } from "@/lib/money/format";
import { type Home, homeAt, readJson } from "@/lib/processes/home";
import type { Installation } from "@/lib/processes/installation";
import type { PostgresPlace } from "@/lib/processes/postgres";
import { projectRoot, runningBank } from "@/lib/processes/running-bank";
import type { Secrets } from "@/lib/processes/secrets";
import { type ReconcileResult, reconcile } from "@/lib/reconciliation/commands/reconcile";

interface TrialBalance {
  at: string | undefined;
  rows: TrialBalanceRow[];
  sums: { asset: string; debitsMicros: bigint; creditsMicros: bigint }[];
  countedOnce: CountedOnce;
  balanced: boolean;
}

export const verbs: Verbs = {
  reconcile: {
    summary:
      "Books against the chain at the last credited block, and against themselves; a difference stops minting and payouts",
    needs: "bank",
    async run() {
      const tools = { client: publicClient(), deployment: deployment() };
      const result = await reconcile(jobContext(dbFor("worker"), "reconcile-books"), tools);
      if (!result)
        throw new BadInput("The node cannot be asked about the last credited block now: try again soon.");
      if (result.outcome === "different") process.exitCode = 1;
      return result;
    },
    show: ({ blockNumber, finalBlock, differences, suspenseMicros }: ReconcileResult) =>
      [
        differences.length === 0
          ? `The books agree with the chain at block ${blockNumber}, and with themselves.`
          : table(
              ["total", "should be", "is booked"],
              differences.map((one) => [
                one.what,
                formatAmount(one.expectedMicros),
                formatAmount(one.bookedMicros),
              ]),
              { right: [1, 2] },
            ),
        ...(finalBlock !== null && finalBlock > blockNumber
          ? [`The chain is final up to block ${finalBlock}: the books have yet to read what lies between.`]
          : []),
        ...(suspenseMicros === 0n
          ? []
          : [
              `${formatAmount(suspenseMicros < 0n ? -suspenseMicros : suspenseMicros)} stand in suspense: the chain did what these books know no request for.`,
            ]),
      ].join("\n"),
  },
  "restore-drill": {
    summary:
      "Restores a backup to a named point beside the running bank and holds its books against the bank's",
    needs: "bank",
    async run(): Promise<DrillReport> {
      const { place, home } = embeddedServer();
      const report = await restoreDrill({
        place,
        database: "granary",
        folder: join(home.folder, "restore-drill"),
        step: (sentence) => process.stderr.write(`${sentence} …\n`),
      });
      if (!report.ok) process.exitCode = 1;
      return report;
    },
    show: (report: DrillReport) =>
      report.ok
        ? `The restored books are the bank's: ${report.books.events} events, ${report.books.transfers} transfers, seal ${report.books.seal.split(" ")[0]}. Open again after ${report.restoredInSeconds.toFixed(1)} s; ${report.atRiskSeconds.toFixed(0)} s of writes were not yet kept when it began.`
        : report.findings.join("\n"),
  },
  backup: {
    summary: "Copies the running bank's files now, beside the daily copy; the last two are kept",
    needs: "bank",
    async run(): Promise<BaseBackup> {
      const { place, home } = embeddedServer();
      return keepBackup(place, home.backups, new Date());
    },
    show: ({ folder, bytes, seconds }: BaseBackup) =>
      `${Math.round(bytes / 1e6)} MB in ${seconds.toFixed(1)} s: ${folder}.`,
  },
  restore: {
    summary:
      "Puts the books of a stopped bank back to a moment, or as far as the log was kept; the old files are set aside",
    usage: "[--at 2026-11-22T15:04:05Z]",
    async run({ options }): Promise<RestoreReport> {
      const at = momentOf(options)?.at;
      const home = homeAt(projectRoot);
      const secrets = readJson<Secrets>(home.secrets);
      const installation = readJson<Installation>(home.installation);
      if (!secrets || !installation) throw new BadInput(`${home.folder} holds no bank.`);
      if (installation.outsideDatabase) throw new BadInput(outsideDatabase);
      const report = await restoreInPlace({
        home,
        superuserPassword: secrets.databasePasswords.superuser,
        at,
        now: new Date(),
        step: (sentence) => process.stderr.write(`${sentence} …\n`),
      });
      if (report.findings.length > 0) process.exitCode = 1;
      return report;
    },
    show: (report: RestoreReport) =>
      [
        `The books are back as of ${report.lastCommitAt ?? "the backup itself"}: ${report.events} events, seal ${report.seal}, in ${report.seconds.toFixed(1)} s.`,
        ...report.findings,
        ...(report.setAside ? [`What was there before lies in ${report.setAside}.`] : []),
        "Start the bank: it sends nothing until a person has compared chain and books and turned sending on again (/staff/switches).",
      ].join("\n"),
  },
  post: {
    summary:
      "Posts JSON lines of transfers or events, and answers each with one line: posted, replayed, refused, or unknown when the database gave no answer",
    usage:
      "< lines; {key, debit, credit, amount} or {key, kind, transfers: [{asset, amount, debit, credit}], ...}",
    needs: "bank",
    async run({ readLines }) {
      return postLines(readLines(mostLineBytes), databaseUrl("worker"));
    },
  },
  statement: {
    summary:
      "A page of an account, newest line first, with the balance after each, and what can be used of it",
    usage: "<class> [owner] [--size 25] [--before event:line]",
    needs: "bank",
    async run({ args, options }): Promise<Statement> {
      const [name = "", owner] = args;
      if (!Object.hasOwn(chartOfAccounts, name) || args.length > 2)
        throw new BadInput(
          `statement takes a class (${Object.keys(chartOfAccounts).join(", ")}) and, where it has one, an owner.`,
        );
      const ref: AccountRef = { class: name as AccountClass, ...(owner !== undefined && { owner }) };
      const size = Number(options.size ?? 25);
      if (!Number.isInteger(size) || size < 1 || size > 200) throw new BadInput("--size is from 1 to 200.");
      const [, eventId, seq] = /^([1-9]\d{0,17}):(\d{1,9})$/.exec(String(options.before ?? "")) ?? [];
      if (options.before !== undefined && eventId === undefined)
        throw new BadInput("--before takes an event and a line, such as 120:1.");
      const before = eventId === undefined ? {} : { before: { eventId: BigInt(eventId), seq: Number(seq) } };
      const db = dbFor("readonly");
      const lines = await statementPage(db, { ref, size, ...before });
      const last = lines.at(-1);
      return {
        account: ref,
        ...(await standingOf(db, ref)),
        holds: await openHolds(db, ref),
        lines,
        next: lines.length === size && last ? `${last.eventId}:${last.seq}` : undefined,
      };
    },
    show: ({ lines, haveMicros, onHoldMicros, canUseMicros, holds }: Statement) =>
      `${table(
        ["when", "event", "what", "amount", "balance"],
        lines.map((line) => [
          line.effectiveAt.toISOString(),
          `${line.eventId}:${line.seq}`,
          line.kind,
          formatAmount(line.amountMicros),
          formatAmount(line.balanceMicros),
        ]),
        { right: [3, 4] },
      )}\nhave ${formatAmount(haveMicros)}, on hold ${formatAmount(onHoldMicros)}, can use ${formatAmount(canUseMicros)}${holds.map((hold) => `\n${formatAmount(hold.amountMicros)} on hold ${whyHeld(hold)}, ${hold.subject}`).join("")}`,
  },
  "trial-balance": {
    summary:
      "Debits and credits of every class of account and asset, now or at a moment, and whether they agree",
    usage: "[--at 2026-11-01T00:00:00Z [--by effective|recorded]]",
    needs: "bank",
    async run({ options }): Promise<TrialBalance> {
      const moment = momentOf(options);
      const rows = await trialBalance(dbFor("readonly"), moment);
      const sums = [...new Set(rows.map(({ asset }) => asset))].map((asset) => {
        const of = rows.filter((row) => row.asset === asset);
        return {
          asset,
          debitsMicros: of.reduce((sum, row) => sum + row.debitsMicros, 0n),
          creditsMicros: of.reduce((sum, row) => sum + row.creditsMicros, 0n),
        };
      });
      const countedOnce = countOnce(rows);
      const balanced = sums.every((sum) => sum.debitsMicros === sum.creditsMicros);
      if (!balanced || !countedOnce.isEven) process.exitCode = 1;
      return { at: moment?.at.toISOString(), rows, sums, countedOnce, balanced };
    },
    show: ({ rows, sums, countedOnce, balanced }: TrialBalance) =>
      [
        table(
          ["class", "asset", "debits", "credits"],
          [
            ...rows.map((row) => [
              row.class,
              row.asset,
              formatAmount(row.debitsMicros),
              formatAmount(row.creditsMicros),
            ]),
            ...sums.map((sum) => [
              "total",
              sum.asset,
              formatAmount(sum.debitsMicros),
              formatAmount(sum.creditsMicros),
            ]),
          ],
          { right: [2, 3] },
        ),
        `owed: deposits ${formatAmount(countedOnce.depositsMicros)} + supply ${formatAmount(countedOnce.supplyMicros)} = ${formatAmount(countedOnce.liabilitiesMicros)}, each once`,
        balanced && countedOnce.isEven ? "The books balance." : "The books do NOT balance.",
      ].join("\n"),
  },
  verify: {
    summary:
      "The books recomputed: totals, events, transfers, leaves, batches, log, and the heads anchored in a file and on the chain; or one file, without a bank. Exit 0 agrees, 1 differs, 3 agrees but the chain could not be asked",
    usage: "[--file batch.jsonl [--anchor heads.jsonl]] [--proof proof.json]",
    needs: "bank",
    needless: ["file", "proof"],
    async run({ options }): Promise<Verified> {
      const answer = await verified(options);
      if (!answer.ok) process.exitCode = 1;
      else if (answer.what === "books" && !answer.chain.compared) process.exitCode = notCompared;
      return answer;
    },
    show: showVerified,
  },
  batch: {
    summary: "Writes a sealed batch to a file that can be verified without the bank",
    usage: "<seal number> [--out batch.jsonl]",
    needs: "bank",
    async run({ args, options }) {
      const number = sealNumber(args[0], "batch takes the number of a seal.");
      const path = typeof options.out === "string" ? options.out : `batch-${number}.jsonl`;
      return { number, path, ...(await writeBatch(dbFor("worker"), { number, path })) };
    },
    show: ({ number, path, leaves }: { number: bigint; path: string; leaves: number }) =>
      `Seal ${number}: ${leaves} leaves in ${path}.`,
  },
  "renew-anchor": {
    summary:
      "After a restore, or when the anchor file was lost: sets it aside and anchors the books as they are",
    usage: '--reason "…"',
    needs: "bank",
    async run({ options }) {
      const { reason } = options;
      if (typeof reason !== "string" || reason.trim().length < 10 || reason.length > 500)
        throw new BadInput(
          "--reason takes a sentence of 10 to 500 characters: it stands in the file and in the audit.",
        );
      return renewAnchor(jobContext(dbFor("worker"), "cli"), { folder: sealFolder(), reason });
    },
    show: ({ heads, setAside }: { heads: number; setAside: string | undefined }) =>
      `${heads} heads are anchored anew.${setAside ? ` The old file is ${setAside}.` : ""}`,
  },
  proof: {
    summary:
      "That an event is in the sealed log, from its leaf to the head; or that a head continues an older one",
    usage: "<event key> [--size N] | --from N [--size N]",
    needs: "bank",
    async run({ args, options }): Promise<InclusionProof | ConsistencyProof> {
      const size =
        options.size === undefined ? undefined : sealNumber(options.size, "--size takes a number.");
      const [eventKey] = args;
      if (options.from !== undefined)
        return consistencyProof(dbFor("worker"), {
          older: sealNumber(options.from, "--from takes the number of a seal."),
          size,
        });
      if (!eventKey)
        throw new BadInput("proof takes the key of an event, or --from with the number of a seal.");
      return inclusionProof(dbFor("worker"), { eventKey, size });
    },
  },
};

/** nothing differs, and the chain was not asked */
const notCompared = 3;

const outsideDatabase =
  "The database runs outside this installation: its operator backs it up, drills it and restores it.";

function embeddedServer(): { place: PostgresPlace & { archive: string }; home: Home } {
  const { home, runtime, secrets } = runningBank();
  if (!runtime.processes.postgres) throw new BadInput(outsideDatabase);
  const place = {
    folder: home.postgres,
    port: runtime.ports.postgres,
    superuserPassword: secrets.databasePasswords.superuser,
    logPath: "",
    archive: home.walArchive,
  };
  return { place, home };
}

type VerifiedProof = { what: "inclusion" | "consistency"; ok: boolean; head: string };
type Verified =
  | VerifiedProof
  | ({ what: "books" } & BooksReport)
  | ({ what: "batch" } & Omit<BatchReport, "header"> & { header: Header | undefined });

type Statement = Standing & {
  account: AccountRef;
  holds: OpenHold[];
  lines: StatementLine[];
  next: string | undefined;
};

const whyHeld = ({ kind, expiresAt }: OpenHold) =>
  kind === "conversion-requested"
    ? "until its conversion is minted or refunded"
    : `until ${expiresAt.toISOString()}`;

const momentOf = (options: Record<string, string | true>): { at: Date; by: Clock } | undefined => {
  if (options.at === undefined) return undefined;
  const at = new Date(String(options.at));
  if (!/^\d{4}-\d\d-\d\d/.test(String(options.at)) || Number.isNaN(at.getTime()))
    throw new BadInput("--at takes a moment, such as 2026-11-01T00:00:00Z.");
  const by = options.by ?? "effective";
  if (by !== "effective" && by !== "recorded") throw new BadInput("--by takes effective or recorded.");
  return { at, by };
};

const sealNumber = (given: string | true | undefined, otherwise: string): bigint => {
  if (typeof given !== "string" || !/^[1-9][0-9]{0,17}$/.test(given)) throw new BadInput(otherwise);
  return BigInt(given);
};

const textOf = (path: string | true | undefined, what: string): string => {
  if (typeof path !== "string") throw new BadInput(`--${what} takes the path of a file.`);
  if (!existsSync(path)) throw new BadInput(`There is no file ${path}.`);
  return readFileSync(path, "utf8");
};

async function chainHeads(): Promise<ChainHeads> {
  try {
    return { epochs: await finalEpochs(publicClient(), deployment()) };
  } catch (error) {
    const { shortMessage, message } = error as Error & { shortMessage?: string };
    return { silent: (shortMessage ?? message).split("\n")[0]?.replace(/\.$/, "") as string };
  }
}

async function verified(options: Record<string, string | true>): Promise<Verified> {
  if (options.proof !== undefined) return verifiedProof(textOf(options.proof, "proof"));
  if (options.file === undefined)
    return {
      what: "books",
      ...(await verifyAnchoredBooks(dbFor("worker"), sealFolder(), await chainHeads())),
    };
  const path = options.file;
  if (typeof path !== "string" || !existsSync(path)) throw new BadInput("--file takes the path of a batch.");
  const anchor = options.anchor === undefined ? undefined : readAnchor(textOf(options.anchor, "anchor"));
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  const report = await verifyBatch(lines, (number) => anchor?.heads.get(number));
  const findings = [
    ...report.findings,
    ...(anchor?.findings.map((what) => ({ code: "anchor_broken" as const, at: 0, what })) ?? []),
    ...(anchor && report.header && !anchor.heads.has(report.header.number)
      ? [
          {
            code: "anchor_behind" as const,
            at: 0,
            what: `seal ${report.header.number} is not in the anchor file`,
          },
        ]
      : []),
  ];
  return { what: "batch", ...report, ok: findings.length === 0, findings };
}

function verifiedProof(text: string): Verified {
  let proof: Partial<InclusionProof & ConsistencyProof>;
  try {
    proof = JSON.parse(text) as typeof proof;
    if (proof.olderHead !== undefined)
      return {
        what: "consistency",
        ok: provesConsistency(proof as ConsistencyProof),
        head: String(proof.head),
      };
    const { line = "", opening } = proof;
    const ok = provesInclusion(proof as InclusionProof) && (!opening || opensLeaf(line, opening));
    return { what: "inclusion", ok, head: String(proof.head) };
  } catch (error) {
    throw new BadInput(`That is not a proof: ${(error as Error).message}.`);
  }
}

function showVerified(answer: Verified): string {
  if (!("findings" in answer))
    return answer.ok ? `Proved, up to head ${answer.head}.` : "This proves nothing.";
  const found = answer.findings.map(
    (one) => `${"at" in one && one.at ? `line ${one.at}: ` : ""}${one.what} (${one.code})`,
  );
  if (answer.what === "batch")
    return answer.ok
      ? `Seal ${answer.header?.number}: ${answer.events} events, ${answer.transfers} transfers, root ${answer.root}. Everything agrees.`
      : found.join("\n");
  const books = `${answer.events} events, ${answer.transfers} transfers and ${answer.audits} audit rows in ${answer.seals} seals, ${answer.waiting} events not yet sealed; head ${answer.head ?? "none yet"}.`;
  return [
    ...found,
    answer.ok ? `${books} Books and anchor file agree.` : books,
    ...chainWords(answer.chain),
    ...(answer.findings.some(({ code }) => code === "tail_cut")
      ? [
          'If the books were restored to an earlier moment, this is what the restore took back: look at each, then npm run --silent cli -- ledger renew-anchor --reason "…" anchors them as they are. If nobody restored them, somebody cut them.',
        ]
      : []),
  ].join("\n");
}

function chainWords(chain: ChainReport): string[] {
  if (!chain.compared) return [`NOT compared with the chain: ${chain.why}.`];
  const words =
    chain.epochs === 0
      ? "The chain has no final epoch yet, so it vouches for nothing."
      : chain.newest === undefined
        ? `None of the ${chain.epochs} final epochs carries a head of these books.`
        : `Compared with all ${chain.epochs} final epochs on the chain; the newest seal they vouch for is ${chain.newest}.`;
  return [
    words,
    ...chain.takenBack.map(
      ({ epoch, seal, reason }) =>
        `Epoch ${epoch} carries head ${seal} of books that were taken back ("${reason}"): these books end before it or go on otherwise.`,
    ),
  ];
}
