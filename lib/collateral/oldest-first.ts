import { invariant } from "@/lib/errors";
import { smallerOf } from "@/lib/money/math";

export type Releasable = { id: string; availableMicros: bigint };

/**
 * Which positions a redemption gives back: the oldest first, each as far as it goes.
 * Units: micros. Refuses: negative amounts. What cannot be covered is answered as `missingMicros`.
 */
export function oldestFirst(
  positions: readonly Releasable[],
  amountMicros: bigint,
): { parts: { id: string; amountMicros: bigint }[]; missingMicros: bigint } {
  invariant(amountMicros >= 0n, "a release is not negative");
  const parts: { id: string; amountMicros: bigint }[] = [];
  let leftMicros = amountMicros;
  for (const { id, availableMicros } of positions) {
    invariant(availableMicros >= 0n, "a position holds no less than nothing");
    const takenMicros = smallerOf(availableMicros, leftMicros);
    if (takenMicros === 0n) continue;
    parts.push({ id, amountMicros: takenMicros });
    leftMicros -= takenMicros;
  }
  return { parts, missingMicros: leftMicros };
}
