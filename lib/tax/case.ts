import { z } from "zod";
import { mulDivHalfUp } from "@/lib/money/math";
import {
  type FigureStatus,
  figuresOf,
  figureYears,
  filingStatuses,
  type YearFigures,
} from "@/lib/tax/figures";
import { dollarsFromZero } from "@/lib/tax/input";

// How an operator's file writes a tax case: snake_case keys, dollars as text or number, extra keys ignored.

/** Bad input from an operator's file: one sentence, shown as it is. */
export class CaseError extends Error {
  override name = "CaseError";
}

const filingAliases: Record<string, string> = {
  joint: "married_joint",
  married: "married_joint",
  married_filing_jointly: "married_joint",
  mfj: "married_joint",
  married_filing_separately: "married_separate",
  mfs: "married_separate",
  hoh: "head_of_household",
  qualifying_surviving_spouse: "surviving_spouse",
  qss: "surviving_spouse",
};
export const filingStatus = z.preprocess((value) => {
  if (typeof value !== "string") return value;
  const key = value
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");
  return filingAliases[key] ?? key;
}, z.enum(filingStatuses));
export const calendarYear = z.coerce.number().int();
export const place = z.union([
  z.string().min(1),
  z
    .number()
    .int()
    .transform((fips) => String(fips).padStart(5, "0")),
]);
export const dollars = dollarsFromZero;

export const money = (cents: bigint) => `${cents / 100n}.${(cents % 100n).toString().padStart(2, "0")}`;
export const microsToCents = (micros: bigint) => mulDivHalfUp(micros, { times: 1n, over: 10_000n });
export const percentOf = (ppm: bigint) =>
  `${ppm / 10_000n}.${(ppm % 10_000n).toString().padStart(4, "0")}`.replace(/0{1,2}$/, "");

export function figuresFor(wanted: number): YearFigures {
  const figures = figuresOf(wanted);
  if (!figures)
    throw new CaseError(
      `There are no tax figures for ${wanted}; there are for ${figureYears.join(" and ")}.`,
    );
  return figures;
}

export const noteOf = (status: FigureStatus, { year }: YearFigures) =>
  status === "carried_forward"
    ? `Carried forward: at least one figure for ${year} is not published yet, so the last published one is used.`
    : undefined;

/** Operators' files wrap a case as {id, input}; both shapes are read. */
export function unwrapCase(given: unknown): { id?: string; input: unknown } {
  const wrapped = z
    .looseObject({ id: z.union([z.string(), z.number()]).optional(), input: z.unknown().optional() })
    .safeParse(given);
  if (!wrapped.success) throw new CaseError("each case is one JSON object.");
  const { id, input } = wrapped.data;
  return { ...(id === undefined ? {} : { id: String(id) }), input: input ?? given };
}

export function parseCase<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const words: Record<string, string> = {
    amount_negative: "must not be negative",
    amount_not_a_number: "is not an amount in dollars",
    amount_missing: "is empty",
    amount_too_large: "is too large",
    amount_too_many_decimals: "has more than six decimals",
  };
  throw new CaseError(
    `${issue?.path.join(".") || "input"}: ${words[issue?.message ?? ""] ?? issue?.message ?? "is not valid"}.`,
  );
}
