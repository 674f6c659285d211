import { describe, expect, it } from "vitest";
import { epochDue } from "@/lib/epochs/due";
import { claimRoundAt, yearsEndingBetween } from "@/lib/rewards/year-end";
import { startOfDayIn } from "@/lib/time/civil-date";

const eastern = "America/New_York";
const at = (text: string) => new Date(text);

describe("the clock at a year's end", () => {
  it.each([
    ["2026-12-31T04:59:59.999Z", undefined],
    ["2026-12-31T05:00:00.000Z", { taxYear: 2026, round: "day" }],
    ["2027-01-01T03:59:59.999Z", { taxYear: 2026, round: "day" }],
    ["2027-01-01T04:00:00.000Z", { taxYear: 2026, round: "last hour" }],
    ["2027-01-01T04:59:59.999Z", { taxYear: 2026, round: "last hour" }],
    ["2027-01-01T05:00:00.000Z", undefined],
  ])("knows at %s by the bank's calendar which claims are due", (instant, due) => {
    expect(claimRoundAt(at(instant), eastern)).toEqual(due);
  });

  it("takes the year from the bank's zone, not from UTC and not from the machine", () => {
    const instant = at("2026-12-31T23:59:59.999Z");
    expect(claimRoundAt(instant, "Pacific/Honolulu")).toEqual({ taxYear: 2026, round: "day" });
    expect(claimRoundAt(instant, "UTC")).toEqual({ taxYear: 2026, round: "last hour" });
    expect(claimRoundAt(instant, "Asia/Kathmandu")).toBeUndefined();
  });

  it("halts in the last hour of each year on the way, and nowhere else", () => {
    const halts = (from: string, to: string) =>
      yearsEndingBetween({ from: at(from), to: at(to) }, eastern).map(({ taxYear, haltAt }) => [
        taxYear,
        haltAt.toISOString(),
      ]);
    expect(halts("2026-11-22T10:00:00Z", "2026-12-31T20:00:00Z")).toEqual([]);
    expect(halts("2026-11-22T10:00:00Z", "2027-01-01T04:59:59.999Z")).toEqual([]);
    expect(halts("2026-11-22T10:00:00Z", "2027-01-01T05:00:00Z")).toEqual([
      [2026, "2027-01-01T04:00:00.000Z"],
    ]);
    expect(halts("2026-11-22T10:00:00Z", "2029-02-28T00:00:00Z")).toEqual([
      [2026, "2027-01-01T04:00:00.000Z"],
      [2027, "2028-01-01T04:00:00.000Z"],
      [2028, "2029-01-01T04:00:00.000Z"],
    ]);
    // from inside the last hour it halts where it stands
    expect(halts("2027-01-01T04:30:00Z", "2027-01-02T00:00:00Z")).toEqual([
      [2026, "2027-01-01T04:30:00.000Z"],
    ]);
  });

  it("begins days where the zone's clock does, on days of 23, 24 and 25 hours and on 29 February", () => {
    const hours = (day: string, next: string) =>
      (startOfDayIn(next, eastern).getTime() - startOfDayIn(day, eastern).getTime()) / 3_600_000;
    expect(hours("2026-03-08", "2026-03-09")).toBe(23);
    expect(hours("2026-11-01", "2026-11-02")).toBe(25);
    expect(hours("2028-02-29", "2028-03-01")).toBe(24);
    expect(hours("2028-02-28", "2028-02-29")).toBe(24);
    expect(startOfDayIn("2026-07-01", eastern).toISOString()).toBe("2026-07-01T04:00:00.000Z");
    expect(startOfDayIn("2026-07-01", "Asia/Kathmandu").toISOString()).toBe("2026-06-30T18:15:00.000Z");
  });

  it("asks for no epoch twice when the time jumps back an hour", () => {
    const needs = {
      nextProposalAt: 1_000_000n,
      lastFinalAt: 999_970n,
      epochSeconds: 30n,
      feePotMicros: 5n,
      activeMicros: 1n,
      pendingMicros: 0n,
      hasOpenProposal: false,
    };
    expect(epochDue({ ...needs, now: 1_000_000n }).isDue).toBe(true);
    // proposed: the next one is due a period later, whatever the clock says meanwhile
    expect(epochDue({ ...needs, nextProposalAt: 1_000_030n, now: 996_430n }).isDue).toBe(false);
    expect(epochDue({ ...needs, nextProposalAt: 1_000_030n, now: 1_000_029n }).isDue).toBe(false);
    expect(epochDue({ ...needs, nextProposalAt: 1_000_030n, now: 1_000_030n }).isDue).toBe(true);
  });
});
