import type { PayoutLine } from "@/components/charts/payout-split";
import { log } from "@/lib/log";
import { microsPerDollar } from "@/lib/money/math";
import { activeProfile, bankYear } from "@/lib/state-profile/queries";
import type { StateProfile } from "@/lib/state-profile/schema";
import { figureYears } from "@/lib/tax/figures";
import { splitPayout } from "@/lib/tax/split-payout";
import { rateClassFor } from "@/lib/tax/withholding";

export type ExamplePayout = {
  county: string;
  grossMicros: bigint;
  netMicros: bigint;
  feeMicros: bigint;
  taxes: PayoutLine[];
};

/** The example for the bank's year; while its clock cannot be read, the newest figures stand in. */
export async function exampleNow(): Promise<ExamplePayout> {
  const year = await bankYear().catch((err: unknown) => {
    log.error({ err }, "the bank's clock could not be read");
    return figureYears.at(-1) as number;
  });
  return examplePayout(activeProfile(), year);
}

/** Ten dollars paid to somebody with the standard election, by the same rules that pay everybody. */
function examplePayout(profile: StateProfile, year: number): ExamplePayout {
  const county = profile.counties.find(({ name }) => name.startsWith("Montgomery")) ?? profile.counties[0];
  if (!county) throw new Error(`${profile.code} has no counties`);
  const rateClass = rateClassFor({
    year,
    state: profile.code,
    countyFips: county.fips,
    filingStatus: "single",
    election: "flat",
    backup: false,
    nonResident: false,
  });
  const grossMicros = 10n * microsPerDollar;
  const feeMicros = microsPerDollar / 2n;
  const split = splitPayout({ grossMicros, operatorFeeMicros: feeMicros, rateClass: rateClass.class });
  const amounts = {
    federal: split.federalMicros,
    state: split.stateMicros,
    local: split.localMicros,
  };
  return {
    county: county.name,
    grossMicros,
    feeMicros,
    netMicros: split.netMicros,
    taxes: rateClass.lines.map((line) => ({
      id: line.level,
      kind: line.level,
      label: line.name,
      amountMicros: amounts[line.level],
      ratePpm: line.withheldPpm,
      why: line.why,
    })),
  };
}
