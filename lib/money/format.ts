import { microsPerDollar, mulDivDown, mulDivHalfUp } from "@/lib/money/math";

type Options = { decimals?: "auto" | 0 | 2 | 6; grouping?: boolean };

/**
 * Micros as digits: exact by default ("auto" shows cents, and more digits only where there are any).
 * Rounding: 0 and 2 decimals cut towards zero, so that a screen never promises more than there is.
 */
export function formatAmount(
  amountMicros: bigint,
  { decimals = "auto", grouping = true }: Options = {},
): string {
  const magnitude = amountMicros < 0n ? -amountMicros : amountMicros;
  const whole = (magnitude / microsPerDollar).toString();
  const fraction = (magnitude % microsPerDollar).toString().padStart(6, "0");
  const shown = decimals === "auto" ? fraction.replace(/0{1,4}$/, "") : fraction.slice(0, decimals);
  const digits = grouping ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
  const text = shown === "" ? digits : `${digits}.${shown}`;
  return amountMicros < 0n && /[1-9]/.test(text) ? `\u2212${text}` : text;
}

export function formatDollars(amountMicros: bigint, options?: Options): string {
  const text = formatAmount(amountMicros, options);
  return text.startsWith("\u2212") ? `\u2212$${text.slice(1)}` : `$${text}`;
}

export const formatToken = (amountMicros: bigint, symbol: string, options?: Options) =>
  `${formatAmount(amountMicros, options)} ${symbol}`;

/** A rate, exact: 32,000 ppm is "3.2%". */
export function formatRate(ratePpm: bigint): string {
  const fraction = (ratePpm % 10_000n).toString().padStart(4, "0").replace(/0+$/, "");
  return `${ratePpm / 10_000n}${fraction === "" ? "" : `.${fraction}`}%`;
}

/** part / whole as a percentage with two digits, cut, for coverage figures. */
export function formatShare(part: bigint, whole: bigint): string {
  if (whole === 0n) return "\u2013";
  return formatRate(mulDivDown(part, { times: 10_000n, over: whole }) * 100n);
}

/** Wei of the chain's coin in dollars, for the cost of a step. Rounding: half up to a micro, at least one micro. */
export function weiToMicros(wei: bigint, priceMicros: bigint): bigint {
  const micros = mulDivHalfUp(wei, { times: priceMicros, over: 10n ** 18n });
  return wei > 0n && micros === 0n ? 1n : micros;
}
