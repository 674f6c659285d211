import { describe, expect, it } from "vitest";
import { addDays, ageOn, civilDateIn, isCivilDate } from "@/lib/time/civil-date";
import { formatDuration } from "@/lib/time/duration";
import { formatInstant } from "@/lib/time/instant";

describe("calendar days", () => {
  it("knows real days from invented ones", () => {
    expect(isCivilDate("2024-02-29")).toBe(true);
    for (const bad of ["2023-02-29", "2024-13-01", "2024-1-1", "", "2024-04-31", "24-01-01"]) {
      expect(isCivilDate(bad)).toBe(false);
    }
  });

  it("takes the day from the named zone, not from the machine", () => {
    const instant = new Date("2026-01-01T03:00:00Z");
    expect(civilDateIn(instant, "America/New_York")).toBe("2025-12-31");
    expect(civilDateIn(instant, "Asia/Kathmandu")).toBe("2026-01-01");
    expect(formatInstant(instant, "America/New_York")).toBe("Dec 31, 2025, 10:00 PM EST");
  });

  it("counts full years", () => {
    expect(ageOn({ birthDate: "2008-08-02", on: "2026-08-01" })).toBe(17);
    expect(ageOn({ birthDate: "2008-08-02", on: "2026-08-02" })).toBe(18);
    expect(ageOn({ birthDate: "2008-02-29", on: "2026-02-28" })).toBe(17);
    expect(ageOn({ birthDate: "2008-02-29", on: "2026-03-01" })).toBe(18);
    expect(addDays("2026-02-27", 2)).toBe("2026-03-01");
  });
});

it("words a wait", () => {
  expect(formatDuration(0)).toBe("0 seconds");
  expect(formatDuration(61)).toBe("1 minute 1 second");
  expect(formatDuration(90_061)).toBe("1 day 1 hour");
  expect(formatDuration(604_800)).toBe("7 days");
  expect(formatDuration(3_605)).toBe("1 hour");
});
