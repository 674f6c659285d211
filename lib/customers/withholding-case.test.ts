import { expect, it } from "vitest";
import { withholdingCaseFrom } from "@/lib/customers/withholding-case";

it("takes the year that it is where the person lives", () => {
  const person = { residenceState: "MD", countyFips: "24031", locality: "Rockville", election: null };
  expect(withholdingCaseFrom({ ...person, at: new Date("2027-01-01T03:00:00Z") }).year).toBe(2026);
  expect(withholdingCaseFrom({ ...person, at: new Date("2027-01-01T06:00:00Z") }).year).toBe(2027);
});

it("reads an election as it was stored, and none as the flat default", () => {
  const person = { residenceState: "MD", countyFips: "24031", locality: null, at: new Date() };
  const stored = { filingStatus: "married", election: "none", otherIncomeMicros: "5" };
  expect(withholdingCaseFrom({ ...person, election: stored })).toMatchObject({
    filingStatus: "married",
    election: "none",
    otherIncomeMicros: 5n,
  });
  expect(withholdingCaseFrom({ ...person, election: null })).toMatchObject({
    filingStatus: "single",
    election: "flat",
  });
});
