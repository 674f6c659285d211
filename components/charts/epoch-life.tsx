import { cn } from "@/components/ui/cn";
import { Icon, type IconName } from "@/components/ui/icon";

export type LifeStage = {
  id: string;
  title: string;
  /** how far it is, in words */
  note: string;
  state: "done" | "now" | "waiting" | "stopped";
};

const marks: Record<LifeStage["state"], IconName> = {
  done: "check",
  now: "clock",
  waiting: "circle",
  stopped: "cross",
};
const tones: Record<LifeStage["state"], string> = {
  done: "border-good bg-good-wash text-good",
  now: "border-info bg-info-wash text-info",
  waiting: "border-edge text-soft",
  stopped: "border-bad bg-bad-wash text-bad",
};
const spoken: Record<LifeStage["state"], string> = {
  done: "done",
  now: "now",
  waiting: "not yet",
  stopped: "will not be reached",
};

/** The life of one epoch from batch to payout, left to right; downwards on a phone. */
export function EpochLife({ label, stages }: { label: string; stages: readonly LifeStage[] }) {
  return (
    <ol aria-label={label} className="grid gap-y-4 sm:auto-cols-fr sm:grid-flow-col">
      {stages.map(({ id, title, note, state }, at) => (
        <li
          key={id}
          aria-current={state === "now" ? "step" : undefined}
          className="relative flex gap-3 sm:flex-col sm:pr-4"
        >
          {at < stages.length - 1 && (
            <span
              aria-hidden="true"
              className={cn(
                "absolute max-sm:top-9 max-sm:-bottom-4 max-sm:left-4 max-sm:w-px sm:top-4 sm:right-0 sm:left-9 sm:h-px",
                state === "done" ? "bg-good" : "bg-rule",
              )}
            />
          )}
          <span
            aria-hidden="true"
            className={cn(
              "relative grid size-9 shrink-0 place-content-center rounded-full border bg-paper",
              tones[state],
            )}
          >
            <Icon name={marks[state]} />
          </span>
          <span className="min-w-0">
            <span className="block font-semibold">{title}</span>
            <span className="sr-only">{spoken[state]}: </span>
            <span className="block text-note text-soft">{note}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
