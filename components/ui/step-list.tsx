import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { Spinner } from "@/components/ui/spinner";

/** todo: not begun · now: waits for the person · busy: waits for a machine · done · failed · skipped */
export type StepState = "todo" | "now" | "busy" | "done" | "failed" | "skipped";

export type Step = {
  id: string;
  title: ReactNode;
  state: StepState;
  /** What this step does, or what went wrong. */
  detail?: ReactNode;
  /** A date, a wait, a link. */
  meta?: ReactNode;
};

export const stateWords: Record<StepState, string> = {
  todo: "Not started",
  now: "Your turn",
  busy: "In progress",
  done: "Done",
  failed: "Failed",
  skipped: "Not needed",
};

export function StepMark({ state, number }: { state: StepState; number: number }) {
  return (
    <span
      className={cn(
        "relative z-10 grid size-8 shrink-0 place-content-center rounded-full border-2 bg-paper text-note font-bold",
        state === "todo" && "border-edge text-soft",
        state === "skipped" && "border-dashed border-edge text-soft",
        state === "now" && "border-accent bg-accent text-on-accent",
        state === "busy" && "border-accent text-accent",
        state === "done" && "border-good bg-good text-paper",
        state === "failed" && "border-bad bg-bad text-paper",
      )}
    >
      {state === "done" && <Icon name="check" strokeWidth={3} className="size-4" />}
      {state === "failed" && <Icon name="cross" strokeWidth={3} className="size-4" />}
      {state === "busy" && <Spinner className="size-5" />}
      {(state === "todo" || state === "now") && <span aria-hidden="true">{number}</span>}
      {state === "skipped" && <Icon name="dot" className="size-4" />}
      <span className="sr-only">{stateWords[state]}: </span>
    </span>
  );
}

/** Every step up front, each with its own state; the live region is the caller's. */
export function StepList({
  steps,
  label,
  className,
}: {
  steps: readonly Step[];
  label: string;
  className?: string;
}) {
  return (
    <ol aria-label={label} className={className}>
      {steps.map((step, index) => (
        <li
          key={step.id}
          aria-current={step.state === "now" || step.state === "busy" ? "step" : undefined}
          className="relative flex gap-4 pb-6 last:pb-0 not-last:before:absolute not-last:before:top-8 not-last:before:bottom-0 not-last:before:left-[0.9375rem] not-last:before:w-0.5 not-last:before:bg-rule"
        >
          <StepMark state={step.state} number={index + 1} />
          <div className="min-w-0 flex-1 pt-0.5">
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <p
                className={cn(
                  step.state === "todo" || step.state === "skipped" ? "text-soft" : "font-semibold",
                )}
              >
                {step.title}
              </p>
              {step.meta && <p className="text-note text-soft">{step.meta}</p>}
            </div>
            {step.detail && (
              <div className={cn("text-note", step.state === "failed" ? "text-bad" : "text-soft")}>
                {step.detail}
              </div>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
