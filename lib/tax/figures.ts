import figures2025 from "@/lib/tax/figures/2025.json";
import figures2026 from "@/lib/tax/figures/2026.json";

/**
 * The published figures of a year, as data.
 * Units: thresholds in whole dollars, rates in parts per million; a band is [over, ratePpm].
 * Source: each entry names its own; attribution in the files and in NOTICE.
 */
export const filingStatuses = [
  "single",
  "married_joint",
  "married_separate",
  "head_of_household",
  "surviving_spouse",
] as const;
export type FilingStatus = (typeof filingStatuses)[number];

/** carried_forward = at least one indexed figure of the year is not published yet, so last year's stands in. */
export type FigureStatus = "enacted" | "carried_forward";
export type PerStatus<T> = Record<FilingStatus, T>;
export type Band = readonly [over: number, ratePpm: number];

type Bands = { schedules: Band[][]; scheduleFor: PerStatus<number> };

export type TaxRule =
  | { calc: "none" }
  | { calc: "flat"; ratePpm: number }
  | { calc: "surcharge_on_net_state_tax"; ratePpm: number }
  | ({ calc: "marginal" | "one_rate_by_band" } & Bands)
  | ({ calc: "fixed_amount_then_marginal"; fixedAmount: { over: number; amount: number } } & Bands);

export type StateFigures = TaxRule & {
  name: string;
  status: FigureStatus;
  standardDeduction: PerStatus<number> | null;
  exemption?: { kind: string; amount: PerStatus<number> };
  sources: string[];
};

export type LocalFigures = TaxRule & {
  name: string;
  /** the name by which a caller may also ask for it, such as MONTGOMERY_COUNTY_MD */
  key: string;
  counties?: string[];
  city?: string;
  appliesTo: "all_income" | "earned_only" | "unearned_only";
  status: FigureStatus;
  from?: string;
  sources: string[];
};

export type YearFigures = {
  year: number;
  attribution: string;
  federal: TaxRule & { status: FigureStatus; standardDeduction: PerStatus<number>; sources: string[] };
  states: Record<string, StateFigures>;
  localities: Record<string, LocalFigures>;
};

const years: readonly YearFigures[] = [figures2025, figures2026].map(
  (file) => file as unknown as YearFigures,
);

export const figureYears = years.map(({ year }) => year);

export const figuresOf = (year: number): YearFigures | undefined => years.find((file) => file.year === year);

/** The newest figures there are for a calendar year: its own, or the last published before it. */
export const newestFiguresFor = (year: number): YearFigures | undefined =>
  years.findLast((file) => file.year <= year);
