import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate } from "@/lib/money/allocate";
import { formatAmount, formatDollars, formatRate, formatShare, weiToMicros } from "@/lib/money/format";
import {
  bpsOfUp,
  centsHalfUp,
  floorToCents,
  mulDivDown,
  mulDivHalfUp,
  mulDivUp,
  ppmOfDown,
} from "@/lib/money/math";

const amount = fc.bigInt({ min: 0n, max: 10n ** 30n });
const divisor = fc.bigInt({ min: 1n, max: 10n ** 18n });

describe("division", () => {
  it("rounds the way its name says", () => {
    expect(mulDivDown(7n, { times: 1n, over: 2n })).toBe(3n);
    expect(mulDivUp(7n, { times: 1n, over: 2n })).toBe(4n);
    expect(mulDivHalfUp(7n, { times: 1n, over: 2n })).toBe(4n);
    expect(mulDivHalfUp(7n, { times: 1n, over: 4n })).toBe(2n);
    expect(bpsOfUp(1n, 10n)).toBe(1n);
    expect(ppmOfDown(999_999n, 32_000n)).toBe(31_999n);
    expect(floorToCents(19_999n)).toBe(10_000n);
    expect(centsHalfUp(15_000n)).toBe(2n);
  });

  it("down <= half up <= up, and they differ by at most one", () => {
    fc.assert(
      fc.property(amount, amount, divisor, (a, times, over) => {
        const down = mulDivDown(a, { times, over });
        const up = mulDivUp(a, { times, over });
        const half = mulDivHalfUp(a, { times, over });
        expect(down <= half && half <= up && up - down <= 1n).toBe(true);
        expect(up - down === 0n).toBe((a * times) % over === 0n);
      }),
    );
  });

  it("refuses negatives and zero divisors", () => {
    expect(() => mulDivDown(-1n, { times: 1n, over: 1n })).toThrow();
    expect(() => mulDivDown(1n, { times: 1n, over: 0n })).toThrow();
  });
});

describe("allocate", () => {
  it("gives left-over units to the largest remainders, the earlier first", () => {
    expect(allocate(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(allocate(5n, [0n, 2n, 1n])).toEqual([0n, 3n, 2n]);
    expect(allocate(0n, [1n])).toEqual([0n]);
  });

  it("sums to the whole, never off by more than one unit from the exact share", () => {
    fc.assert(
      fc.property(amount, fc.array(amount, { minLength: 1, maxLength: 30 }), (total, weights) => {
        const sum = weights.reduce((a, b) => a + b, 0n);
        fc.pre(sum > 0n);
        const shares = allocate(total, weights);
        expect(shares.reduce((a, b) => a + b, 0n)).toBe(total);
        shares.forEach((share, index) => {
          const floor = (total * (weights[index] ?? 0n)) / sum;
          expect(share === floor || share === floor + 1n).toBe(true);
        });
      }),
    );
  });

  it("refuses weights that name nobody", () => {
    expect(() => allocate(1n, [])).toThrow();
    expect(() => allocate(1n, [0n, 0n])).toThrow();
  });
});

describe("money as text", () => {
  it("is exact, and cut where cut", () => {
    expect(formatAmount(1_234_500_000n)).toBe("1,234.50");
    expect(formatAmount(1n)).toBe("0.000001");
    expect(formatAmount(1_999_999n, { decimals: 2 })).toBe("1.99");
    expect(formatDollars(-1_500_000n)).toBe("\u2212$1.50");
    expect(formatDollars(-1n, { decimals: 2 })).toBe("$0.00");
    expect(formatDollars(0n)).toBe("$0.00");
    expect(formatAmount(10n ** 30n, { decimals: 0, grouping: false })).toBe(`1${"0".repeat(24)}`);
    expect(formatRate(32_000n)).toBe("3.2%");
    expect(formatRate(240_000n)).toBe("24%");
    expect(formatShare(2n, 3n)).toBe("66.66%");
    expect(formatShare(1n, 0n)).toBe("\u2013");
  });

  it("prices network cost without hiding it", () => {
    expect(weiToMicros(0n, 2_000_000_000n)).toBe(0n);
    expect(weiToMicros(1n, 2_000_000_000n)).toBe(1n);
    expect(weiToMicros(10n ** 18n, 2_000_000_000n)).toBe(2_000_000_000n);
  });
});
