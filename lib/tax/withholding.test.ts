import { describe, expect, it } from "vitest";
import { parseAmount } from "@/lib/money/parse";
import { stateCodes, stateProfile } from "@/lib/state-profile/profile";
import { filingStatuses } from "@/lib/tax/figures";
import { rateClassFor, type WithholdingCase } from "@/lib/tax/withholding";

const montgomery: WithholdingCase = {
  year: 2025,
  state: "MD",
  countyFips: "24031",
  filingStatus: "single",
  election: "flat",
  backup: false,
  nonResident: false,
};
const lineOf = (given: Partial<WithholdingCase>, level: "federal" | "state" | "local") =>
  rateClassFor({ ...montgomery, ...given }).lines.find((line) => line.level === level)!;

describe("a resident of Montgomery County, Maryland", () => {
  it("has 22, 5 and 3 percent withheld: class 0x2C0A06", () => {
    const { class: rateClass, lines } = rateClassFor(montgomery);
    expect(rateClass).toBe(0x2c0a06);
    expect(lines.map(({ level, statutoryPpm, withheldPpm }) => [level, statutoryPpm, withheldPpm])).toEqual([
      ["federal", 220_000n, 220_000n],
      ["state", 47_500n, 50_000n],
      ["local", 32_000n, 30_000n],
    ]);
    expect(lines.map(({ jurisdiction }) => jurisdiction)).toEqual(["US", "US-MD", "US-MD-24031"]);
  });

  it("reads why in plain words", () => {
    expect(lineOf({}, "federal").why).toBe("The flat federal rate for extra income is 22%.");
    expect(lineOf({}, "local").why).toBe(
      "Montgomery County taxes income at 3.20%. On chain we withhold in half-point steps, so 3.0%; the difference is settled before it is sent on.",
    );
  });

  it("who declares an income has that bracket's rates", () => {
    const otherIncomeMicros = parseAmount("320000");
    expect(lineOf({ otherIncomeMicros }, "federal").statutoryPpm).toBe(350_000n);
    expect(lineOf({ otherIncomeMicros }, "state").statutoryPpm).toBe(57_500n);
    expect(lineOf({ otherIncomeMicros: 0n }, "federal").statutoryPpm).toBe(100_000n);
  });

  it("may decline, and still sees three lines", () => {
    const declined = rateClassFor({ ...montgomery, election: "none" });
    expect(declined.class).toBe(0);
    expect(declined.lines.map(({ withheldPpm }) => withheldPpm)).toEqual([0n, 0n, 0n]);
    expect(declined.lines[1]?.why).toContain("You chose not to have it withheld");
  });

  it("cannot decline backup withholding", () => {
    const backup = rateClassFor({ ...montgomery, election: "none", backup: true });
    expect(backup.class).toBe(0x300000);
    expect(backup.lines[0]).toMatchObject({ mandatory: true, statutoryPpm: 240_000n });
  });
});

describe("elsewhere", () => {
  it("a nonresident alien: 30% federal and nothing else, election or not", () => {
    for (const election of ["flat", "none"] as const) {
      expect(rateClassFor({ ...montgomery, election, nonResident: true, backup: true }).class).toBe(0x3c0000);
    }
  });

  it("California adds its own 7% to backup withholding", () => {
    const { class: rateClass } = rateClassFor({
      ...montgomery,
      state: "CA",
      countyFips: "06037",
      election: "none",
      backup: true,
    });
    expect(rateClass).toBe(0x300e00);
  });

  it.each([
    [
      "five boroughs make New York City",
      { state: "NY", countyFips: "36047" },
      "US-NY-NEW_YORK_CITY",
      38_760n,
    ],
    [
      "Yonkers by name: 16.75% of the state's 5.5%",
      { state: "NY", countyFips: "36119", city: "Yonkers" },
      "US-NY-YONKERS_RESIDENT",
      9_213n,
    ],
    ["Detroit by name", { state: "MI", countyFips: "26163", city: "Detroit" }, "US-MI-DETROIT", 24_000n],
    [
      "Philadelphia's school income tax reaches unearned income",
      { state: "PA", countyFips: "42101" },
      "US-PA-PHILADELPHIA_SCHOOL_INCOME_TAX",
      37_400n,
    ],
    ["Columbus taxes wages only", { state: "OH", countyFips: "39049", city: "Columbus" }, "US-OH-39049", 0n],
    ["Harris County, Texas, taxes nothing", { state: "TX", countyFips: "48201" }, "US-TX-48201", 0n],
  ])("%s", (_name, at, jurisdiction, statutoryPpm) => {
    expect(lineOf(at, "local")).toMatchObject({ jurisdiction, statutoryPpm });
  });

  it("two local taxes on high incomes in Portland share one line", () => {
    const portland = {
      state: "OR",
      countyFips: "41051",
      city: "Portland",
      otherIncomeMicros: parseAmount("300000"),
    };
    const line = lineOf(portland, "local");
    expect(line.statutoryPpm).toBe(40_000n);
    expect(line.name).toBe("Multnomah County Preschool for All and Portland Metro Supportive Housing");
  });

  it("says on the line when a figure is carried forward", () => {
    expect(lineOf({ year: 2025 }, "state").carriedForward).toBe(false);
    expect(lineOf({ year: 2026 }, "state")).toMatchObject({ carriedForward: true });
    expect(lineOf({ year: 2026 }, "state").why).toContain("not published yet");
    const later = rateClassFor({ ...montgomery, year: 2027 });
    expect(later.year).toBe(2026);
    expect(later.lines.every((line) => line.why.includes("2027"))).toBe(true);
  });

  it("refuses a year before the first, an unknown state, and another state's county", () => {
    expect(() => rateClassFor({ ...montgomery, year: 2024 })).toThrow("invalid_input");
    expect(() => rateClassFor({ ...montgomery, state: "ZZ" })).toThrow("address_invalid");
    expect(() => rateClassFor({ ...montgomery, countyFips: "36061" })).toThrow("county_unknown");
  });
});

describe("every county of every state", () => {
  it.each(stateCodes.map((code) => [code]))("%s has a class for every filing status and year", (state) => {
    const low = { ...montgomery, state, otherIncomeMicros: 0n };
    const high = { ...montgomery, state, otherIncomeMicros: parseAmount("50000000") };
    for (const { fips: countyFips } of stateProfile(state).counties) {
      for (const [year, filingStatus] of [2025, 2026].flatMap((one) =>
        filingStatuses.map((each) => [one, each] as const),
      )) {
        for (const given of [low, high]) {
          const { class: rateClass, lines } = rateClassFor({ ...given, countyFips, year, filingStatus });
          const together = lines.reduce((sum, { withheldPpm }) => sum + withheldPpm, 0n);
          if (rateClass <= 0 || rateClass > 0xffffff || lines.length !== 3 || together > 600_000n) {
            expect.fail(`${state} ${countyFips} ${year} ${filingStatus}: ${rateClass.toString(16)}`);
          }
          if (lines.some(({ why, source }) => why === "" || source === ""))
            expect.fail(`${countyFips} lacks a reason`);
        }
      }
    }
  });
});
