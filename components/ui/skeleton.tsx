import { cn } from "@/components/ui/cn";

/** A place that is loading: never a zero, always a bar. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cn("hatch-level block h-5 w-full animate-breathe bg-sunk text-rule", className)}
    />
  );
}

/** Holds the old data, dimmed, while new data are on their way. */
export function Lagging({ lagging, children }: { lagging: boolean; children: React.ReactNode }) {
  return (
    <div aria-busy={lagging || undefined} className={cn("transition-opacity", lagging && "opacity-55")}>
      {children}
    </div>
  );
}
