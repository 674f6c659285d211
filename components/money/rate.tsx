import { clsx } from "clsx";
import { formatRate } from "@/lib/money/format";

/** The only way to show a rate: parts per million in, percent out. */
export function Rate({ ratePpm, className }: { ratePpm: bigint | number; className?: string }) {
  return (
    <span className={clsx("whitespace-nowrap tabular-nums", className)}>{formatRate(BigInt(ratePpm))}</span>
  );
}
