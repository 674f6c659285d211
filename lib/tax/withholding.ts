import { AppError } from "@/lib/errors";
import { formatDollars, formatRate } from "@/lib/money/format";
import { mulDivHalfUp } from "@/lib/money/math";
import { countyName, isStateCode, stateNames } from "@/lib/state-profile/profile";
import { marginalPpm, taxableIncome } from "@/lib/tax/brackets";
import { type FilingStatus, figureYears, newestFiguresFor, type YearFigures } from "@/lib/tax/figures";
import { localitiesAt, reachesRewards } from "@/lib/tax/jurisdictions";
import { parameterOn } from "@/lib/tax/rates";
import { packRateClass } from "@/lib/tax/split-payout";

/**
 * The flat class withheld from every payout, with a reason for each of its three lines.
 * Federal: 22% supplemental, or the bracket of a declared income. State and local: the rate on the next dollar of the
 * declared (or reference) income. Mandatory rates, backup and nonresident alien, come first and cannot be declined.
 * Units: rates in ppm. Rounding: each line half up to a half point; brackets settle the difference before remittance.
 * Refuses: a year before the first figures, a state or county that does not exist.
 */
export type Election = "flat" | "none";

export type WithholdingCase = {
  year: number;
  state: string;
  countyFips: string;
  city?: string;
  filingStatus: FilingStatus;
  otherIncomeMicros?: bigint;
  election: Election;
  backup: boolean;
  nonResident: boolean;
};

export type WithholdingLine = {
  level: "federal" | "state" | "local";
  jurisdiction: string;
  name: string;
  statutoryPpm: bigint;
  withheldPpm: bigint;
  mandatory: boolean;
  carriedForward: boolean;
  why: string;
  source: string;
  from: string;
};

export type RateClass = { class: number; year: number; lines: WithholdingLine[] };

type Draft = Omit<WithholdingLine, "withheldPpm" | "why" | "carriedForward"> & {
  reason: string;
  carriedForward?: boolean;
};

export function rateClassFor(input: WithholdingCase): RateClass {
  const figures = newestFiguresFor(input.year);
  if (!figures)
    throw new AppError("invalid_input", { year: `There are no tax figures before ${figureYears[0]}.` });
  if (!isStateCode(input.state)) throw new AppError("address_invalid", { state: input.state });
  const county = countyName(input.countyFips, input.state);
  if (!county) throw new AppError("county_unknown", { countyFips: input.countyFips });

  const state = stateDraft(input, figures);
  const drafts = [
    federalDraft(input, figures),
    state,
    localDraft(input, figures, { county, statePpm: state.statutoryPpm }),
  ];
  const lines = drafts.map((draft) => finish(draft, input, figures));
  const [federal = 0, stateStep = 0, local = 0] = lines.map(({ withheldPpm }) =>
    Number(withheldPpm / stepPpm(input)),
  );
  return { class: packRateClass({ federal, state: stateStep, local }), year: figures.year, lines };
}

const firstDay = (year: number) => `${year}-01-01`;
const lastDay = (year: number) => `${year}-12-31`;
const stepPpm = ({ year }: WithholdingCase) => parameterOn("classStep", lastDay(Math.max(year, 2026))).value;
const incomeOf = ({ otherIncomeMicros, year }: WithholdingCase) =>
  otherIncomeMicros ?? parameterOn("referenceIncome", lastDay(Math.max(year, 2026))).value;

function federalDraft(input: WithholdingCase, figures: YearFigures): Draft {
  const line = { level: "federal", jurisdiction: "US", name: "Federal", mandatory: false } as const;
  const fixed = input.nonResident ? "nonresidentAlien" : input.backup ? "federalBackup" : undefined;
  if (fixed) {
    const { value, from, source } = parameterOn(fixed, lastDay(input.year));
    const why = input.nonResident
      ? `Federal law takes ${percent(value, 0)} of payments to nonresident aliens.`
      : `Without a confirmed tax number, federal law takes ${percent(value, 0)} as backup withholding.`;
    return { ...line, statutoryPpm: value, mandatory: true, from, source, reason: why };
  }
  if (input.otherIncomeMicros === undefined) {
    const { value, from, source } = parameterOn("federalSupplemental", lastDay(input.year));
    return {
      ...line,
      statutoryPpm: value,
      from,
      source,
      reason: `The flat federal rate for extra income is ${percent(value, 0)}.`,
    };
  }
  const { filingStatus } = input;
  const taxableMicros = taxableIncome(figures.federal, {
    filingStatus,
    incomeMicros: input.otherIncomeMicros,
  });
  const statutoryPpm = marginalPpm(figures.federal, { filingStatus, taxableMicros });
  const reason = `Federal income tax takes ${percent(statutoryPpm, 0)} of the next dollar at the income you declared.`;
  return {
    ...line,
    statutoryPpm,
    from: firstDay(figures.year),
    source: figures.federal.sources.join("; "),
    reason,
  };
}

function stateDraft(input: WithholdingCase, figures: YearFigures): Draft {
  const name = stateNames[input.state] ?? input.state;
  const state = figures.states[input.state];
  const line = { level: "state", jurisdiction: `US-${input.state}`, name, mandatory: false } as const;
  if (input.nonResident)
    return {
      ...line,
      ...nothingFrom(figures, `${name} income tax is not withheld from nonresident aliens.`),
    };
  if (input.backup && input.state === "CA") {
    const { value, from, source } = parameterOn("stateBackupCA", lastDay(input.year));
    return {
      ...line,
      statutoryPpm: value,
      mandatory: true,
      from,
      source,
      reason: `California takes ${percent(value, 0)} whenever federal backup withholding applies.`,
    };
  }
  const source = state?.sources.join("; ") ?? "";
  const from = firstDay(figures.year);
  if (!state || state.calc === "none") {
    return { ...line, statutoryPpm: 0n, from, source, reason: `${name} has no tax on personal income.` };
  }
  const { filingStatus } = input;
  const taxableMicros = taxableIncome(state, { filingStatus, incomeMicros: incomeOf(input) });
  const statutoryPpm = marginalPpm(state, { filingStatus, taxableMicros });
  const reason = `${name} takes ${percent(statutoryPpm, 2)} of the next dollar at ${incomeInWords(input)}.`;
  return { ...line, statutoryPpm, from, source, reason, carriedForward: state.status === "carried_forward" };
}

function localDraft(
  input: WithholdingCase,
  figures: YearFigures,
  on: { county: string; statePpm: bigint },
): Draft {
  const id = `US-${input.state}-${input.countyFips}`;
  const line = { level: "local", jurisdiction: id, name: on.county, mandatory: false } as const;
  if (input.nonResident)
    return { ...line, ...nothingFrom(figures, "Local income tax is not withheld from nonresident aliens.") };
  const all = localitiesAt(figures, input);
  const taxing = all.filter(reachesRewards);
  const [first] = taxing;
  if (!first) {
    const onWages = all[0];
    const reason = onWages
      ? `${onWages.name} taxes wages and business profits, not rewards.`
      : `${on.county} has no income tax of its own.`;
    return {
      ...line,
      ...nothingFrom(figures, reason),
      source: onWages?.sources.join("; ") ?? `No local income tax is on record for ${on.county}`,
    };
  }
  const { filingStatus } = input;
  const base = figures.states[input.state] ?? { standardDeduction: null };
  const taxableMicros = taxableIncome(base, { filingStatus, incomeMicros: incomeOf(input) });
  const rates = taxing.map((rule) =>
    marginalPpm(rule, { filingStatus, taxableMicros, statePpm: on.statePpm }),
  );
  const statutoryPpm = rates.reduce((sum, rate) => sum + rate, 0n);
  const name = taxing.map((one) => one.name).join(" and ");
  const flat = taxing.every(({ calc }) => calc === "flat");
  return {
    ...line,
    jurisdiction: first.id,
    name,
    statutoryPpm,
    from: first.from ?? firstDay(figures.year),
    source: taxing.flatMap(({ sources }) => sources).join("; "),
    reason: `${name} taxes income at ${percent(statutoryPpm, 2)}${flat ? "" : ` at ${incomeInWords(input)}`}.`,
    carriedForward: taxing.some(({ status }) => status === "carried_forward"),
  };
}

const nothingFrom = (figures: YearFigures, reason: string) => ({
  statutoryPpm: 0n,
  from: firstDay(figures.year),
  source: "Nothing to withhold",
  reason,
});

function finish({ reason, ...draft }: Draft, input: WithholdingCase, figures: YearFigures): WithholdingLine {
  const step = stepPpm(input);
  const declined = input.election === "none" && !draft.mandatory;
  const withheldPpm = declined ? 0n : mulDivHalfUp(draft.statutoryPpm, { times: 1n, over: step }) * step;
  const carriedForward = draft.carriedForward === true || (figures.year < input.year && !draft.mandatory);
  const why = [reason];
  if (declined && draft.statutoryPpm > 0n)
    why.push("You chose not to have it withheld, so you pay it with your return.");
  else if (withheldPpm !== draft.statutoryPpm) {
    const rounded = percent(withheldPpm, 1);
    why.push(
      `On chain we withhold in half-point steps, so ${rounded}; the difference is settled before it is sent on.`,
    );
  }
  if (carriedForward)
    why.push(`Some figures for ${input.year} are not published yet, so the last published ones stand in.`);
  return { ...draft, withheldPpm, carriedForward, why: why.join(" ") };
}

const incomeInWords = (input: WithholdingCase) =>
  input.otherIncomeMicros === undefined
    ? `a typical income of ${formatDollars(incomeOf(input), { decimals: 0 })}`
    : "the income you declared";

/** "3.20%": exact, with at least so many decimals. */
function percent(ratePpm: bigint, decimals: number): string {
  const [whole = "0", fraction = ""] = formatRate(ratePpm).slice(0, -1).split(".");
  const digits = fraction.padEnd(decimals, "0");
  return digits === "" ? `${whole}%` : `${whole}.${digits}%`;
}
