import { formatDollars } from "@/lib/money/format";
import type { AttestorStatus } from "@/lib/processes/attestor";
import { screenHtml } from "@/lib/processes/small-server";
import { refusalWords } from "@/lib/validators/refusal-words";
import type { RefusalReason } from "@/lib/validators/verify";

const wordsOf = (reason: string): string => refusalWords[reason as RefusalReason] ?? "";

const steps: Record<string, string> = {
  judging: "not judged yet",
  judged: "judged, not committed yet",
  committed: "committed; shown once nobody can commit any more",
  shown: "shown",
  counted: "shown, and counted as agreeing",
  late: "too late to commit",
  gone: "over",
  no_seat: "this key has no seat in it",
  not_its_seat: "the seat of this key is another operator's",
};

const refreshSeconds = 5;
const lagOf = ({ finalTo, recomputedTo }: AttestorStatus): bigint | undefined =>
  finalTo === undefined ? undefined : finalTo > recomputedTo ? finalTo - recomputedTo : 0n;

/** A validator's own page: what it does now, in words, without scripts. */
export function statusScreen(of: {
  mode: "demo" | "production";
  operatorId: number;
  opening: string;
  status: AttestorStatus | undefined;
}): string {
  const { status: s } = of;
  const title = `Validator of operator ${of.operatorId}`;
  const label = of.mode === "demo" ? "Demo validator" : "Validator";
  if (!s)
    return screenHtml({
      ...{ title, label, refreshSeconds },
      lead: "It cannot work yet; nothing is signed until it can.",
      facts: [["Because", of.opening]],
    });
  const lag = lagOf(s);
  const lead = s.trouble
    ? "Something is wrong, and nothing new is signed until it is put right."
    : lag === undefined || lag > 20n
      ? "Catching up with the chain; nothing is signed before it has."
      : "Follows the chain, executes every block itself, and signs an epoch only when its own result agrees.";
  const { follower } = s;
  return screenHtml({
    ...{ title, label, lead, refreshSeconds },
    facts: [
      ...(s.trouble
        ? ([
            ["Trouble", s.trouble.word],
            ["What that means", wordsOf(s.trouble.word) || s.trouble.sentence],
            ...(follower.differsSince
              ? [["Since block", follower.differsSince.block.toString()] as [string, string]]
              : []),
          ] as [string, string][])
        : []),
      ["Last final epoch", s.lastFinalEpoch.toString()],
      ["Open epoch", s.open ? `${s.open.number}: ${steps[s.open.step] ?? s.open.step}` : "none"],
      ["Last signed epoch", s.lastSigned?.number ?? "none"],
      [
        "Last refused epoch",
        s.lastRefused
          ? `${s.lastRefused.number}: ${wordsOf(s.lastRefused.refusal.reason)} Stated ${s.lastRefused.refusal.stated}, recomputed ${s.lastRefused.refusal.recomputed}.`
          : "none",
      ],
      ["Blocks", `${s.recomputedTo} of ${s.finalTo ?? "-"} final ones`],
      ["Executed by", follower.engine],
      [
        "Pace",
        follower.blocksExecuted > 0
          ? `${follower.blocksExecuted} blocks since it started, ${Math.round(follower.blocksPerSecond)} a second`
          : "none yet",
      ],
      ["Tokens in circulation", formatDollars(s.supplyMicros)],
      ["Market value of reserves", formatDollars(s.marketMicros)],
      ["Lendable value", formatDollars(s.lendableMicros)],
      ["Fee pot", formatDollars(s.feePotMicros)],
      ["Signing address", s.signer],
    ],
    table: {
      caption: "Refusals since it started",
      head: ["Reason", "What it means", "Times"],
      rows: Object.entries(s.tally.refusals).map(([reason, times]) => [
        reason,
        wordsOf(reason),
        String(times),
      ]),
    },
  });
}

/** For a collector, as Prometheus reads it; `granary_validator_up` is 0 while it cannot reach the chain at all. */
export function metricsText(operatorId: number, s: AttestorStatus | undefined): string {
  const lines: string[] = [];
  const metric = (
    name: string,
    type: "gauge" | "counter",
    help: string,
    values: [labels: Record<string, string>, value: number | bigint][],
  ) => {
    lines.push(`# HELP granary_validator_${name} ${help}`, `# TYPE granary_validator_${name} ${type}`);
    for (const [labels, value] of values) {
      const all = { operator: String(operatorId), ...labels };
      const text = Object.entries(all).map(([label, of]) => `${label}="${of}"`);
      lines.push(`granary_validator_${name}{${text.join(",")}} ${value}`);
    }
  };
  metric("up", "gauge", "Whether it has reached the chain", [[{}, s ? 1 : 0]]);
  if (s) {
    metric(
      "trouble",
      "gauge",
      "Why it does not go on now",
      s.trouble ? [[{ reason: s.trouble.word }, 1]] : [],
    );
    metric("lag_blocks", "gauge", "Final blocks not executed yet", [[{}, lagOf(s) ?? 0n]]);
    metric("executed_block", "gauge", "The last block executed", [[{}, s.recomputedTo]]);
    metric("blocks_executed_total", "counter", "Blocks executed", [[{}, s.follower.blocksExecuted]]);
    metric("blocks_per_second", "gauge", "Pace of executing", [
      [{}, Number(s.follower.blocksPerSecond.toFixed(2))],
    ]);
    metric("last_final_epoch", "gauge", "The last final epoch", [[{}, s.lastFinalEpoch]]);
    metric("commits_total", "counter", "Verdicts committed", [[{}, s.tally.commits]]);
    metric("reveals_total", "counter", "Verdicts shown", [[{}, s.tally.reveals]]);
    metric("signatures_total", "counter", "Epochs signed", [[{}, s.tally.signatures]]);
    metric(
      "refusals_total",
      "counter",
      "Epochs refused, by reason",
      Object.entries(s.tally.refusals).map(([reason, times]) => [{ reason }, times]),
    );
  }
  return `${lines.join("\n")}\n`;
}
