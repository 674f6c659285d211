import { z } from "zod";
import { countyName } from "@/lib/state-profile/profile";
import { bracketSteps, exactToCents, type Step, taxableIncome } from "@/lib/tax/brackets";
import {
  CaseError,
  calendarYear,
  dollars,
  figuresFor,
  filingStatus,
  microsToCents,
  money,
  noteOf,
  parseCase,
  percentOf,
  place,
} from "@/lib/tax/case";
import type { FigureStatus, TaxRule, YearFigures } from "@/lib/tax/figures";
import { findLocality, parseJurisdiction } from "@/lib/tax/jurisdictions";

const bracketCase = z
  .object({
    year: calendarYear,
    jurisdiction: z.string().default("US"),
    local: place.optional(),
    locality: place.optional(),
    county_fips: place.optional(),
    filing_status: filingStatus.default("single"),
    taxable_income: dollars.optional(),
    gross_ordinary_income: dollars.optional(),
    gross_income: dollars.optional(),
    deduction: dollars.optional(),
  })
  .transform(({ local, locality, county_fips, gross_ordinary_income, gross_income, ...rest }) => ({
    ...rest,
    place: local ?? locality ?? county_fips,
    gross: gross_ordinary_income ?? gross_income,
  }));

type NamedRule = {
  id: string;
  name: string;
  status: FigureStatus;
  sources: string[];
  counties?: string[];
  city?: string;
};

type BracketLine = {
  jurisdiction: string;
  name: string;
  tax: string;
  cents: bigint;
  status: FigureStatus;
  note?: string;
  steps: { over: string; amount: string; rate_percent: string; tax: string }[];
  sources: string[];
};

/** Exact in 1e-12 dollar, shown cut to four decimals. */
const fourDecimals = (exact: bigint) =>
  `${exact / 10n ** 12n}.${((exact / 10n ** 8n) % 10_000n).toString().padStart(4, "0")}`;

const stepOut = ({ overMicros, amountMicros, ratePpm, exact }: Step) => ({
  over: money(microsToCents(overMicros)),
  amount: money(microsToCents(amountMicros)),
  rate_percent: percentOf(ratePpm),
  tax: fourDecimals(exact),
});

function lineOf(
  rule: TaxRule & { name: string; status: FigureStatus; sources: string[] },
  id: string,
  { figures, ...on }: Parameters<typeof bracketSteps>[1] & { figures: YearFigures },
): BracketLine {
  const steps = bracketSteps(rule, on);
  const cents = exactToCents(steps.reduce((sum, step) => sum + step.exact, 0n));
  const note = noteOf(rule.status, figures);
  return {
    jurisdiction: id,
    name: rule.name,
    tax: money(cents),
    cents,
    status: rule.status,
    ...(note ? { note } : {}),
    steps: steps.map(stepOut),
    sources: rule.sources,
  };
}

/** Tax on one taxable income: the jurisdiction's own line as `tax`, every line that goes with it as `total`. */
export function bracketOf(given: unknown) {
  const input = parseCase(bracketCase, given);
  const figures = figuresFor(input.year);
  const where = parseJurisdiction(input.jurisdiction);
  if (!where)
    throw new CaseError(
      `"${input.jurisdiction}" is not a jurisdiction: write US, US-MD, US-MD-24031 or US-NY-NEW_YORK_CITY.`,
    );

  const state = where.level === "federal" ? undefined : figures.states[where.state];
  if (where.level !== "federal" && !state) throw new CaseError(`"${where.id}" is not a state.`);
  const allowances = state ?? figures.federal;
  const taxableMicros = input.taxable_income ?? lessDeduction(input, allowances);
  const on = { filingStatus: input.filing_status, taxableMicros, figures };

  const lines: BracketLine[] = [];
  if (where.level === "federal") lines.push(lineOf({ name: "Federal", ...figures.federal }, "US", on));
  else if (state) {
    lines.push(lineOf(state, `US-${where.state}`, on));
    const place = where.level === "local" ? where.place : input.place;
    if (place !== undefined) {
      const stateExact = bracketSteps(state, on).reduce((sum, step) => sum + step.exact, 0n);
      const local = localRule(figures, where.state, place);
      lines.push(lineOf(local, local.id, { ...on, stateExact }));
    }
  }
  const own = where.level === "local" ? lines.at(-1) : lines[0];
  const total = lines.reduce((sum, line) => sum + line.cents, 0n);
  const [federalOrState, local] = lines;
  return {
    year: input.year,
    jurisdiction: where.id,
    filing_status: input.filing_status,
    taxable_income: money(microsToCents(taxableMicros)),
    tax: own?.tax ?? "0.00",
    ...(where.level === "federal"
      ? { federal_tax: federalOrState?.tax }
      : { state_tax: federalOrState?.tax }),
    ...(local ? { local_tax: local.tax } : {}),
    total: money(total),
    status: lines.some(({ status }) => status === "carried_forward") ? "carried_forward" : "enacted",
    lines: lines.map(({ cents: _cents, ...line }) => line),
  };
}

function lessDeduction(
  input: z.output<typeof bracketCase>,
  allowances: Parameters<typeof taxableIncome>[0],
): bigint {
  if (input.gross === undefined)
    throw new CaseError("taxable_income: give taxable_income, or gross_ordinary_income and its deduction.");
  if (input.deduction === undefined) {
    return taxableIncome(allowances, { filingStatus: input.filing_status, incomeMicros: input.gross });
  }
  return input.gross > input.deduction ? input.gross - input.deduction : 0n;
}

export function localRule(figures: YearFigures, state: string, place: string): TaxRule & NamedRule {
  const found = findLocality(figures, { state, place });
  if (found) return found;
  const name = /^\d{5}$/.test(place) ? countyName(place, state) : undefined;
  const stateName = figures.states[state]?.name ?? state;
  if (!name) throw new CaseError(`"${place}" is not a county or city of ${stateName} in the figures.`);
  const sources = [`No local income tax is on record for ${name}`];
  return { id: `US-${state}-${place}`, name, calc: "none", status: "enacted", sources };
}
