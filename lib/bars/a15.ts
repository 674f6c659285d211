import type { Bar } from "@/lib/bars/bar";
import { randomFrom } from "@/lib/bars/random";
import { type Holder, railClearing } from "@/lib/ledger/accounts";
import { issuance } from "@/lib/ledger/recipes/issuance";
import { payoutWithWithholding } from "@/lib/ledger/recipes/payout-with-withholding";
import { redemption } from "@/lib/ledger/recipes/redemption";
import type { Transfer } from "@/lib/ledger/transfer";
import { allocate } from "@/lib/money/allocate";
import {
  bpsOfDown,
  bpsOfUp,
  bpsPerOne,
  mulDivDown,
  mulDivHalfUp,
  ppmOfDown,
  ppmPerOne,
} from "@/lib/money/math";
import { packRateClass, splitPayout } from "@/lib/tax/split-payout";

/**
 * A15: no rounding leak. Random (amount, fee, rate, class, split) cases against exact fractions, and as they are booked.
 * Value: the largest distance of any line from its exact fraction, in thousandths of a money unit; limit: below one unit.
 * Dust of the three tax lines always stays with the customer, never with the bank.
 */
export type LeakFound = { cases: number; largestDustMilli: bigint; leaks: string[] };

const largest = 1n << 96n;
const holder: Holder = { wallet: "0x0000000000000000000000000000000000000001" };

/** What the lines leave on the accounts of a class, credits less debits. */
const booked = (lines: readonly Transfer[], name: Transfer["debit"]["class"]): bigint =>
  lines.reduce(
    (sum, { debit, credit, amountMicros }) =>
      sum + (credit.class === name ? amountMicros : 0n) - (debit.class === name ? amountMicros : 0n),
    0n,
  );

export function findRoundingLeaks({ seed, cases }: { seed: number; cases: number }): LeakFound {
  const next = randomFrom(BigInt(seed));
  const below = (bound: bigint) => ((next() << 64n) | next()) % bound;
  const amount = () => below(1n << (1n + below(96n)));
  const leaks: string[] = [];
  let largestDustMilli = 0n;
  const dust = (over: bigint, of: bigint) => {
    const milli = mulDivDown(over, { times: 1000n, over: of });
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

    const withheld = [federalMicros, stateMicros, localMicros].map((amountMicros, at) => ({
      jurisdiction: String(at),
      amountMicros,
    }));
    const paid = payoutWithWithholding({ holder, operatorId: 1, ...payout, netMicros, withheld });
    if (
      booked(paid, "reward_pool") !== -grossMicros ||
      booked(paid, "operator_fee") !== operatorFeeMicros ||
      booked(paid, "tax_withheld") !== federalMicros + stateMicros + localMicros ||
      booked(paid, "wallet_mirror") !== netMicros
    )
      leaks.push(`${JSON.stringify(payout, asText)}: the payout is booked otherwise`);

    const feeBps = below(bpsPerOne + 1n);
    const ratePpm = below(ppmPerOne + 1n);
    const rounded: [name: string, result: bigint, rate: bigint, one: bigint, least: bigint, most: bigint][] =
      [
        ["a fee up", bpsOfUp(grossMicros, feeBps), feeBps, bpsPerOne, 0n, bpsPerOne - 1n],
        ["a fee down", bpsOfDown(grossMicros, feeBps), feeBps, bpsPerOne, 1n - bpsPerOne, 0n],
        ["a rate down", ppmOfDown(grossMicros, ratePpm), ratePpm, ppmPerOne, 1n - ppmPerOne, 0n],
        [
          "a rate half up",
          mulDivHalfUp(grossMicros, { times: ratePpm, over: ppmPerOne }),
          ratePpm,
          ppmPerOne,
          1n - ppmPerOne / 2n,
          ppmPerOne / 2n,
        ],
      ];
    for (const [name, result, rate, whole, least, most] of rounded) {
      const over = result * whole - grossMicros * rate;
      if (over < least || over > most) leaks.push(`${name}: ${rate}/${whole} of ${grossMicros} is ${result}`);
      else dust(over < 0n ? -over : over, whole);
    }
    const feeMicros = bpsOfUp(grossMicros, feeBps);
    const { transfers: minted = [] } = issuance({ issuanceId: undefined, holder, grossMicros, feeMicros });
    const burned = redemption({ to: railClearing, holder, grossMicros, feeMicros });
    if (
      booked(minted, "token_supply") !== grossMicros ||
      booked(minted, "suspense") !== -grossMicros ||
      booked(minted, "wallet_mirror") + booked(minted, "fee_pot") !== grossMicros ||
      booked(minted, "fee_pot") !== feeMicros ||
      booked(burned, "wallet_mirror") !== -grossMicros ||
      booked(burned, "token_control") + booked(burned, "fee_pot") !== grossMicros ||
      booked(burned, "rail_clearing") !== booked(burned, "token_control")
    )
      leaks.push(`${grossMicros} at a fee of ${feeMicros}: issuance and redemption do not add up`);

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
  title: "No rounding leak: random splits, fees and rates against exact fractions",
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
