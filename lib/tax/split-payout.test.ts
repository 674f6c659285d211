import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packRateClass, ratesOfClass, splitPayout, unpackRateClass } from "@/lib/tax/split-payout";

const halfPoints = fc.integer({ min: 0, max: 66 });
const rateClass = fc
  .record({ federal: halfPoints, state: halfPoints, local: halfPoints })
  .map((points) => packRateClass(points));

describe("a payout's lines", () => {
  it("a dollar less 10% fee at 22 / 5 / 3 percent", () => {
    const lines = splitPayout({
      grossMicros: 1_000_000n,
      operatorFeeMicros: 100_000n,
      rateClass: packRateClass({ federal: 44, state: 10, local: 6 }),
    });
    expect(lines).toEqual({
      federalMicros: 198_000n,
      stateMicros: 45_000n,
      localMicros: 27_000n,
      netMicros: 630_000n,
    });
  });

  it("one micro: every tax floors to nothing and the person has it all", () => {
    const lines = splitPayout({
      grossMicros: 1n,
      operatorFeeMicros: 0n,
      rateClass: packRateClass({ federal: 48, state: 10, local: 6 }),
    });
    expect(lines).toEqual({ federalMicros: 0n, stateMicros: 0n, localMicros: 0n, netMicros: 1n });
  });

  it("class zero withholds nothing; a class of the whole leaves only what rounding left", () => {
    const payout = { grossMicros: 999n, operatorFeeMicros: 0n };
    expect(splitPayout({ ...payout, rateClass: 0 }).netMicros).toBe(999n);
    const whole = splitPayout({
      ...payout,
      rateClass: packRateClass({ federal: 100, state: 60, local: 40 }),
    });
    expect(whole.netMicros).toBe(2n);
  });

  it("sum to gross for every amount up to 2^96, every fee and every class", () => {
    const given = fc.tuple(
      fc.bigInt({ min: 0n, max: 2n ** 96n }),
      fc.bigInt({ min: 0n, max: 10_000n }),
      rateClass,
    );
    fc.assert(
      fc.property(given, ([grossMicros, feeBps, rateClass]) => {
        const operatorFeeMicros = (grossMicros * feeBps) / 10_000n;
        const { federalMicros, stateMicros, localMicros, netMicros } = splitPayout({
          grossMicros,
          operatorFeeMicros,
          rateClass,
        });
        expect(operatorFeeMicros + federalMicros + stateMicros + localMicros + netMicros).toBe(grossMicros);
        for (const line of [federalMicros, stateMicros, localMicros, netMicros])
          expect(line >= 0n).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it("are refused for a fee above gross, a negative gross, and a class above the whole", () => {
    const good = { grossMicros: 100n, operatorFeeMicros: 0n, rateClass: 0 };
    expect(() => splitPayout({ ...good, operatorFeeMicros: 101n })).toThrow();
    expect(() => splitPayout({ ...good, grossMicros: -1n })).toThrow();
    expect(() =>
      splitPayout({ ...good, rateClass: packRateClass({ federal: 100, state: 100, local: 1 }) }),
    ).toThrow();
    expect(() => splitPayout({ ...good, rateClass: 0x1000000 })).toThrow();
  });
});

describe("rate classes", () => {
  it("read back as they were packed", () => {
    const points = fc.record({ federal: fc.nat(255), state: fc.nat(255), local: fc.nat(255) });
    fc.assert(
      fc.property(points, (given) => {
        expect(unpackRateClass(packRateClass(given))).toEqual(given);
      }),
    );
  });

  it("show as rates", () => {
    expect(ratesOfClass(0x2c0a06)).toEqual({ federalPpm: 220_000n, statePpm: 50_000n, localPpm: 30_000n });
  });
});
