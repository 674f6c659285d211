import fc from "fast-check";
import { expect, it } from "vitest";
import { type EpochFees, sourcesAndUses } from "@/lib/rewards/sources-and-uses";

const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n));
const micros = fc.bigInt({ min: 0n, max: 10n ** 15n });

/** Books of epochs a day each, as a chain would have them: what is carried is what was not shared out. */
const books = fc
  .array(
    fc.record({
      issuance: micros,
      validation: micros,
      /** per million of what is in the pot */
      shared: fc.nat(1_000_000),
      toFirst: fc.nat(1_000_000),
      days: fc.integer({ min: 1, max: 40 }),
    }),
    { maxLength: 40 },
  )
  .map((drawn) => {
    let [carriedMicros, at] = [0n, 0];
    const epochs = drawn.map(({ issuance, validation, shared, toFirst, days }, i): EpochFees => {
      const all = ((carriedMicros + issuance + validation) * BigInt(shared)) / 1_000_000n;
      const first = (all * BigInt(toFirst)) / 1_000_000n;
      at += days;
      const epoch: EpochFees = {
        number: BigInt(i + 1),
        finalAt: day(at),
        carriedMicros,
        fees: [
          { kind: "issuance", micros: issuance },
          { kind: "data_validation", micros: validation },
        ],
        rewards: [
          { operatorId: 1, micros: first },
          { operatorId: 2, micros: all - first },
        ],
      };
      carriedMicros += issuance + validation - all;
      return epoch;
    });
    return { epochs, potMicros: carriedMicros, days: at };
  });

it("comes out even over 1,000 random periods, however they lie", () => {
  fc.assert(
    fc.property(books, fc.nat(1_700), fc.nat(1_700), ({ epochs, potMicros }, one, other) => {
      const [from, to] = [day(Math.min(one, other)), day(Math.max(one, other))];
      const statement = sourcesAndUses(epochs, { from, to, potMicros });
      expect(statement.sourcesMicros).toBe(statement.usesMicros);
      expect(statement.epochs).toBe(epochs.filter(({ finalAt }) => finalAt >= from && finalAt < to).length);
    }),
    { numRuns: 1_000 },
  );
});

it("does not come out even when a reward was made out of nothing, or a fee went nowhere", () => {
  fc.assert(
    fc.property(books, fc.nat(39), fc.boolean(), ({ epochs, potMicros, days }, place, isReward) => {
      fc.pre(epochs.length > 0);
      const at = place % epochs.length;
      const tampered = epochs.map((epoch, i) => {
        if (i !== at) return epoch;
        const extra = { operatorId: 3, micros: 1n };
        return isReward
          ? { ...epoch, rewards: [...epoch.rewards, extra] }
          : {
              ...epoch,
              fees: epoch.fees.map((fee, n) => (n === 0 ? { ...fee, micros: fee.micros + 1n } : fee)),
            };
      });
      const { sourcesMicros, usesMicros } = sourcesAndUses(tampered, {
        from: day(0),
        to: day(days + 1),
        potMicros,
      });
      expect(sourcesMicros - usesMicros).toBe(isReward ? -1n : 1n);
    }),
  );
});

it("says nothing of a period without a final epoch", () => {
  expect(sourcesAndUses([], { from: day(0), to: day(9), potMicros: 5n })).toEqual({
    epochs: 0,
    first: undefined,
    last: undefined,
    openingMicros: 0n,
    fees: [],
    rewards: [],
    closingMicros: 0n,
    sourcesMicros: 0n,
    usesMicros: 0n,
  });
});
