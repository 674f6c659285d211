import fc from "fast-check";
import { expect, it } from "vitest";
import { oldestFirst } from "@/lib/collateral/oldest-first";

const held = (...amounts: bigint[]) =>
  amounts.map((availableMicros, i) => ({ id: `p${i}`, availableMicros }));

it("takes the oldest first, in part where that is enough", () => {
  expect(oldestFirst(held(5n, 0n, 7n, 9n), 8n)).toEqual({
    parts: [
      { id: "p0", amountMicros: 5n },
      { id: "p2", amountMicros: 3n },
    ],
    missingMicros: 0n,
  });
  expect(oldestFirst(held(5n), 8n).missingMicros).toBe(3n);
  expect(oldestFirst([], 0n)).toEqual({ parts: [], missingMicros: 0n });
});

it("gives exactly what was asked or all there is, never more than a position holds", () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 18n });
  fc.assert(
    fc.property(fc.array(amount, { maxLength: 20 }), amount, (amounts, wanted) => {
      const { parts, missingMicros } = oldestFirst(held(...amounts), wanted);
      const given = parts.reduce((sum, part) => sum + part.amountMicros, 0n);
      expect(given + missingMicros).toBe(wanted);
      for (const { id, amountMicros } of parts)
        expect(amountMicros > 0n && amountMicros <= (amounts[Number(id.slice(1))] ?? 0n)).toBe(true);
      if (missingMicros > 0n) expect(given).toBe(amounts.reduce((a, b) => a + b, 0n));
    }),
  );
});
