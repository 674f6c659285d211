import { describe, expect, it } from "vitest";
import { axisDollars, axisTimes, niceTicks, placePoints } from "@/components/charts/time-scale";

describe("the scale of a chart", () => {
  it("ends at or just above the largest value, in round steps", () => {
    expect(niceTicks(0)).toEqual([0, 1]);
    expect(niceTicks(97)).toEqual([0, 25, 50, 75, 100]);
    expect(niceTicks(1_030_000)).toEqual([0, 500_000, 1_000_000, 1_500_000]);
    for (const largest of [0.004, 3, 19, 44_000, 9_999_999]) {
      const ticks = niceTicks(largest);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(largest);
      expect(ticks.length).toBeLessThanOrEqual(6);
    }
  });

  it("places first, last and single points", () => {
    const at = (ms: number, amountMicros: bigint) => ({ at: new Date(ms), amountMicros });
    expect(placePoints([at(0, 0n), at(10, 5_000_000n)], { from: 0, to: 10, top: 10 })).toEqual([
      { x: 0, y: 1 },
      { x: 1, y: 0.5 },
    ]);
    expect(placePoints([at(7, 1_000_000n)], { from: 7, to: 7, top: 2 })).toEqual([{ x: 1, y: 0.5 }]);
  });

  it("shortens only marks", () => {
    expect(axisDollars(1_500_000)).toBe("$1.5M");
    expect(axisDollars(2_500)).toBe("$2,500");
    expect([0, 2.5, 5].map(axisDollars)).toEqual(["$0", "$2.50", "$5"]);
    expect(axisDollars(0.025)).toBe("$0.025");
  });

  it("marks days, and the time of day where all is one day", () => {
    const from = Date.UTC(2026, 10, 1, 14);
    const labels = (ms: number) =>
      axisTimes({ from, to: from + ms, timeZone: "America/New_York" }).map(({ label }) =>
        label.replace(/\s/g, " "),
      );
    expect(labels(30 * 86_400_000)).toEqual(["Nov 1", "Nov 11", "Nov 21", "Dec 1"]);
    expect(labels(3_600_000)).toEqual(["9:00 AM", "9:20 AM", "9:40 AM", "10:00 AM"]);
    expect(labels(30_000)).toEqual(["9:00 AM"]);
  });
});
