import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAmount } from "@/lib/money/parse";
import { dueYearToDateCents, exactToCents, marginalPpm, taxableIncome, taxExact } from "@/lib/tax/brackets";
import { type FilingStatus, figuresOf, filingStatuses, type TaxRule } from "@/lib/tax/figures";

const y2025 = figuresOf(2025)!;
const local = (id: string) => y2025.localities[id]!;
const single = "single" as const;

function cents(rule: TaxRule, income: string, filingStatus: FilingStatus = single) {
  return exactToCents(taxExact(rule, { filingStatus, taxableMicros: parseAmount(income) }));
}

describe("worked cases", () => {
  it.each([
    // federal 2025 single on 84,250 = 1,192.50 + 4,386.00 + 7,870.50
    ["federal, single, 84,250", y2025.federal, "84250", 1_344_900n],
    // 20 + 30 + 40 + 90,450 x 4.75% = 4,386.375, half up
    ["Maryland, 93,450", y2025.states.MD!, "93450", 438_638n],
    ["Montgomery County, flat 3.20%", local("US-MD-24031"), "93450", 299_040n],
    ["Anne Arundel County, 2.70% then 2.94%", local("US-MD-24003"), "93450", 262_743n],
    ["Frederick County, one rate on all: 2.96%", local("US-MD-24021"), "93450", 276_612n],
    ["New York State, 92,000", y2025.states.NY!, "92000", 495_175n],
    ["New York City, 92,000", local("US-NY-NEW_YORK_CITY"), "92000", 344_109n],
    ["Texas, nothing", y2025.states.TX!, "92000", 0n],
  ] as const)("%s", (_name, rule, income, expected) => {
    expect(cents(rule, income)).toBe(expected);
  });

  it("Ohio: nothing up to 26,050, then 342 dollars at once", () => {
    const ohio = y2025.states.OH!;
    expect(cents(ohio, "26050")).toBe(0n);
    expect(cents(ohio, "26050.01")).toBe(34_200n);
    // 342 + 13,950 x 2.75%
    expect(cents(ohio, "40000")).toBe(72_563n);
  });

  it("Frederick County: exactly 25,000 still takes the lower rate, one cent more the higher on everything", () => {
    const frederick = local("US-MD-24021");
    expect(cents(frederick, "25000")).toBe(56_250n);
    expect(cents(frederick, "25000.01")).toBe(68_750n);
  });

  it("Yonkers: 16.75% of the state's tax", () => {
    const taxableMicros = parseAmount("92000");
    const stateExact = taxExact(y2025.states.NY!, { filingStatus: single, taxableMicros });
    const yonkers = taxExact(local("US-NY-YONKERS_RESIDENT"), {
      filingStatus: single,
      taxableMicros,
      stateExact,
    });
    // 4,951.75 x 0.1675 = 829.418125
    expect(exactToCents(yonkers)).toBe(82_942n);
  });

  it("a year so far, with a quarter that takes income back", () => {
    const due = (rule: TaxRule, standardDeduction: Record<FilingStatus, number>) => {
      const taxOf = (incomeMicros: bigint) =>
        taxExact(rule, {
          filingStatus: single,
          taxableMicros: taxableIncome({ standardDeduction }, { filingStatus: single, incomeMicros }),
        });
      let soFarMicros = 0n;
      return [5_000n, 2_500n, -1_000n, 8_000n].map((quarter) => {
        soFarMicros += quarter * 1_000_000n;
        return dueYearToDateCents(taxOf, { otherMicros: parseAmount("90000"), soFarMicros });
      });
    };
    expect(due(y2025.federal, y2025.federal.standardDeduction)).toEqual([
      110_000n,
      165_000n,
      143_000n,
      319_000n,
    ]);
    const { CA } = y2025.states;
    expect(due(CA!, CA!.standardDeduction!)).toEqual([46_500n, 69_750n, 60_450n, 134_850n]);
  });
});

describe("rate on the next dollar", () => {
  it.each([
    ["84250", 220_000n],
    ["103349.999999", 220_000n],
    ["103350", 240_000n],
    ["700000", 370_000n],
  ])("federal at %s", (income, expected) => {
    const at = { filingStatus: single, taxableMicros: parseAmount(income) };
    expect(marginalPpm(y2025.federal, at)).toBe(expected);
  });
});

describe("taxable income", () => {
  it("takes a credit off nothing, and a person's exemption twice for a couple", () => {
    const incomeMicros = parseAmount("100000");
    const { CA, IL } = y2025.states;
    expect(taxableIncome(CA!, { filingStatus: single, incomeMicros })).toBe(parseAmount("94294"));
    expect(taxableIncome(IL!, { filingStatus: "married_joint", incomeMicros })).toBe(parseAmount("94300"));
  });

  it("never goes below zero", () => {
    expect(taxableIncome(y2025.federal, { filingStatus: single, incomeMicros: 1n })).toBe(0n);
  });
});

describe("every schedule", () => {
  const rules = [2025, 2026].flatMap((year) => {
    const { federal, states, localities } = figuresOf(year)!;
    return [federal, ...Object.values(states), ...Object.values(localities)];
  });

  it("takes more from more income, and never all of it", () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 15n });
    const given = fc.tuple(fc.constantFrom(...rules), fc.constantFrom(...filingStatuses), amount, amount);
    fc.assert(
      fc.property(given, ([rule, filingStatus, a, b]) => {
        const tax = (taxableMicros: bigint) => taxExact(rule, { filingStatus, taxableMicros });
        const [less, more] = a < b ? [a, b] : [b, a];
        expect(tax(less) <= tax(more)).toBe(true);
        // Ohio's fixed amount is the one step that a narrow income above it cannot spread out
        if (rule.calc !== "fixed_amount_then_marginal") expect(tax(more) <= more * 400_000n).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("in marginal ones, takes from the next dollar exactly the rate that it names", () => {
    const marginal = rules.filter(({ calc }) => calc === "marginal");
    const given = fc.tuple(
      fc.constantFrom(...marginal),
      fc.constantFrom(...filingStatuses),
      fc.bigInt({ min: 0n, max: 10n ** 13n }),
    );
    fc.assert(
      fc.property(given, ([rule, filingStatus, taxableMicros]) => {
        const tax = (micros: bigint) => taxExact(rule, { filingStatus, taxableMicros: micros });
        expect(tax(taxableMicros + 1n) - tax(taxableMicros)).toBe(
          marginalPpm(rule, { filingStatus, taxableMicros }),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
