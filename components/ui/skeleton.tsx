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

/** Keeps the old figures readable under a broken line while new ones are on their way. */
export function Lagging({ lagging, children }: { lagging: boolean; children: React.ReactNode }) {
  return (
    <div
      aria-busy={lagging || undefined}
      className={cn("border-t-2 border-transparent", lagging && "border-dashed border-edge")}
    >
      {children}
    </div>
  );
}
