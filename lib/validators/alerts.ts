import { formatDollars } from "@/lib/money/format";
import { formatDuration } from "@/lib/time/duration";
import { refusalWords } from "@/lib/validators/refusal-words";
import type { RefusalReason } from "@/lib/validators/verify";

export type Vote = "agreed" | "refused" | "wrong" | "committed" | "missed";

/** What is known of an operator at this moment. Units: micros; times in the bank's seconds. */
export interface Watched {
  operatorId: number;
  name: string;
  isOfBank: boolean;
  state: string;
  bondMicros: bigint;
  strikes: number;
  certifiedUntil: bigint | undefined;
  /** newest first, of the last final epochs it had a seat in */
  votes: readonly { number: bigint; vote: Vote }[];
  /** of its host, when it answers: blocks behind the final one, and what troubles it */
  host: { lagBlocks: bigint; problem: string | undefined } | undefined;
}

export interface WatchFacts {
  operators: readonly Watched[];
  bondMinimumMicros: bigint;
  strikeLimit: number;
  missedLimit: number;
  /** seats below which nothing becomes final */
  leastSeats: number;
  leastOutside: number;
  /** in the pot, waiting to be shared */
  waitingMicros: bigint;
  /** shared a day, of late */
  dailyMicros: bigint;
  secondsSinceFinal: bigint;
  epochSeconds: bigint;
  /** told: one sentence with the line it is about */
  refusals: readonly { name: string; reason: string; told?: string }[];
  now: bigint;
}

export interface Alert {
  id: string;
  severity: "act" | "soon";
  what: string;
  /** what it costs while it lasts */
  atStake: string;
  /** the one thing to do */
  action: string;
}

const cents = { decimals: 2 } as const;
const monthSeconds = 30n * 86_400n;
const lateEpochs = 3n;
const lagBlocks = 20n;
const day = 86_400n;

const wordsOf = (reason: string): string =>
  refusalWords[reason as RefusalReason] ?? `${reason.replaceAll("_", " ")}.`;

const missedInARow = ({ votes }: Watched) => {
  const first = votes.findIndex(({ vote }) => vote !== "missed");
  return first === -1 ? votes.length : first;
};

/** What wants a person, the costliest first; nothing that wants nothing done. */
export function alertsOf(facts: WatchFacts): Alert[] {
  const alerts: Alert[] = [];
  const held = `${formatDollars(facts.waitingMicros, cents)} of rewards wait${
    facts.dailyMicros > 0n ? `, ${formatDollars(facts.dailyMicros / 24n, cents)} more each hour` : ""
  }.`;
  const seated = facts.operators.filter(({ state }) => state === "active");
  const outside = seated.filter(({ isOfBank }) => !isOfBank);
  if (seated.length < facts.leastSeats || outside.length < facts.leastOutside)
    alerts.push({
      id: "too-few",
      severity: "act",
      what: `Only ${seated.length} operators sit, ${outside.length} of them outside the bank.`,
      atStake: `No epoch can become final. ${held}`,
      action: "Certify another operator, or reinstate one whose jail is over.",
    });
  if (facts.secondsSinceFinal > lateEpochs * facts.epochSeconds && facts.waitingMicros > 0n)
    alerts.push({
      id: "late",
      severity: "act",
      what: `No epoch has become final for ${formatDuration(Number(facts.secondsSinceFinal))}.`,
      atStake: `${held} Minting stops; claims and exits go on.`,
      action:
        facts.refusals.length > 0
          ? "Read what the validators name below and mend the books; nothing has to be restarted."
          : "Call the operators that are silent below.",
    });
  for (const reason of new Set(facts.refusals.map((one) => one.reason))) {
    const alike = facts.refusals.filter((one) => one.reason === reason);
    const names = alike.map(({ name }) => name);
    alerts.push({
      id: `refused-${reason}`,
      severity: "act",
      what: `${names.join(", ")} ${names.length === 1 ? "refuses" : "refuse"}: ${alike[0]?.told ?? wordsOf(reason)}`,
      atStake: held,
      action:
        reason === "previous_log_differs"
          ? "If the books were restored on purpose, have the operators agree to it (epoch books on the command line names the two epochs); if not, somebody rewrote history."
          : "Compare what they name with the ledger before anything else is posted.",
    });
  }
  for (const one of facts.operators) alerts.push(...alertsOn(one, facts));
  return alerts.sort((a, b) => Number(b.severity === "act") - Number(a.severity === "act"));
}

function* alertsOn(one: Watched, facts: WatchFacts): Generator<Alert> {
  if (one.state === "jailed")
    yield {
      id: `jailed-${one.operatorId}`,
      severity: "act",
      what: `${one.name} is jailed.`,
      atStake: "Its stakers earn nothing until it sits again.",
      action: "Ask for its account of what happened; reinstate it when the time in jail is over.",
    };
  if (one.state !== "active") return;
  if (one.bondMicros < facts.bondMinimumMicros)
    yield {
      id: `bond-${one.operatorId}`,
      severity: "act",
      what: `The bond of ${one.name} is ${formatDollars(facts.bondMinimumMicros - one.bondMicros)} short.`,
      atStake: "A fault would reach its stakers sooner.",
      action: "Have it top up its bond before the next epoch.",
    };
  const missed = missedInARow(one);
  if (missed > 0 && missed >= Math.max(1, facts.missedLimit - 1))
    yield {
      id: `missed-${one.operatorId}`,
      severity: "act",
      what: `${one.name} has missed ${missed} epochs in a row; at ${facts.missedLimit} it is struck.`,
      atStake: "Its stakers have no share in the epochs it misses.",
      action: "Call its duty number and have it look at its validator's own status page.",
    };
  if (one.strikes > 0 && one.strikes >= facts.strikeLimit - 1)
    yield {
      id: `strikes-${one.operatorId}`,
      severity: "soon",
      what: `${one.name} has ${one.strikes} of ${facts.strikeLimit} strikes.`,
      atStake: "With the next one it is jailed and its stakers stop earning.",
      action: "Have it explain the last strike in writing.",
    };
  if (one.certifiedUntil !== undefined && one.certifiedUntil - facts.now < monthSeconds)
    yield {
      id: `certificate-${one.operatorId}`,
      severity: one.certifiedUntil - facts.now < 7n * day ? "act" : "soon",
      what:
        one.certifiedUntil > facts.now
          ? `The certificate of ${one.name} ends in ${formatDuration(Number(one.certifiedUntil - facts.now))}.`
          : `The certificate of ${one.name} has ended.`,
      atStake: "Without it, it loses its seat at the next epoch.",
      action: "Check its evidence and renew the certificate, with a second person.",
    };
  if (one.host && (one.host.problem || one.host.lagBlocks > lagBlocks))
    yield {
      id: `host-${one.operatorId}`,
      severity: "soon",
      what: `The host of ${one.name} ${one.host.problem ? "says it is in trouble" : `is ${one.host.lagBlocks} blocks behind`}.`,
      atStake: "It may miss the next epoch.",
      action: "Have it look at its validator's own status page.",
    };
}
