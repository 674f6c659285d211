import { stateProfile } from "@/lib/state-profile/profile";
import type { FilingStatus } from "@/lib/tax/figures";
import type { WithholdingCase } from "@/lib/tax/withholding";
import { civilDateIn } from "@/lib/time/civil-date";

/** A person's residence and election as the withholding rule reads them, for the year of a moment at home. */
export function withholdingCaseFrom(input: {
  residenceState: string;
  countyFips: string;
  locality: string | null;
  election: Record<string, unknown> | null;
  at: Date;
}): WithholdingCase {
  const { filingStatus, election, otherIncomeMicros } = input.election ?? {};
  return {
    year: Number(civilDateIn(input.at, stateProfile(input.residenceState).timeZone).slice(0, 4)),
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
