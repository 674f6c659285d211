export type TimePoint = { at: Date; amountMicros: bigint };

const steps = [1, 2, 2.5, 5, 10];

/** Round marks from zero to just above the largest value: three to five of them. */
export function niceTicks(largest: number): number[] {
  if (largest <= 0) return [0, 1];
  const rough = largest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (steps.find((candidate) => candidate * power >= rough) ?? 10) * power;
  const count = Math.ceil(largest / step);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** Places in a unit square, y from the top. Refuses nothing: one point alone stands at the right edge. */
export function placePoints(
  points: readonly TimePoint[],
  { from, to, top }: { from: number; to: number; top: number },
): { x: number; y: number }[] {
  const span = to - from;
  return points.map((point) => ({
    x: span > 0 ? (point.at.getTime() - from) / span : 1,
    y: top > 0 ? 1 - Number(point.amountMicros) / 1e6 / top : 1,
  }));
}

/** "$1.2M", for the marks of an axis only; exact figures stand in the table. */
export function axisDollars(dollars: number): string {
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: "USD",
    notation: dollars >= 10_000 ? "compact" : "standard",
    minimumFractionDigits: dollars >= 10_000 || Number.isInteger(dollars) ? 0 : 2,
    maximumFractionDigits: dollars >= 10_000 ? 1 : dollars >= 1 ? 2 : 4,
  }).format(dollars);
}

const twoDaysMs = 2 * 86_400_000;

/** So short a time that its days would all be called the same. */
export const isWithinDays = (from: number, to: number): boolean => to - from < twoDaysMs;

/** Four marks at most: days, or the time of day within two days. What would stand there twice stands once. */
export function axisTimes({ from, to, timeZone }: { from: number; to: number; timeZone: string }): {
  share: number;
  label: string;
}[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    ...(to - from < twoDaysMs ? { hour: "numeric", minute: "2-digit" } : { month: "short", day: "numeric" }),
  });
  const marks = [0, 1 / 3, 2 / 3, 1].map((share) => ({
    share,
    label: format.format(from + share * (to - from)),
  }));
  return marks.filter(({ label }, index) => label !== marks[index - 1]?.label);
}
