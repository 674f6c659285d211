import type { Bar } from "@/lib/bars/bar";
import { randomFrom } from "@/lib/bars/random";
import { allocate } from "@/lib/money/allocate";
import { mulDivHalfUp } from "@/lib/money/math";
import { packRateClass, splitPayout } from "@/lib/tax/split-payout";

/**
 * A15: no rounding leak. Random (amount, fee, class, split) cases against exact fractions.
 * Value: the largest distance of any line from its exact fraction, in thousandths of a money unit; limit: below one unit.
 * Dust of the three tax lines always stays with the customer, never with the bank.
 */
export type LeakFound = { cases: number; largestDustMilli: bigint; leaks: string[] };

const largest = 1n << 96n;

export function findRoundingLeaks({ seed, cases }: { seed: number; cases: number }): LeakFound {
  const next = randomFrom(BigInt(seed));
  const below = (bound: bigint) => ((next() << 64n) | next()) % bound;
  const amount = () => below(1n << (1n + below(96n)));
  const leaks: string[] = [];
  let largestDustMilli = 0n;
  const dust = (over: bigint, of: bigint) => {
    const milli = mulDivHalfUp(over, { times: 1000n, over: of });
    if (milli > largestDustMilli) largestDustMilli = milli;
  };

  for (let one = 0; one < cases && leaks.length < 5; one++) {
    const grossMicros = amount() % largest;
    const operatorFeeMicros = grossMicros === 0n ? 0n : below(grossMicros + 1n);
    const points = { federal: Number(below(75n)), state: Number(below(60n)), local: Number(below(60n)) };
    const payout = { grossMicros, operatorFeeMicros, rateClass: packRateClass(points) };
    const { federalMicros, stateMicros, localMicros, netMicros } = splitPayout(payout);
    const base = grossMicros - operatorFeeMicros;
    const lines = [
      [federalMicros, points.federal],
      [stateMicros, points.state],
      [localMicros, points.local],
    ] as const;
    let owedOf200 = 200n * base;
    for (const [line, halfPoints] of lines) {
      const exactOf200 = base * BigInt(halfPoints);
      const left = exactOf200 - line * 200n;
      if (left < 0n || left >= 200n)
        leaks.push(`${JSON.stringify(payout, asText)}: a line of ${line} is off`);
      else dust(left, 200n);
      owedOf200 -= exactOf200;
    }
    if (operatorFeeMicros + federalMicros + stateMicros + localMicros + netMicros !== grossMicros)
      leaks.push(`${JSON.stringify(payout, asText)}: the lines do not sum to gross`);
    if (netMicros * 200n < owedOf200) leaks.push(`${JSON.stringify(payout, asText)}: dust went to the bank`);

    const weights = Array.from({ length: 1 + Number(below(6n)) }, () => 1n + below(1_000_000n));
    const whole = weights.reduce((sum, weight) => sum + weight, 0n);
    const shares = allocate(grossMicros, weights);
    if (shares.reduce((sum, share) => sum + share, 0n) !== grossMicros)
      leaks.push(`allocate(${grossMicros}, ${weights})`);
    for (const [index, share] of shares.entries()) {
      const off = share * whole - grossMicros * (weights[index] ?? 0n);
      if (off >= whole || off <= -whole)
        leaks.push(`allocate(${grossMicros}, ${weights}): share ${index} is off`);
    }
  }
  return { cases, largestDustMilli, leaks };
}

const asText = (_key: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);

export const bar: Bar = {
  id: "A15",
  title: "No rounding leak: random payouts and allocations against exact fractions",
  async run({ seed, deep }) {
    const { cases, largestDustMilli, leaks } = findRoundingLeaks({ seed, cases: deep ? 5_000_000 : 100_000 });
    return {
      value: `${leaks.length} leaks in ${cases}, dust ${largestDustMilli}/1000`,
      limit: "0 leaks, dust < 1000/1000",
      pass: leaks.length === 0 && largestDustMilli < 1000n,
      notes: leaks,
    };
  },
};
