import { type CivilDate, civilDateIn, startOfDayIn } from "@/lib/time/civil-date";

const hourMs = 3_600_000;

export type ClaimRound = { taxYear: number; round: "day" | "last hour" };

/** On 31 December, by the bank's own calendar, everything claimable is booked into the ending year; once more in its last hour. */
export function claimRoundAt(now: Date, timeZone: string): ClaimRound | undefined {
  const today = civilDateIn(now, timeZone);
  if (!today.endsWith("-12-31")) return undefined;
  const taxYear = Number(today.slice(0, 4));
  const isLastHour = now.getTime() >= endOf(taxYear, timeZone).getTime() - hourMs;
  return { taxYear, round: isLastHour ? "last hour" : "day" };
}

/** The years that end on a way through time, each with the moment at which to halt for its last claims. */
export function yearsEndingBetween(
  way: { from: Date; to: Date },
  timeZone: string,
): { taxYear: number; haltAt: Date }[] {
  const first = Number(civilDateIn(way.from, timeZone).slice(0, 4));
  const last = Number(civilDateIn(way.to, timeZone).slice(0, 4));
  return Array.from({ length: Math.max(0, last - first) }, (_, at) => {
    const taxYear = first + at;
    const lastHour = endOf(taxYear, timeZone).getTime() - hourMs;
    return { taxYear, haltAt: new Date(Math.max(way.from.getTime(), lastHour)) };
  });
}

const endOf = (taxYear: number, timeZone: string): Date => startOfDayIn(newYearsDay(taxYear + 1), timeZone);
const newYearsDay = (year: number): CivilDate => `${year}-01-01`;
