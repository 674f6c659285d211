import { StatusChip } from "@/components/ui/status-chip";
import { type Step as ListStep, StepList, type StepState } from "@/components/ui/step-list";
import type { CheatStep, Step } from "@/lib/cheats/progress";
import type { CheatNow, DoorsNow } from "@/lib/cheats/queries";
import { translator } from "@/lib/messages/server";
import { formatDollars } from "@/lib/money/format";
import { readFinding } from "@/lib/validators/finding";
import { refusalSentence } from "@/lib/validators/refusal-sentence";
import { CheatButton } from "./cheat-buttons";

const t = translator("public.cheat");

export const kinds = ["balance", "deposit", "mint", "tax"] as const;
type Kind = (typeof kinds)[number];

/** What each lie is about, before it is told; the tax is known only then. */
const amounts: Record<Kind, string> = { balance: "$1,000", deposit: "$250", mint: "$10,000", tax: "" };

export function Choices() {
  return (
    <ul className="grid gap-x-14 sm:grid-cols-2">
      {kinds.map((kind) => (
        <li
          key={kind}
          className="flex flex-col items-start gap-3 border-t border-rule py-6 first:border-t-0 first:pt-2 sm:[&:nth-child(2)]:border-t-0 sm:[&:nth-child(2)]:pt-2"
        >
          <h3 className="font-display text-xl font-medium">{t(`kind.${kind}.title`)}</h3>
          <p id={`cheat-${kind}`} className="max-w-text grow text-soft">
            {t(`kind.${kind}.what`, { amount: amounts[kind] })}
          </p>
          <CheatButton kind={kind} label={t(`kind.${kind}.press`)} describedBy={`cheat-${kind}`} />
        </li>
      ))}
    </ul>
  );
}

const cents = { decimals: 2 } as const;
const micros = (text: string | undefined) => formatDollars(BigInt(text ?? "0"));

function doneNote({ kind, amountMicros, told }: CheatNow["cheat"]): string {
  if (kind === "tax") return t("kind.tax.done", { due: micros(told.due), paid: micros(told.paid) });
  const amount = formatDollars(amountMicros, cents);
  const stood = (text: string | undefined) => formatDollars(BigInt(text ?? "0"), cents);
  if (kind === "balance")
    return t("kind.balance.done", { before: stood(told.before), after: stood(told.after) });
  return kind === "deposit"
    ? t("kind.deposit.done", { amount, seal: told.seal ?? "" })
    : t("kind.mint.done", { amount });
}

const marks: Record<Step["state"], StepState> = {
  done: "done",
  now: "busy",
  person: "now",
  waiting: "todo",
  never: "skipped",
};

export function Steps({ now, seconds }: { now: CheatNow; seconds: number }) {
  const { facts } = now;
  const epoch = now.epoch?.toString() ?? "";
  const outside = now.refusedBy.filter(({ isOfBank }) => !isOfBank).length;
  const done: Record<CheatStep, string> = {
    cheat: facts.isDone ? doneNote(now.cheat) : "",
    proposed: t("steps.proposedDone", { number: epoch }),
    refused: t("steps.refusedDone", {
      refused: now.refusedBy.length,
      seats: now.seats,
      number: epoch,
      outside,
    }),
    stopped: t("steps.stoppedDone"),
    undone: t("steps.undoneDone"),
    equal: t("steps.equalDone"),
    final: t("steps.finalDone", { number: now.finalEpoch?.toString() ?? "" }),
  };
  const waits: Record<CheatStep, string> = {
    cheat: t("steps.cheatWaits"),
    proposed: t("steps.proposedWaits", { seconds }),
    refused: t("steps.refusedWaits"),
    stopped: t("steps.stoppedWaits"),
    undone: facts.isUndoAsked ? t("steps.undoneSoon") : t("steps.undoneWaits"),
    equal: t("steps.equalWaits"),
    final: t("steps.finalWaits"),
  };
  return (
    <StepList
      label={t("now")}
      steps={now.steps.map(
        ({ id, state }): ListStep => ({
          id,
          title: t(`steps.${id}`),
          state: marks[state],
          ...(state === "done" && { detail: done[id] }),
          ...((state === "now" || state === "person") && { detail: waits[id] }),
        }),
      )}
    />
  );
}

/** One sentence of where it stands, read aloud when it changes. */
export function liveWords({ facts, steps, isOpen }: CheatNow): string {
  if (!isOpen) return t("live.mended");
  if (facts.isRefused && facts.isStopped && !facts.isUndoAsked) return t("live.caught");
  return t(`live.${steps.find(({ state }) => state === "now" || state === "person")?.id ?? "final"}`);
}

export function Doors({ doors }: { doors: DoorsNow }) {
  const rows = [
    { id: "mint", isOpen: doors.mint },
    { id: "reward", isOpen: doors.reward },
    { id: "send", isOpen: doors.send },
    { id: "claim", isOpen: true },
    { id: "unstake", isOpen: true },
    { id: "withdraw", isOpen: true },
  ] as const;
  return (
    <ul>
      {rows.map(({ id, isOpen }) => (
        <li
          key={id}
          className="flex items-center justify-between gap-4 border-b border-rule py-2.5 first:border-t"
        >
          <span>{t(`door.${id}`)}</span>
          <StatusChip tone={isOpen ? "good" : "bad"}>{isOpen ? t("open") : t("shut")}</StatusChip>
        </li>
      ))}
    </ul>
  );
}

/** Each finding once, with everybody who says so: those outside the bank first. */
export function Refusals({ by }: { by: CheatNow["refusedBy"] }) {
  if (by.length === 0) return <p className="text-soft">{t("whoEmpty")}</p>;
  const sentences = [...new Set(by.map(({ finding }) => refusalSentence(readFinding(finding))))];
  return sentences.map((sentence) => (
    <div key={sentence} className="mb-6 border-l-4 border-bad pl-4 last:mb-0">
      <p className="font-semibold">{sentence}</p>
      <ul className="mt-3">
        {by
          .filter(({ finding }) => refusalSentence(readFinding(finding)) === sentence)
          .sort((one, other) => Number(one.isOfBank) - Number(other.isOfBank))
          .map(({ operatorId, name, isOfBank }) => (
            <li key={operatorId} className="flex flex-wrap justify-between gap-x-4 border-t border-rule py-2">
              <span>{name}</span>
              <span className="text-note text-soft">{t(isOfBank ? "ofBank" : "outside")}</span>
            </li>
          ))}
      </ul>
    </div>
  ));
}
