import { type ReactNode, useId } from "react";
import { cn } from "@/components/ui/cn";

/** A named part of a page under a ruled line; `boxed` lifts it off the paper. */
export function Section({
  title,
  lead,
  action,
  boxed,
  className,
  children,
}: {
  title: ReactNode;
  lead?: ReactNode;
  action?: ReactNode;
  boxed?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={cn(
        boxed ? "border border-rule bg-raised p-5 sm:p-7" : "border-t-2 border-ink pt-4",
        className,
      )}
    >
      <div className="mb-4 space-y-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
          <h2 id={id} className="font-display text-heading font-medium">
            {title}
          </h2>
          {action}
        </div>
        {lead && <p className="max-w-text text-soft">{lead}</p>}
      </div>
      {children}
    </section>
  );
}
