import { invariant } from "@/lib/errors";
import type { CivilDate } from "@/lib/time/civil-date";

/**
 * Rates and amounts that law or the house can change, each dated and sourced; the newest that has begun applies.
 * Units: ppm = parts per million, micros = 1e-6 dollar.
 */
export type Parameter = { value: bigint; unit: "ppm" | "micros"; from: CivilDate; source: string };

export const parameters = {
  /** flat federal rate of the election when no income is declared */
  federalSupplemental: [
    {
      value: 220_000n,
      unit: "ppm",
      from: "2018-01-01",
      source: "Treas. Reg. 31.3402(g)-1(a)(7); P.L. 115-97 s.11041",
    },
  ],
  federalSupplementalOverMillion: [
    { value: 370_000n, unit: "ppm", from: "2018-01-01", source: "Treas. Reg. 31.3402(g)-1(a)(2)" },
  ],
  federalBackup: [
    {
      value: 240_000n,
      unit: "ppm",
      from: "2018-01-01",
      source: "IRC 3406(a)(1): the fourth lowest rate of s.1(c)",
    },
  ],
  nonresidentAlien: [{ value: 300_000n, unit: "ppm", from: "1954-08-16", source: "IRC 1441(a)" }],
  /** California's own backup withholding; other states with one are added here when confirmed */
  stateBackupCA: [
    { value: 70_000n, unit: "ppm", from: "2010-01-01", source: "Cal. Revenue and Taxation Code s.18664" },
  ],
  /** on chain a rate is a whole number of these steps */
  classStep: [
    {
      value: 5_000n,
      unit: "ppm",
      from: "2026-01-01",
      source: "House rule: rate class 0xFFSSLL of IdentityRegistry",
    },
  ],
  /** stands in for the other income that a customer did not declare */
  referenceIncome: [
    {
      value: 75_000_000_000n,
      unit: "micros",
      from: "2026-01-01",
      source:
        "House rule: an income in the federal 22% band for a single filer, as the supplemental rate assumes",
    },
  ],
} as const satisfies Record<string, readonly [Parameter, ...Parameter[]]>;

export type ParameterName = keyof typeof parameters;

/** Refuses: a day before the first entry. */
export function parameterOn(name: ParameterName, day: CivilDate): Parameter {
  const entries: readonly Parameter[] = parameters[name];
  const found = entries.findLast((entry) => entry.from <= day);
  invariant(found, `${name} has no value on ${day}`);
  return found;
}

/** Version of the rules behind rate classes, as IdentityRegistry.ruleVersion carries it. */
export const ruleVersion = 1;
