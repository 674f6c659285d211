import { indexScale } from "@/lib/rewards/accrual";

/**
 * Sums in billionths of a dollar, for people who check with a calculator. Units: attos are 1e-18 of a micro.
 * Rounding: running totals are cut, and a part is the step between two of them, so that the shown parts sum to the shown
 * total.
 */
const attosPerNano = indexScale / 1_000n;

export const nanosOf = (attos: bigint): bigint => {
  const cut = attos / attosPerNano;
  return attos < 0n && attos % attosPerNano !== 0n ? cut - 1n : cut;
};

/** Each part as the step of the cut running total. */
export function nanoSteps(parts: readonly bigint[], from = 0n): bigint[] {
  let running = from;
  return parts.map((part) => {
    const before = nanosOf(running);
    running += part;
    return nanosOf(running) - before;
  });
}

/** "4.860267412": nine digits after the point, always. */
export function formatNanos(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const whole = (size / 1_000_000_000n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const text = `${whole}.${(size % 1_000_000_000n).toString().padStart(9, "0")}`;
  return nanos < 0n ? `\u2212$${text}` : `$${text}`;
}
