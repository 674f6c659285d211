import type { PayoutFact } from "@/lib/chain/facts";
import { formatRate } from "@/lib/money/format";
import { ratesOfClass } from "@/lib/tax/split-payout";
import { rateClassFor, type WithholdingCase } from "@/lib/tax/withholding";

export interface PayoutLine {
  level: "federal" | "state" | "local";
  jurisdiction: string;
  name: string;
  statutoryPpm: number;
  withheldPpm: number;
  amountMicros: bigint;
  why: string;
  source: string;
  inForceFrom: string;
}

type Paid = Pick<
  PayoutFact,
  "rateClass" | "ruleVersion" | "federalMicros" | "stateMicros" | "localMicros" | "at"
>;

/**
 * The three tax lines of a payout, zero included: amounts as the chain took them, reasons from the tax figures.
 * Units: micros, ppm. Where the holder's case would give another class today, the class on chain speaks for itself.
 */
export function payoutLines(paid: Paid, holder: WithholdingCase | undefined): PayoutLine[] {
  const amounts = { federal: paid.federalMicros, state: paid.stateMicros, local: paid.localMicros };
  const reasoned = holder && rateClassFor(holder);
  if (reasoned?.class === paid.rateClass)
    return reasoned.lines.map((line) => ({
      level: line.level,
      jurisdiction: line.jurisdiction,
      name: line.name,
      statutoryPpm: Number(line.statutoryPpm),
      withheldPpm: Number(line.withheldPpm),
      amountMicros: amounts[line.level],
      why: line.why,
      source: line.source,
      inForceFrom: line.from,
    }));
  const rates = ratesOfClass(paid.rateClass);
  const ppm = { federal: rates.federalPpm, state: rates.statePpm, local: rates.localPpm };
  const names = { federal: "Federal", state: "State", local: "County or city" };
  const places = {
    federal: "US",
    state: holder ? `US-${holder.state}` : "unknown",
    local: holder ? `US-${holder.state}-${holder.countyFips}` : "unknown",
  };
  return (["federal", "state", "local"] as const).map((level) => ({
    level,
    jurisdiction: places[level],
    name: names[level],
    statutoryPpm: Number(ppm[level]),
    withheldPpm: Number(ppm[level]),
    amountMicros: amounts[level],
    why: `When this was earned, the wallet's class on chain withheld ${formatRate(ppm[level])}.`,
    source: `Rate class ${paid.rateClass.toString(16).padStart(6, "0")}, rule version ${paid.ruleVersion}`,
    inForceFrom: paid.at.toISOString().slice(0, 10),
  }));
}
