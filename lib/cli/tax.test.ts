import { describe, expect, it } from "vitest";
import { runTax, taxText } from "@/lib/cli/tax";

const stdin = (value: unknown) => async () => (typeof value === "string" ? value : JSON.stringify(value));
const montgomery = {
  year: 2025,
  jurisdiction: "US-MD",
  local: "MONTGOMERY_COUNTY_MD",
  taxable_income: "93450.00",
};

describe("tax on the command line", () => {
  it("answers one case by flags", async () => {
    const flags = { year: "2025", jurisdiction: "US-MD-24031", "taxable-income": "93450", json: true };
    expect(await runTax("bracket", flags, stdin(""))).toMatchObject({ tax: "2990.40", total: "7376.78" });
  });

  it("answers a list in its order, with ids, in either wrapping", async () => {
    const list = [
      { id: "one", input: montgomery },
      { ...montgomery, id: "two" },
    ];
    for (const document of [list, { cases: list }]) {
      expect(await runTax("bracket", {}, stdin(document))).toMatchObject([
        { id: "one", total: "7376.78" },
        { id: "two", total: "7376.78" },
      ]);
    }
  });

  it("withholds from one payment", async () => {
    const answer = await runTax(
      "withhold",
      {},
      stdin({ reportable_payment: "1234.56", tin_certified: false }),
    );
    expect(answer).toMatchObject({ withheld: "296.29", net_to_customer: "938.27" });
    expect(taxText(answer)).toBe("withheld 296.29, to the customer 938.27");
    const flags = { "reportable-payment": "1234.56", "tin-certified": "false" };
    expect(await runTax("withhold", flags, stdin(""))).toMatchObject({ withheld: "296.29" });
  });

  it.each([
    ["nothing", "", "give a case"],
    ["no JSON", "{", "not JSON"],
    [
      "a bad case in a list",
      [montgomery, { ...montgomery, year: 1999 }],
      "case 2: There are no tax figures for 1999",
    ],
    ["a list of numbers", [1], "each case is one JSON object"],
  ])("refuses %s", async (_name, input, sentence) => {
    await expect(runTax("bracket", {}, stdin(input))).rejects.toThrow(sentence);
  });

  it("refuses a verb it does not have", async () => {
    await expect(runTax("evade", {}, stdin("{}"))).rejects.toThrow("there is only bracket and withhold");
  });
});
