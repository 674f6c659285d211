import { describe, expect, it } from "vitest";
import { parseIdentity } from "@/lib/customers/identity-input";
import { seedResidents, seedStaff } from "@/lib/seed/people";
import { stateCodes, stateProfile } from "@/lib/state-profile/profile";

describe("the ten people of the demo", () => {
  it("are ten, each with an own name, wallet, e-mail and tax number", () => {
    const residents = seedResidents(stateProfile("MD"));
    expect(residents.length + seedStaff.length).toBe(10);
    const distinct = (values: readonly unknown[]) => new Set(values).size;
    expect(distinct([...residents, ...seedStaff].map(({ slug }) => slug))).toBe(10);
    expect(distinct(residents.map(({ taxNumber }) => taxNumber))).toBe(residents.length);
    expect(distinct(residents.map(({ accountIndex }) => accountIndex))).toBe(residents.length);
    expect(distinct(seedStaff.map(({ email }) => email))).toBe(seedStaff.length);
  });

  it("fill every room of the bank", () => {
    expect(seedStaff.map(({ role }) => role).sort()).toEqual([
      "clerk",
      "clerk",
      "compliance",
      "custodian",
      "examiner",
      "valuer",
    ]);
  });

  it.each(stateCodes.map((code) => [code]))("pass the identity form in %s", (state) => {
    for (const { fullName, birthDate, taxNumber, street, city, zip, countyFips, election } of seedResidents(
      stateProfile(state),
    )) {
      const form = {
        fullName,
        birthDate,
        taxNumber,
        street,
        city,
        zip,
        countyFips,
        state,
        ...election,
        agreed: true,
      };
      expect(() => parseIdentity(form, { today: "2026-08-24" })).not.toThrow();
    }
  });
});
