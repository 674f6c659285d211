import { invariant } from "@/lib/errors";

/**
 * All division of money happens here, with the rounding in the name.
 * Units: bigint micros (1e-6 of a dollar), rates in parts per million or basis points. Refuses: negative terms, division by zero.
 */
export const microsPerDollar = 1_000_000n;
export const microsPerCent = 10_000n;
export const ppmPerOne = 1_000_000n;
export const bpsPerOne = 10_000n;

type Fraction = { times: bigint; over: bigint };

function check(amount: bigint, { times, over }: Fraction) {
  invariant(amount >= 0n && times >= 0n, "money is divided only as a non-negative number");
  invariant(over > 0n, "the divisor is positive");
}

export function mulDivDown(amount: bigint, by: Fraction): bigint {
  check(amount, by);
  return (amount * by.times) / by.over;
}

export function mulDivUp(amount: bigint, by: Fraction): bigint {
  check(amount, by);
  return (amount * by.times + by.over - 1n) / by.over;
}

export function mulDivHalfUp(amount: bigint, by: Fraction): bigint {
  check(amount, by);
  return (2n * amount * by.times + by.over) / (2n * by.over);
}

export const ppmOfDown = (amountMicros: bigint, ratePpm: bigint) =>
  mulDivDown(amountMicros, { times: ratePpm, over: ppmPerOne });
export const bpsOfUp = (amountMicros: bigint, rateBps: bigint) =>
  mulDivUp(amountMicros, { times: rateBps, over: bpsPerOne });
export const bpsOfDown = (amountMicros: bigint, rateBps: bigint) =>
  mulDivDown(amountMicros, { times: rateBps, over: bpsPerOne });

/** Outside rails carry whole cents; the rest stays on the account. */
export const floorToCents = (amountMicros: bigint) =>
  mulDivDown(amountMicros, { times: 1n, over: microsPerCent }) * microsPerCent;
export const centsHalfUp = (amountMicros: bigint) =>
  mulDivHalfUp(amountMicros, { times: 1n, over: microsPerCent });

export function smallerOf(a: bigint, b: bigint): bigint {
  if (b < a) return b;
  return a;
}
