import type { Tone } from "@/components/ui/status-chip";
import { isTrouble, type Trouble } from "@/lib/chain/trouble";
import { formatAmount } from "@/lib/money/format";
import type {
  ChainNow,
  EpochNow,
  HeartbeatNow,
  JobsNow,
  OutboxNow,
  ReconciliationNow,
  SealNow,
} from "@/lib/operations/queries";
import { formatDuration } from "@/lib/time/duration";

export type Sign = { what: string; tone: Tone; word: string; note: string };

type Facts = {
  outbox: OutboxNow;
  chain: ChainNow;
  jobs: JobsNow;
  heartbeats: HeartbeatNow[];
  epoch: EpochNow | undefined;
  reconciliation: ReconciliationNow;
  seal: SealNow;
  suspenseMicros: bigint;
  epochSeconds: number;
};

/** The bank's pulse: each part in one word, with the figure behind it. */
export function signsOf(facts: Facts): Sign[] {
  return [
    chainSign(facts.chain),
    indexerSign(facts.chain, facts.heartbeats),
    outboxSign(facts.outbox),
    jobsSign(facts.jobs),
    epochSign(facts.epoch, facts.epochSeconds),
    reconciliationSign(facts.reconciliation),
    ...suspenseSign(facts.suspenseMicros),
    sealSign(facts.seal),
    ...heartbeatSigns(facts.heartbeats),
  ];
}

/** With nobody earning the books are still attested every twentieth period. */
const quietPeriods = 25;
const signingPeriods = 3;

function chainSign({ head, finalized }: ChainNow): Sign {
  const what = "Chain";
  if (head === null) return { what, tone: "bad", word: "Down", note: "The node does not answer." };
  if (finalized === null) return { what, tone: "warn", word: "Starting", note: "Nothing is final yet." };
  return { what, tone: "good", word: "Up", note: `Head ${head}, final ${finalized}` };
}

/** The word an indexer has for its node, as people say it; money waits in every case. */
const troubleWords: Record<Trouble, [word: string, note: string]> = {
  node_silent: ["Node silent", "The node does not answer. Nothing is credited until it does."],
  node_refuses: ["Node refuses", "The node turns questions away. Nothing is credited until it answers."],
  node_garbled: ["Node garbled", "The node's answers cannot be read. Nothing is credited until they can."],
  node_lies: ["Node not believed", "The node's answers contradict its own blocks. Nothing is credited."],
  node_behind: ["Node behind", "The node lacks blocks that were credited. It is waited for."],
  wrong_chain: ["Wrong chain", "The node is on another chain number. Nothing is credited."],
  other_chain: [
    "Another chain",
    "The node's chain is not the one our contracts are on. Nothing is credited.",
  ],
  finality_broken: [
    "Saved copy differs",
    "The saved copy of the chain disagrees with it. Nothing is credited.",
  ],
  books_refuse: [
    "Books refuse",
    "A final event does not fit the books. Nothing is credited until people have looked; the worker's log names it.",
  ],
  reorg_past_final: [
    "Halted",
    "A credited block has left the chain. Minting and the bank's payouts are off.",
  ],
};

function indexerSign({ finalized, indexed }: ChainNow, heartbeats: readonly HeartbeatNow[]): Sign {
  const what = "Indexer";
  const trouble = heartbeats.find(({ process }) => process === "indexer")?.detail.trouble;
  if (isTrouble(trouble)) {
    const [word, note] = troubleWords[trouble];
    return { what, tone: "bad", word, note };
  }
  if (indexed.length === 0)
    return { what, tone: "warn", word: "Not started", note: "No block has been read." };
  const behind = Math.max(
    ...indexed.map(({ blockNumber }) => (finalized === null ? 0 : Number(finalized - blockNumber))),
  );
  if (behind > 5) return { what, tone: "bad", word: "Behind", note: `${behind} final blocks to read` };
  return {
    what,
    tone: "good",
    word: "Level",
    note: behind > 0 ? `${behind} to read` : "Every final block read",
  };
}

function outboxSign({ oldestOpenSeconds, byState }: OutboxNow): Sign {
  const what = "Outbox";
  const reverted = byState.reverted ?? 0;
  if (oldestOpenSeconds > 300)
    return { what, tone: "bad", word: "Stuck", note: `Oldest waits ${formatDuration(oldestOpenSeconds)}` };
  if (reverted > 0) return { what, tone: "warn", word: "Look", note: `${reverted} refused by a contract` };
  if (oldestOpenSeconds > 0)
    return { what, tone: "busy", word: "Sending", note: `Oldest waits ${formatDuration(oldestOpenSeconds)}` };
  return { what, tone: "good", word: "Empty", note: "Nothing waits to be sent" };
}

function jobsSign(jobs: JobsNow): Sign {
  const what = "Jobs";
  if (!jobs) return { what, tone: "warn", word: "Unknown", note: "The queue has not been made." };
  if (jobs.failing > 0)
    return { what, tone: "warn", word: "Retrying", note: `${jobs.failing} failed last time` };
  if (jobs.oldestSeconds > 120)
    return { what, tone: "bad", word: "Late", note: `Oldest waits ${formatDuration(jobs.oldestSeconds)}` };
  return { what, tone: "good", word: "On time", note: `${jobs.waiting} waiting` };
}

function epochSign(epoch: EpochNow | undefined, epochSeconds: number): Sign {
  const what = "Epochs";
  if (!epoch) return { what, tone: "warn", word: "None", note: "No epoch has been proposed." };
  const note = `Epoch ${epoch.number} proposed ${formatDuration(epoch.ageSeconds)} ago`;
  const patience = epoch.state === "final" ? quietPeriods : signingPeriods;
  if (epoch.ageSeconds > epochSeconds * patience + 60) return { what, tone: "bad", word: "Late", note };
  if (epoch.state !== "final") return { what, tone: "busy", word: "Checking", note };
  return { what, tone: "good", word: "Final", note };
}

function reconciliationSign(last: ReconciliationNow): Sign {
  const what = "Reconciliation";
  if (!last) return { what, tone: "warn", word: "Not run", note: "Chain and ledger were not compared yet." };
  if (last.outcome === "different")
    return { what, tone: "bad", word: "Different", note: `${last.differences.length} totals differ` };
  return { what, tone: "good", word: "Equal", note: `At block ${last.blockNumber}` };
}

/** Shown only while there is something in it. */
function suspenseSign(micros: bigint): Sign[] {
  if (micros === 0n) return [];
  const note = "The chain did what nobody here had asked for; after a restore, the asking was taken back.";
  return [{ what: "Suspense", tone: "warn", word: formatAmount(micros < 0n ? -micros : micros), note }];
}

function sealSign({ last, unsealedSeconds }: SealNow): Sign {
  const what = "Seal";
  if (unsealedSeconds > 60)
    return {
      what,
      tone: "bad",
      word: "Stopped",
      note: `An entry waits ${formatDuration(unsealedSeconds)}. The worker's log says why; ledger verify says what differs.`,
    };
  if (last === 0n) return { what, tone: "warn", word: "None", note: "Nothing has been sealed yet." };
  return { what, tone: "good", word: "Sealed", note: `Seal ${last}` };
}

/** One sign a process; of several copies the one that was heard last speaks for all. */
function heartbeatSigns(heartbeats: readonly HeartbeatNow[]): Sign[] {
  const freshest = new Map<string, HeartbeatNow>();
  for (const heard of heartbeats) {
    const name = heard.process.split(":")[0] ?? heard.process;
    if (heard.ageSeconds < (freshest.get(name)?.ageSeconds ?? Number.POSITIVE_INFINITY))
      freshest.set(name, heard);
  }
  return [...freshest].map(([name, { ageSeconds, detail }]) => {
    const what = `${name.charAt(0).toUpperCase()}${name.slice(1)} process`;
    const note = `Heard ${formatDuration(ageSeconds)} ago`;
    if (ageSeconds > 60) return { what, tone: "bad", word: "Silent", note };
    if (typeof detail.halted === "string")
      return { what, tone: "bad", word: "Halted", note: `Nothing is sent: ${detail.halted}.` };
    return { what, tone: "good", word: "Alive", note };
  });
}
