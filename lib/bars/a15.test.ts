import { expect, it } from "vitest";
import { findRoundingLeaks } from "@/lib/bars/a15";

it("A15 in small: 5,000 random splits, fees and rates leak nothing", () => {
  const found = findRoundingLeaks({ seed: 1, cases: 5_000 });
  expect(found.leaks).toEqual([]);
  expect(found.largestDustMilli).toBeLessThan(1000n);
  expect(found.largestDustMilli).toBeGreaterThan(0n);
});
