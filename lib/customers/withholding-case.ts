import type { FilingStatus } from "@/lib/tax/figures";
import type { WithholdingCase } from "@/lib/tax/withholding";

/** A person's residence and election as the withholding rule reads them, for the year of a moment. */
export function withholdingCaseFrom(input: {
  residenceState: string;
  countyFips: string;
  locality: string | null;
  election: Record<string, unknown> | null;
  at: Date;
}): WithholdingCase {
  const { filingStatus, election, otherIncomeMicros } = input.election ?? {};
  return {
    year: input.at.getUTCFullYear(),
    state: input.residenceState,
    countyFips: input.countyFips,
    ...(input.locality && { city: input.locality }),
    filingStatus: (filingStatus ?? "single") as FilingStatus,
    ...(typeof otherIncomeMicros === "string" && { otherIncomeMicros: BigInt(otherIncomeMicros) }),
    election: election === "none" ? "none" : "flat",
    backup: false,
    nonResident: false,
  };
}
