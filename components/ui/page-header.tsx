import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

/** The one question a page answers, as its heading. */
export function PageHeader({
  title,
  lead,
  eyebrow,
  crumbs,
  actions,
  className,
}: {
  title: ReactNode;
  lead?: ReactNode;
  eyebrow?: ReactNode;
  crumbs?: ReactNode;
  actions?: ReactNode;
  className?: string;
}) {
  return (
    <header className={cn("mb-8 sm:mb-10", className)}>
      {crumbs}
      <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-4">
        <div className="max-w-text min-w-0">
          {eyebrow && <p className="mb-2 text-note font-semibold text-accent">{eyebrow}</p>}
          <h1 className="font-display text-title font-medium">{title}</h1>
          {lead && <p className="mt-3 text-lg text-soft">{lead}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-3">{actions}</div>}
      </div>
    </header>
  );
}
