import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIdentity } from "@/lib/customers/identity-input";
import { maskTaxNumber, parseTaxNumber } from "@/lib/customers/tax-number";
import { AppError } from "@/lib/errors";

const good = {
  fullName: "  Ada  O’Brien-Núñez ",
  birthDate: "1990-05-01",
  street: "12 Main St. #4",
  city: "Baltimore",
  zip: "21201",
  state: "MD",
  countyFips: "24510",
  taxNumber: "123-45-6780",
  filingStatus: "single",
  election: "flat",
  otherIncome: "",
  agreed: true,
};
const today = "2026-08-02";
const refusal = (change: Record<string, unknown>) => {
  try {
    parseIdentity({ ...good, ...change }, { today });
    return "accepted";
  } catch (error) {
    return (error as AppError).code;
  }
};

describe("the identity form", () => {
  it("cleans what it takes", () => {
    expect(parseIdentity(good, { today })).toEqual({
      fullName: "Ada O’Brien-Núñez",
      birthDate: "1990-05-01",
      street: "12 Main St. #4",
      city: "Baltimore",
      zip: "21201",
      state: "MD",
      countyFips: "24510",
      taxNumber: "123456780",
      agreementVersion: "1",
      election: { filingStatus: "single", election: "flat", otherIncomeMicros: null },
    });
    const income = parseIdentity({ ...good, otherIncome: "52,000.50" }, { today }).election;
    expect(income.otherIncomeMicros).toBe("52000500000");
  });

  it.each([
    [{ fullName: "" }, "name_invalid"],
    [{ fullName: "12345" }, "name_invalid"],
    [{ fullName: "<b>Ada</b>" }, "name_invalid"],
    [{ fullName: "Ada \u202egnp" }, "name_invalid"],
    [{ fullName: "x".repeat(5000) }, "name_invalid"],
    [{ birthDate: "1990-02-30" }, "birth_date_invalid"],
    [{ birthDate: "01/02/1990" }, "birth_date_invalid"],
    [{ birthDate: "2030-01-01" }, "birth_date_invalid"],
    [{ birthDate: "1890-01-01" }, "birth_date_invalid"],
    [{ birthDate: "2008-08-03" }, "under_age"],
    [{ birthDate: "2008-08-02" }, "accepted"],
    [{ street: "" }, "address_invalid"],
    [{ zip: "2120" }, "address_invalid"],
    [{ zip: "21201-1234" }, "accepted"],
    [{ state: "ZZ" }, "address_invalid"],
    [{ countyFips: "51059" }, "county_unknown"],
    [{ countyFips: "24000" }, "county_unknown"],
    [{ state: "VA", countyFips: "51059" }, "accepted"],
    [{ taxNumber: "000-12-3456" }, "tax_number_invalid"],
    [{ election: "sometimes" }, "election_invalid"],
    [{ filingStatus: "" }, "election_invalid"],
    [{ otherIncome: "-5" }, "amount_negative"],
    [{ agreed: false }, "terms_not_accepted"],
    [{ isAdmin: true }, "invalid_input"],
    [{ fullName: 7, zip: null }, "invalid_input"],
  ])("%j: %s", (change, code) => expect(refusal(change)).toBe(code));

  it("names every field at once", () => {
    expect(() => parseIdentity({ ...good, fullName: "", zip: "1", taxNumber: "1" }, { today })).toThrow(
      expect.objectContaining({
        code: "invalid_input",
        details: { fullName: "name_invalid", zip: "address_invalid", taxNumber: "tax_number_invalid" },
      }),
    );
    for (const nothing of [null, undefined, 5, "x", []])
      expect(() => parseIdentity(nothing, { today })).toThrow(AppError);
  });
});

describe("tax numbers", () => {
  it("takes SSN and ITIN, with or without dashes", () => {
    expect(parseTaxNumber("123456780")).toBe("123456780");
    expect(parseTaxNumber(" 900-70-0001 ")).toBe("900700001");
    expect(maskTaxNumber("123456780")).toBe("•••-••-6780");
  });
  it.each([
    "",
    "12345678",
    "1234567890",
    "000-45-6789",
    "666-45-6789",
    "123-00-6789",
    "123-45-0000",
    "900-00-1234",
    "900-93-1234",
    "078-05-1120",
    "12-345-6789",
    "１２３-45-6789",
    "12345678x",
  ])("refuses %j", (text) => expect(() => parseTaxNumber(text)).toThrow());
  it("gives nine digits or refuses, whatever is typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789- "), maxLength: 14 }), (text) => {
        try {
          expect(parseTaxNumber(text)).toMatch(/^\d{9}$/);
        } catch (error) {
          expect((error as AppError).code).toBe("tax_number_invalid");
        }
      }),
    );
  });
});
