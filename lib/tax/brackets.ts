import { microsPerDollar, mulDivDown, mulDivHalfUp, ppmPerOne } from "@/lib/money/math";
import type { Band, FilingStatus, PerStatus, TaxRule } from "@/lib/tax/figures";

/**
 * What a schedule takes from a taxable income, and at which rate it takes the next dollar.
 * Units: income in micros; tax exact in 1e-12 dollar (micros times ppm), so nothing is rounded before its line is.
 * Rounding: none here, except a surcharge on another tax (floors at 1e-12 dollar); `exactToCents` rounds half up.
 */
export type Step = { overMicros: bigint; amountMicros: bigint; ratePpm: bigint; exact: bigint };

type Case = { filingStatus: FilingStatus; taxableMicros: bigint; stateExact?: bigint };

const dollars = (amount: number) => BigInt(amount) * microsPerDollar;

function bandsFor(rule: Extract<TaxRule, { schedules: Band[][] }>, filingStatus: FilingStatus) {
  return (rule.schedules[rule.scheduleFor[filingStatus]] ?? []).map(([over, ratePpm]) => ({
    overMicros: dollars(over),
    ratePpm: BigInt(ratePpm),
  }));
}

function wholeAt(ratePpm: bigint, taxableMicros: bigint): Step[] {
  return [{ overMicros: 0n, amountMicros: taxableMicros, ratePpm, exact: taxableMicros * ratePpm }];
}

/** Every band that the income reaches, with what it takes: the worksheet. */
export function bracketSteps(rule: TaxRule, { filingStatus, taxableMicros, stateExact = 0n }: Case): Step[] {
  if (taxableMicros <= 0n || rule.calc === "none") return [];
  if (rule.calc === "flat") return wholeAt(BigInt(rule.ratePpm), taxableMicros);
  if (rule.calc === "surcharge_on_net_state_tax") {
    const exact = mulDivDown(stateExact, { times: BigInt(rule.ratePpm), over: ppmPerOne });
    return [
      {
        overMicros: 0n,
        amountMicros: mulDivDown(stateExact, { times: 1n, over: ppmPerOne }),
        ratePpm: BigInt(rule.ratePpm),
        exact,
      },
    ];
  }
  const bands = bandsFor(rule, filingStatus).filter(({ overMicros }) => taxableMicros > overMicros);
  if (rule.calc === "one_rate_by_band") return wholeAt(bands.at(-1)?.ratePpm ?? 0n, taxableMicros);
  const steps = bands.map(({ overMicros, ratePpm }, index) => {
    const amountMicros = (bands[index + 1]?.overMicros ?? taxableMicros) - overMicros;
    return { overMicros, amountMicros, ratePpm, exact: amountMicros * ratePpm };
  });
  if (rule.calc === "fixed_amount_then_marginal" && taxableMicros > dollars(rule.fixedAmount.over)) {
    const fixed = dollars(rule.fixedAmount.amount);
    steps.unshift({ overMicros: 0n, amountMicros: fixed, ratePpm: ppmPerOne, exact: fixed * ppmPerOne });
  }
  return steps;
}

export const taxExact = (rule: TaxRule, on: Case): bigint =>
  bracketSteps(rule, on).reduce((sum, step) => sum + step.exact, 0n);

/** Rate on the next dollar of income. A surcharge takes its share of the state's rate. */
export function marginalPpm(
  rule: TaxRule,
  { filingStatus, taxableMicros, statePpm = 0n }: Omit<Case, "stateExact"> & { statePpm?: bigint },
): bigint {
  if (rule.calc === "none") return 0n;
  if (rule.calc === "flat") return BigInt(rule.ratePpm);
  if (rule.calc === "surcharge_on_net_state_tax") {
    return mulDivHalfUp(statePpm, { times: BigInt(rule.ratePpm), over: ppmPerOne });
  }
  const next = bandsFor(rule, filingStatus).findLast(({ overMicros }) => taxableMicros >= overMicros);
  return next?.ratePpm ?? 0n;
}

export const exactToCents = (exact: bigint) => mulDivHalfUp(exact, { times: 1n, over: 10_000_000_000n });

type Allowances = {
  standardDeduction: PerStatus<number> | null;
  exemption?: { kind: string; amount: PerStatus<number> };
};

/** Income less the standard deduction and, where it is a deduction, the personal exemption; never below zero. */
export function taxableIncome(
  { standardDeduction, exemption }: Allowances,
  { filingStatus, incomeMicros }: { filingStatus: FilingStatus; incomeMicros: bigint },
): bigint {
  const perPerson = exemption?.kind === "deduction_per_person" && isCouple(filingStatus) ? 2 : 1;
  const exempt = exemption?.kind.startsWith("deduction") ? exemption.amount[filingStatus] * perPerson : 0;
  const left = incomeMicros - dollars((standardDeduction?.[filingStatus] ?? 0) + exempt);
  return left > 0n ? left : 0n;
}

const isCouple = (filingStatus: FilingStatus) => filingStatus === "married_joint";

/** Due for the year so far on income that comes on top of other income, in cents; it falls when income is taken back. */
export function dueYearToDateCents(
  taxOf: (incomeMicros: bigint) => bigint,
  { otherMicros, soFarMicros }: { otherMicros: bigint; soFarMicros: bigint },
): bigint {
  const exact = taxOf(otherMicros + soFarMicros) - taxOf(otherMicros);
  return exact > 0n ? exactToCents(exact) : 0n;
}
