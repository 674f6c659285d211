import { describe, expect, it } from "vitest";
import { bracketOf } from "@/lib/tax/bracket-case";
import { unwrapCase } from "@/lib/tax/case";
import { figuresOf, type LocalFigures } from "@/lib/tax/figures";
import { withholdOf } from "@/lib/tax/withhold-case";

const today = new Date("2026-11-22T12:00:00Z");
const withhold = (input: object) => withholdOf(input, today);

describe("tax bracket", () => {
  it("federal 2025 single: 100,000 less 15,750", () => {
    const answer = bracketOf({
      year: 2025,
      jurisdiction: "US",
      filing_status: "single",
      gross_ordinary_income: "100000.00",
      deduction: "15750.00",
      taxable_income: "84250.00",
    });
    expect(answer).toMatchObject({ tax: "13449.00", total: "13449.00", status: "enacted" });
    expect(answer.lines[0]?.steps).toEqual([
      { over: "0.00", amount: "11925.00", rate_percent: "10.00", tax: "1192.5000" },
      { over: "11925.00", amount: "36550.00", rate_percent: "12.00", tax: "4386.0000" },
      { over: "48475.00", amount: "35775.00", rate_percent: "22.00", tax: "7870.5000" },
    ]);
  });

  it("takes the deduction, or the year's standard one, from gross", () => {
    const given = { year: 2025, gross_ordinary_income: "100000" };
    expect(bracketOf({ ...given, deduction: "15750" }).tax).toBe("13449.00");
    expect(bracketOf(given).tax).toBe("13449.00");
  });

  it.each([
    ["a locality key beside the state", { jurisdiction: "US-MD", local: "MONTGOMERY_COUNTY_MD" }, "4386.38"],
    ["a county number beside the state", { jurisdiction: "US-MD", county_fips: 24031 }, "4386.38"],
    ["the county's own id", { jurisdiction: "US-MD-24031" }, "2990.40"],
    ["the county's id by key", { jurisdiction: "US-MD-MONTGOMERY_COUNTY_MD" }, "2990.40"],
  ])("Montgomery County by %s", (_name, by, tax) => {
    const answer = bracketOf({ year: 2025, filing_status: "single", taxable_income: "93450.00", ...by });
    expect(answer).toMatchObject({ tax, state_tax: "4386.38", local_tax: "2990.40", total: "7376.78" });
  });

  it("New York City and Yonkers come on top of the state", () => {
    const given = { year: 2025, filing_status: "single", taxable_income: "92000" };
    expect(bracketOf({ ...given, jurisdiction: "US-NY-NEW_YORK_CITY" })).toMatchObject({
      tax: "3441.09",
      state_tax: "4951.75",
      total: "8392.84",
    });
    expect(bracketOf({ ...given, jurisdiction: "US-NY", local: "YONKERS" }).local_tax).toBe("829.42");
  });

  it("computes a figure carried forward and says so on its line", () => {
    const answer = bracketOf({ year: 2026, jurisdiction: "US-CA", taxable_income: "50000" });
    expect(answer.status).toBe("carried_forward");
    expect(answer.lines[0]?.note).toContain("Carried forward");
    expect(
      bracketOf({ year: 2026, jurisdiction: "US", taxable_income: "50000" }).lines[0]?.note,
    ).toBeUndefined();
  });

  it("ignores known extra keys and reads both shapes of a case", () => {
    const { id, input } = unwrapCase({
      id: "a",
      title: "x",
      input: { year: 2025, taxable_income: 84250, note: "x" },
    });
    expect(id).toBe("a");
    expect(bracketOf(input).tax).toBe("13449.00");
  });

  it.each([
    ["an absent year", { year: 2024, taxable_income: "1" }, "There are no tax figures for 2024"],
    ["no year", { taxable_income: "1" }, "year"],
    ["a state that is none", { year: 2025, jurisdiction: "US-ZZ", taxable_income: "1" }, "not a state"],
    [
      "an id that is none",
      { year: 2025, jurisdiction: "Maryland", taxable_income: "1" },
      "not a jurisdiction",
    ],
    ["a county elsewhere", { year: 2025, jurisdiction: "US-MD-36061", taxable_income: "1" }, "not a county"],
    ["no income", { year: 2025 }, "taxable_income"],
    ["a negative income", { year: 2025, taxable_income: "-5" }, "must not be negative"],
    ["letters", { year: 2025, taxable_income: "ten" }, "not an amount"],
    [
      "an unknown filing status",
      { year: 2025, filing_status: "alone", taxable_income: "1" },
      "filing_status",
    ],
  ])("refuses %s", (_name, input, sentence) => {
    expect(() => bracketOf(input)).toThrow(sentence);
  });

  it("finds every locality of both years by id and by key", () => {
    for (const year of [2025, 2026]) {
      for (const [id, local] of Object.entries(figuresOf(year)!.localities) as [string, LocalFigures][]) {
        const given = { year, taxable_income: "60000" };
        const byId = bracketOf({ ...given, jurisdiction: id });
        expect(byId.lines).toHaveLength(2);
        const byKey = bracketOf({ ...given, jurisdiction: id.slice(0, 5), local: local.key });
        expect(byKey.local_tax, id).toBe(byId.tax);
      }
    }
  });
});

describe("tax withhold", () => {
  it("backup: 1,234.56 without a certified number keeps back 296.29", () => {
    expect(withhold({ reportable_payment: "1234.56", tin_certified: false, b_notice: false })).toMatchObject({
      withheld: "296.29",
      net_to_customer: "938.27",
      mandatory: true,
    });
  });

  it("nothing is mandatory with a certified number and no notice", () => {
    expect(withhold({ reportable_payment: "1234.56", tin_certified: true })).toMatchObject({
      withheld: "0.00",
    });
  });

  it.each([
    ["a notice", { tin_certified: true, b_notice: true }, "24.00"],
    ["a number that is too short", { tin: "12-345" }, "24.00"],
    ["a nonresident alien", { tin_certified: false, non_resident: true }, "30.00"],
  ])("of 100 dollars, %s", (_name, given, withheld) => {
    expect(withhold({ reportable_payment: "100", ...given }).withheld).toBe(withheld);
  });

  it("half a cent rounds up", () => {
    expect(withhold({ reportable_payment: "0.0625", tin_certified: false }).withheld).toBe("0.02");
    expect(withhold({ reportable_payment: "0.0624", tin_certified: false }).withheld).toBe("0.01");
  });

  it("three lines of the flat class for a resident", () => {
    const answer = withhold({ reportable_payment: "100", year: 2025, jurisdiction: "US-MD-24031" });
    expect(answer).toMatchObject({
      federal: "22.00",
      state: "5.00",
      local: "3.00",
      withheld: "30.00",
      rate_class: "0x2C0A06",
    });
    expect(
      withhold({ reportable_payment: "100", year: 2025, state: "MD", county_fips: "24031", election: "none" })
        .withheld,
    ).toBe("0.00");
    expect(
      withhold({ reportable_payment: "100", year: 2025, state: "NY", city: "New York City" }).local,
    ).toBe("4.00");
  });

  it("without a county counts no local tax and says so", () => {
    const answer = withhold({ reportable_payment: "100", year: 2025, jurisdiction: "US-MD" });
    expect(answer).toMatchObject({ local: "0.00", rate_class: "0x2C0A00" });
    expect(answer.lines[2]?.why).toContain("No county or city was given");
  });

  it.each([
    ["no payment", { tin_certified: false }, "reportable_payment"],
    ["a negative payment", { reportable_payment: "-1" }, "must not be negative"],
    ["an absent year", { reportable_payment: "1", year: 2030 }, "There are no tax figures for 2030"],
    ["a resident without a year", { reportable_payment: "1", jurisdiction: "US-MD" }, "give the year"],
  ])("refuses %s", (_name, input, sentence) => {
    expect(() => withhold(input)).toThrow(sentence);
  });
});
