import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amountCell, csvCell, csvText, type RewardForFile, rewardRows } from "@/lib/rewards/csv";
import { parseCsv } from "@/lib/rewards/csv-reader";

const reward: RewardForFile = {
  id: "0b8a4f52-9d0e-4a4f-8a36-1f2f8f2f7c11",
  at: new Date("2026-01-01T03:04:05Z"),
  txHash: "0xabc",
  operatorId: 2,
  epochNumber: 41n,
  grossMicros: 1_234_567_890n,
  operatorFeeMicros: 24_691_357n,
  federalMicros: 266_172_837n,
  stateMicros: 57_469_135n,
  localMicros: 38_716_049n,
  netMicros: 847_518_512n,
};
const on = {
  timeZone: "America/New_York",
  symbol: "MDT",
  priceSource: "Redemption at par, by the bank",
  operatorName: (id: number) => `Operator, no. ${id}`,
};

describe("the file of payouts", () => {
  const [head = [], row = []] = parseCsv(csvText(rewardRows([reward], on)));
  const cell = (name: string) => row[head.indexOf(name)];

  it("has local and universal time, the zone by name", () => {
    expect(cell("Local date")).toBe("2025-12-31");
    expect(cell("Local time")).toBe("22:04:05");
    expect(cell("Time zone")).toBe("America/New_York");
    expect(cell("UTC")).toBe("2026-01-01T03:04:05Z");
  });

  it("has plain numbers with a decimal point, and its lines sum to gross", () => {
    expect(cell("Gross")).toBe("1234.567890");
    const micros = (name: string) => BigInt((cell(name) ?? "").replace(".", ""));
    const names = [
      "Operator fee",
      "Federal tax withheld",
      "State tax withheld",
      "County or city tax withheld",
      "Net",
    ];
    expect(names.reduce((sum, name) => sum + micros(name), 0n)).toBe(reward.grossMicros);
    expect(cell("Net in dollars")).toBe(cell("Net"));
    expect(cell("Operator")).toBe("Operator, no. 2");
  });

  it("keeps a negative number a number and a formula a text", () => {
    expect(csvCell(amountCell(-1_500_000n))).toBe("-1.500000");
    for (const bad of ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"]) {
      expect(parseCsv(csvText([[bad]]))[0]?.[0]?.startsWith("'"), bad).toBe(true);
    }
    expect(csvCell('=HYPERLINK("http://x","y")')).toBe(`"'=HYPERLINK(""http://x"",""y"")"`);
  });

  it("gives every text back as it was, apart from the guard", () => {
    const text = fc
      .string({ unit: "grapheme" })
      .filter((one) => !/^[=+\-@\t\r]/.test(one) && !/\r/.test(one));
    fc.assert(
      fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
        expect(parseCsv(csvText(rows))).toEqual(rows);
      }),
    );
  });
});
