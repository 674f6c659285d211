import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount } from "@/lib/money/format";
import { largestAmountMicros, parseMicros, tryParseAmount } from "@/lib/money/parse";

const micros = (text: string) => {
  const parsed = tryParseAmount(text);
  return parsed.ok ? parsed.micros : parsed.code;
};

describe("what people type and paste", () => {
  it.each([
    ["1", 1_000_000n],
    ["007", 7_000_000n],
    [".5", 500_000n],
    ["5.", 5_000_000n],
    ["0.000001", 1n],
    ["1,234,567.89", 1_234_567_890_000n],
    ["1 234 567", 1_234_567_000_000n],
    ["1\u202f234", 1_234_000_000n],
    ["  $ 1,250.75\n", 1_250_750_000n],
    ["\u00a0$12", 12_000_000n],
    ["US$ 12", 12_000_000n],
    ["12 USD", 12_000_000n],
    ["1000000000000", largestAmountMicros],
  ])("reads %j", (text, expected) => expect(micros(text)).toBe(expected));

  it.each([
    ["", "amount_missing"],
    [" \u00a0\n", "amount_missing"],
    ["0", "amount_zero"],
    ["$0.000000", "amount_zero"],
    ["-5", "amount_negative"],
    ["\u22125", "amount_negative"],
    ["$-5", "amount_negative"],
    ["-$5", "amount_negative"],
    ["(5.00)", "amount_negative"],
    ["5-", "amount_negative"],
    ["-0", "amount_negative"],
    ["0.0000001", "amount_too_many_decimals"],
    ["1.0000000000000000000", "amount_too_many_decimals"],
    ["1000000000000.000001", "amount_too_large"],
    ["9".repeat(80), "amount_too_large"],
    ["9".repeat(100_000), "amount_too_large"],
    ["x".repeat(100_000), "amount_not_a_number"],
    ["NaN", "amount_not_a_number"],
    ["Infinity", "amount_not_a_number"],
    ["1e5", "amount_not_a_number"],
    ["0x10", "amount_not_a_number"],
    ["+5", "amount_not_a_number"],
    ["1.2.3", "amount_not_a_number"],
    ["1,23", "amount_not_a_number"],
    ["1,2345", "amount_not_a_number"],
    [",123", "amount_not_a_number"],
    ["12 34", "amount_not_a_number"],
    ["1.5 123", "amount_not_a_number"],
    [".", "amount_not_a_number"],
    ["$", "amount_not_a_number"],
    ["five", "amount_not_a_number"],
    ["\u0661\u0662", "amount_not_a_number"],
    ["\uff11\uff12", "amount_not_a_number"],
    ["\u200f12", "amount_not_a_number"],
    ["1\u200b2", "amount_not_a_number"],
    ["\u202e12", "amount_not_a_number"],
    ["€5", "amount_not_a_number"],
    ["5 <script>", "amount_not_a_number"],
  ])("refuses %j", (text, code) => expect(micros(text)).toBe(code));

  it("parse(format(x)) = x", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: largestAmountMicros }), fc.boolean(), (amount, grouping) => {
        expect(micros(formatAmount(amount, { grouping }))).toBe(amount);
      }),
    );
  });

  it("answers any text without throwing, and never with zero or less", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const parsed = tryParseAmount(text);
        if (parsed.ok) expect(parsed.micros > 0n && parsed.micros <= largestAmountMicros).toBe(true);
      }),
    );
  });
});

describe("what machines send", () => {
  it("takes plain integers only", () => {
    expect(parseMicros("5")).toBe(5n);
    for (const bad of ["", "0", "-1", "1.5", "1e3", " 1", "9".repeat(41), "9".repeat(30)]) {
      expect(() => parseMicros(bad)).toThrow();
    }
  });
});
