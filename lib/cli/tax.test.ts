import { describe, expect, it } from "vitest";
import { verbs } from "@/lib/cli/tax";

type Options = Record<string, string | true>;
const ask = (
  verb: "bracket" | "withhold",
  { options = {}, stdin }: { options?: Options; stdin?: unknown },
  args: string[] = [],
) =>
  verbs[verb]!.run({
    args,
    options,
    readJson: async () => stdin,
    readText: async () => JSON.stringify(stdin),
    readLines: () => {
      throw new Error("tax reads one document");
    },
  });
const montgomery = {
  year: 2025,
  jurisdiction: "US-MD",
  local: "MONTGOMERY_COUNTY_MD",
  taxable_income: "93450.00",
};

describe("tax on the command line", () => {
  it("answers one case by flags", async () => {
    const options = { year: "2025", jurisdiction: "US-MD-24031", "taxable-income": "93450" };
    expect(await ask("bracket", { options })).toMatchObject({ tax: "2990.40", total: "7376.78" });
  });

  it("answers a list in its order, with ids, in either wrapping", async () => {
    const list = [
      { id: "one", input: montgomery },
      { ...montgomery, id: "two" },
    ];
    for (const stdin of [list, { cases: list }]) {
      expect(await ask("bracket", { stdin })).toMatchObject([
        { id: "one", total: "7376.78" },
        { id: "two", total: "7376.78" },
      ]);
    }
  });

  it("withholds from one payment", async () => {
    const answer = await ask("withhold", { stdin: { reportable_payment: "1234.56", tin_certified: false } });
    expect(answer).toMatchObject({ withheld: "296.29", net_to_customer: "938.27" });
    expect(verbs.withhold!.show!(answer as never)).toBe("withheld 296.29, to the customer 938.27");
    const options = { "reportable-payment": "1234.56", "tin-certified": "false" };
    expect(await ask("withhold", { options })).toMatchObject({ withheld: "296.29" });
  });

  it.each([
    ["a bad case", { ...montgomery, taxable_income: "-1" }, "taxable_income: must not be negative"],
    [
      "a bad case in a list",
      [montgomery, { ...montgomery, year: 1999 }],
      "case 2: There are no tax figures for 1999",
    ],
    ["a list of numbers", [1], "case 1: each case is one JSON object"],
    ["null", null, "each case is one JSON object"],
  ])("refuses %s", async (_name, stdin, sentence) => {
    await expect(ask("bracket", { stdin })).rejects.toThrow(sentence);
  });

  it("refuses words that are not options", async () => {
    await expect(ask("bracket", {}, ["2025"])).rejects.toThrow("is not an option");
  });
});
