import { expect, it } from "vitest";
import { indexScale } from "@/lib/rewards/accrual";
import { rewardsOverTime } from "@/lib/rewards/over-time";

const start = Date.parse("2026-01-01T12:00:00Z");
const hour = 3_600_000;
const at = (hours: number) => new Date(start + hours * hour);
const on = { timeZone: "America/New_York", most: 60 };
const earned = (count: number, everyHours: number) =>
  Array.from({ length: count }, (_, i) => ({ at: at(i * everyHours), attos: 5n * indexScale }));

it("takes a step an epoch while there are few, and both totals rise to the end", () => {
  const drawn = rewardsOverTime({ earned: earned(4, 1), paid: [{ at: at(2.5), netMicros: 9n }] }, on);
  expect(drawn.by).toBe("epoch");
  expect(drawn.earned.map(({ amountMicros }) => amountMicros)).toEqual([5n, 10n, 15n, 15n, 20n]);
  expect(drawn.paid.map(({ amountMicros }) => amountMicros)).toEqual([0n, 0n, 0n, 9n, 9n]);
});

it("takes a step a day, then a month, where there would be too many, and loses nothing", () => {
  const days = rewardsOverTime({ earned: earned(500, 2), paid: [] }, on);
  expect(days.by).toBe("day");
  expect(days.earned.length).toBeLessThanOrEqual(60);
  expect(days.earned.at(-1)?.amountMicros).toBe(2_500n);
  const months = rewardsOverTime({ earned: earned(5_000, 2), paid: [] }, on);
  expect(months.by).toBe("month");
  expect(months.earned.length).toBe(14);
  expect(months.earned.at(-1)?.amountMicros).toBe(25_000n);
});

it("has nothing to draw when nothing was earned", () => {
  expect(rewardsOverTime({ earned: [], paid: [] }, on).earned).toEqual([]);
});
