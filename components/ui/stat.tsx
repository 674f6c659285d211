import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

/** One figure with its name above and its meaning beneath. */
export function Stat({
  label,
  value,
  note,
  large,
  className,
}: {
  label: ReactNode;
  value: ReactNode;
  note?: ReactNode;
  large?: boolean;
  className?: string;
}) {
  return (
    <div className={cn("min-w-0", className)}>
      <p className="text-note font-semibold text-soft">{label}</p>
      <p className={cn("font-display font-medium", large ? "text-figure" : "text-title")}>{value}</p>
      {note && <p className="mt-1 text-note text-soft">{note}</p>}
    </div>
  );
}
