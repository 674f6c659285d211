import { z } from "zod";
import { mulDivHalfUp } from "@/lib/money/math";
import { countiesOf, isStateCode } from "@/lib/state-profile/profile";
import { localRule } from "@/lib/tax/bracket-case";
import {
  CaseError,
  calendarYear,
  dollars,
  figuresFor,
  filingStatus,
  microsToCents,
  money,
  parseCase,
  percentOf,
  place,
} from "@/lib/tax/case";
import { findLocality, parseJurisdiction } from "@/lib/tax/jurisdictions";
import { parameterOn } from "@/lib/tax/rates";
import { rateClassFor } from "@/lib/tax/withholding";

const flag = z.union([z.boolean(), z.null(), z.string()]).transform((value) => {
  return typeof value === "string" ? !/^(|false|no|none|0)$/i.test(value.trim()) : value === true;
});

const withholdCase = z
  .object({
    reportable_payment: dollars.optional(),
    payment: dollars.optional(),
    gross: dollars.optional(),
    year: calendarYear.optional(),
    jurisdiction: z.string().optional(),
    state: z.string().optional(),
    local: place.optional(),
    county_fips: place.optional(),
    city: z.string().optional(),
    filing_status: filingStatus.default("single"),
    other_income: dollars.optional(),
    declared_other_income: dollars.optional(),
    election: z.enum(["flat", "none"]).default("flat"),
    tin: z.string().optional(),
    tin_certified: flag.optional(),
    b_notice: flag.default(false),
    non_resident: flag.default(false),
    nonresident_alien: flag.default(false),
  })
  .refine((one) => (one.reportable_payment ?? one.payment ?? one.gross) !== undefined, {
    path: ["reportable_payment"],
    message: "give the payment in dollars",
  });

/** What is withheld from one payment, each line rounded half up to the cent. */
export function withholdOf(given: unknown, today: Date) {
  const input = parseCase(withholdCase, given);
  const paymentMicros = input.reportable_payment ?? input.payment ?? input.gross ?? 0n;
  const certified =
    input.tin_certified ??
    (input.tin === undefined || /^(\d{3}-?\d{2}-?\d{4}|\d{2}-?\d{7})$/.test(input.tin.trim()));
  const nonResident = input.non_resident || input.nonresident_alien;
  const backup = !nonResident && (!certified || input.b_notice);
  if (input.year !== undefined) figuresFor(input.year);

  const residence = residenceOf(input);
  const lines = residence
    ? residentLines(input, { ...residence, backup, nonResident })
    : mandatoryLines(backup, nonResident, input.year ?? today.getUTCFullYear());
  const outLines = lines.map(({ rateClass: _class, ppm, ...line }) => {
    const cents = mulDivHalfUp(paymentMicros, { times: ppm, over: 10_000_000_000n });
    return { ...line, rate_percent: percentOf(ppm), withheld: money(cents), cents };
  });
  const cents = outLines.reduce((sum, line) => sum + line.cents, 0n);
  const amountOf = (level: string) => money(outLines.find((line) => line.level === level)?.cents ?? 0n);
  const paymentCents = microsToCents(paymentMicros);
  const rateClass = lines[0]?.rateClass;
  return {
    payment: money(paymentCents),
    withheld: money(cents),
    net_to_customer: money(paymentCents > cents ? paymentCents - cents : 0n),
    federal: amountOf("federal"),
    state: amountOf("state"),
    local: amountOf("local"),
    mandatory: backup || nonResident,
    ...(rateClass === undefined
      ? {}
      : { rate_class: `0x${rateClass.toString(16).toUpperCase().padStart(6, "0")}` }),
    status: outLines.some((line) => line.status === "carried_forward") ? "carried_forward" : "enacted",
    lines: outLines.map(({ cents: _cents, ...line }) => line),
  };
}

function residenceOf(input: z.output<typeof withholdCase>) {
  if (input.jurisdiction === undefined && input.state === undefined) return undefined;
  const where = parseJurisdiction(input.jurisdiction ?? `US-${input.state}`);
  if (!where || where.level === "federal") return undefined;
  if (!isStateCode(where.state)) throw new CaseError(`"${where.id}" is not a state.`);
  const place = where.level === "local" ? where.place : (input.local ?? input.county_fips);
  return { state: where.state, place };
}

function residentLines(
  input: z.output<typeof withholdCase>,
  on: { state: string; place?: string; backup: boolean; nonResident: boolean },
) {
  if (input.year === undefined) throw new CaseError("year: give the year of the payment.");
  const figures = figuresFor(input.year);
  const byCity =
    input.city === undefined ? undefined : findLocality(figures, { state: on.state, place: input.city });
  const local = on.place === undefined ? byCity : localRule(figures, on.state, on.place);
  const countyFips = local?.counties?.[0] ?? (/^\d{5}$/.test(on.place ?? "") ? on.place : undefined);
  const anyCounty = countiesOf(on.state)[0]?.fips ?? "";
  const { class: rateClass, lines } = rateClassFor({
    year: input.year,
    state: on.state,
    countyFips: countyFips ?? anyCounty,
    city: local?.city ?? input.city,
    filingStatus: input.filing_status,
    otherIncomeMicros: input.other_income ?? input.declared_other_income,
    election: input.election,
    backup: on.backup,
    nonResident: on.nonResident,
  });
  const placeless = countyFips === undefined && local === undefined;
  return lines.map((line) => {
    const unknown = placeless && line.level === "local";
    return {
      level: line.level,
      jurisdiction: unknown ? `US-${on.state}` : line.jurisdiction,
      name: unknown ? "Local" : line.name,
      statutory_percent: percentOf(unknown ? 0n : line.statutoryPpm),
      mandatory: line.mandatory,
      status: line.carriedForward && !unknown ? "carried_forward" : "enacted",
      why: unknown ? "No county or city was given, so no local tax is counted." : line.why,
      source: unknown ? "No county or city given" : line.source,
      from: line.from,
      ppm: unknown ? 0n : line.withheldPpm,
      rateClass: placeless ? rateClass & 0xffff00 : rateClass,
    };
  });
}

function mandatoryLines(backup: boolean, nonResident: boolean, year: number) {
  const name = nonResident ? "nonresidentAlien" : "federalBackup";
  const { value, source, from } = parameterOn(name, `${year}-12-31`);
  const ppm = backup || nonResident ? value : 0n;
  const why = nonResident
    ? "Federal law takes this rate of payments to nonresident aliens."
    : backup
      ? "Without a confirmed tax number, federal law takes this rate as backup withholding."
      : "Nothing is mandatory; give a jurisdiction to see what an election withholds.";
  return [
    {
      level: "federal",
      jurisdiction: "US",
      name: "Federal",
      mandatory: backup || nonResident,
      status: "enacted",
      why,
      source,
      from,
      ppm,
      rateClass: undefined,
    },
  ];
}
