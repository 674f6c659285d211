/** "Aug 2, 2026, 3:04 PM EDT": an instant in the bank's zone, for screens and papers. */
export function formatInstant(instant: Date, timeZone: string, locale = "en-US"): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone,
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  })
    .format(instant)
    .replaceAll("\u202f", " ");
}

export const instantFromChain = (seconds: bigint | number) => new Date(Number(seconds) * 1000);

/** The same with seconds, for records that people check against each other. */
export function formatMoment(instant: Date, timeZone: string, locale = "en-US"): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone,
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  })
    .format(instant)
    .replaceAll("\u202f", " ");
}
