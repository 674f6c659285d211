const worded = (instant: Date, locale: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(locale, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
    ...options,
  })
    .format(instant)
    .replaceAll("\u202f", " ");

/** "Aug 2, 2026, 3:04 PM EDT": an instant in the bank's zone, for screens and papers. */
export const formatInstant = (instant: Date, timeZone: string, locale = "en-US"): string =>
  worded(instant, locale, { timeZone });

export const instantFromChain = (seconds: bigint | number) => new Date(Number(seconds) * 1000);

/** The same with seconds, for records that people check against each other. */
export const formatMoment = (instant: Date, timeZone: string, locale = "en-US"): string =>
  worded(instant, locale, { timeZone, second: "2-digit" });
