import { invariant } from "@/lib/errors";

/** A day on the calendar, "YYYY-MM-DD", without a zone. */
export type CivilDate = string;

export function isCivilDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const instant = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().slice(0, 10) === text;
}

/** Making one costs a hundred times what using it costs. */
const calendars = new Map<string, Intl.DateTimeFormat>();

/** The calendar day that an instant falls on in a zone. */
export function civilDateIn(instant: Date, timeZone: string): CivilDate {
  let calendar = calendars.get(timeZone);
  if (!calendar) {
    calendar = new Intl.DateTimeFormat("en-CA", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    calendars.set(timeZone, calendar);
  }
  return calendar.format(instant);
}

/** Full years on a day; somebody born on 29 February turns older on 1 March of other years. */
export function ageOn({ birthDate, on }: { birthDate: CivilDate; on: CivilDate }): number {
  invariant(isCivilDate(birthDate) && isCivilDate(on), "dates are real");
  const years = Number(on.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return on.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

export function addDays(date: CivilDate, days: number): CivilDate {
  invariant(isCivilDate(date) && Number.isInteger(days), "a real date and whole days");
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The first instant of a calendar day in a zone, also on days of 23 and 25 hours. */
export function startOfDayIn(date: CivilDate, timeZone: string): Date {
  invariant(isCivilDate(date), "a real date");
  const clock = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    ...{
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    },
  });
  /** how far the zone's clock is ahead of UTC at an instant */
  const aheadMs = (at: number) => {
    const shown = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
    return (
      Date.parse(`${shown.year}-${shown.month}-${shown.day}T${shown.hour}:${shown.minute}:${shown.second}Z`) -
      at
    );
  };
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const guess = midnight - aheadMs(midnight);
  return new Date(midnight - aheadMs(guess));
}
