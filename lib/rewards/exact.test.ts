import fc from "fast-check";
import { expect, it } from "vitest";
import { indexScale } from "@/lib/rewards/accrual";
import { formatNanos, nanoSteps, nanosOf } from "@/lib/rewards/exact";

const attos = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 30n });

it("shows parts that sum to the shown total, whatever was cut", () => {
  fc.assert(
    fc.property(fc.array(attos), attos, (parts, from) => {
      const total = parts.reduce((sum, part) => sum + part, from);
      const shown = nanoSteps(parts, from).reduce((sum, step) => sum + step, nanosOf(from));
      expect(shown).toBe(nanosOf(total));
    }),
  );
});

it("keeps every shown part within a billionth of what it is", () => {
  fc.assert(
    fc.property(fc.array(attos), (parts) => {
      for (const [i, step] of nanoSteps(parts).entries()) {
        const off = step - nanosOf(parts[i] as bigint);
        expect(off === 0n || off === 1n).toBe(true);
      }
    }),
  );
});

it("writes nine digits", () => {
  expect(formatNanos(nanosOf(4_860_267n * indexScale + indexScale / 2n))).toBe("$4.860267500");
  expect(formatNanos(nanosOf(-1n))).toBe("\u2212$0.000000001");
  expect(formatNanos(1_234_000_000_000n)).toBe("$1,234.000000000");
});
