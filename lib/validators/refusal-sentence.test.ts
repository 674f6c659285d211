import { describe, expect, it } from "vitest";
import { readFinding, writtenFinding } from "@/lib/validators/finding";
import { refusalSentence } from "@/lib/validators/refusal-sentence";

const told = (reason: string, stated: string, recomputed: string, line?: number) =>
  refusalSentence(readFinding(writtenFinding({ reason, stated, recomputed, line })));

describe("a refusal in plain words", () => {
  it("names the account's line and both figures", () => {
    expect(
      told("opening_differs", "USD dollar_deposit 1250000000", "USD dollar_deposit 250000000", 1417),
    ).toBe(
      "Line 1,417, a customer's dollars, begins at $1,250.00; the epoch before ended it at $250.00, and no entry lies between them.",
    );
  });

  it("names the seal out of which an entry was left", () => {
    expect(told("leaf_missing", '["payout","7"]', "1 more leaves of seal 88", 12)).toContain(
      "Seal 88 was closed over one entry more than the bank shows",
    );
  });

  it("says how many tokens came from nowhere", () => {
    expect(told("chain_supply_differs", "1010000000", "1000000000")).toBe(
      "The books say $1,010.00 in tokens were issued; the chain has $1,000.00. $10.00 came from nowhere.",
    );
  });

  it("says which tax is short, to the micro", () => {
    expect(told("tax_differs", "11000 5000 200", "22000 5000 200", 9)).toBe(
      "Line 9, a payout, withholds $0.011 of federal tax where $0.022 is due.",
    );
  });

  it("falls back to the reason's own words", () => {
    expect(told("opening_differs", "00ff", "11ff")).toBe(
      "The opening balances are not those of the last tree.",
    );
    expect(told("withheld_differs", "1 2 3", "3 2 1")).toBe(
      "The stated tax is not the sum of the payouts' lines.",
    );
  });

  it("is read back as it was written, and unwritten ones do no harm", () => {
    const finding = { reason: "tax_differs", stated: "1, recomputed 2", recomputed: "3", line: 4 };
    expect(readFinding(writtenFinding(finding))).toEqual(finding);
    expect(readFinding("odd: but said").reason).toBe("odd");
    expect(readFinding(undefined).reason).toBe("unexplained");
  });
});
