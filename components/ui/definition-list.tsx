import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export type Definition = {
  term: ReactNode;
  value: ReactNode;
  note?: ReactNode;
  action?: ReactNode;
  /** A heavier line above, for a sum. */
  total?: boolean;
};

export function DefinitionList({
  items,
  numeric,
  className,
}: {
  items: readonly Definition[];
  /** Values stand to the right, as in a bill; notes then stand beneath the terms, which have the room. */
  numeric?: boolean;
  className?: string;
}) {
  return (
    <dl className={cn("border-y border-rule", className)}>
      {items.map((item, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list, never reordered
          key={index}
          className={cn(
            "flex gap-x-6 gap-y-1 py-3",
            numeric ? "justify-between" : "flex-col sm:flex-row",
            index > 0 && "border-t border-rule",
            item.total && "border-t-2 border-ink font-semibold",
          )}
        >
          <dt
            className={cn("min-w-0 text-soft", !numeric && "sm:w-56 sm:shrink-0", item.total && "text-ink")}
          >
            {item.term}
            {numeric && item.note && <div className="text-note font-normal text-soft">{item.note}</div>}
          </dt>
          <dd className={numeric ? "text-right" : "min-w-0 flex-1"}>
            {item.value}
            {!numeric && item.note && <div className="text-note font-normal text-soft">{item.note}</div>}
          </dd>
          {item.action && <dd className="shrink-0">{item.action}</dd>}
        </div>
      ))}
    </dl>
  );
}
