import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import type { StepState } from "@/components/ui/step-list";
import { StepMark } from "@/components/ui/step-list";

export type Moment = {
  id: string;
  title: ReactNode;
  state: StepState;
  /** When it happened or will happen, in words. */
  when: ReactNode;
  /** Machine-readable time, when it is known. */
  at?: Date;
  detail?: ReactNode;
};

/** All waits in one line of time: upright on a phone, level on a desk. */
export function Timeline({
  moments,
  label,
  className,
}: {
  moments: readonly Moment[];
  label: string;
  className?: string;
}) {
  return (
    <ol aria-label={label} className={cn("flex flex-col sm:flex-row", className)}>
      {moments.map((moment, index) => (
        <li
          key={moment.id}
          aria-current={moment.state === "now" || moment.state === "busy" ? "step" : undefined}
          className={cn(
            "relative flex flex-1 gap-4 pb-6 sm:flex-col sm:gap-2 sm:pr-4 sm:pb-0",
            "not-last:before:absolute not-last:before:top-8 not-last:before:bottom-0 not-last:before:left-[0.9375rem] not-last:before:w-0.5",
            "sm:not-last:before:top-[0.9375rem] sm:not-last:before:right-0 sm:not-last:before:bottom-auto sm:not-last:before:left-8 sm:not-last:before:h-0.5 sm:not-last:before:w-auto",
            moment.state === "done" ? "not-last:before:bg-good" : "not-last:before:bg-rule",
          )}
        >
          <StepMark state={moment.state} number={index + 1} />
          <div className="min-w-0">
            <p className="leading-snug font-semibold">{moment.title}</p>
            <p className="text-note text-soft">
              {moment.at ? <time dateTime={moment.at.toISOString()}>{moment.when}</time> : moment.when}
            </p>
            {moment.detail && <div className="mt-1 text-note text-soft">{moment.detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}
