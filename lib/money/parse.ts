import { AppError, type ErrorCode } from "@/lib/errors";
import { microsPerDollar } from "@/lib/money/math";

/** A thousand billion dollars: above every state's money, far below every column and uint128. */
export const largestAmountMicros = 1_000_000_000_000n * microsPerDollar;

export type ParsedAmount = { ok: true; micros: bigint } | { ok: false; code: ErrorCode };

const spaces = /[ \t\r\n\u00a0\u2007\u2009\u202f]/g;
const sign = /^[-\u2212\u2013\u2010\u2011\uff0d]|-$|^\(.*\)$/;
const grouped = /^\d{1,3}(?:,\d{3})+$/;

/**
 * Text typed or pasted by a person becomes micros, or the reason why it does not.
 * Units: dollars in, micros out. Rounding: none, ever.
 * Refuses: empty, zero, negative, exponents, NaN, other scripts' digits, invisible marks, misplaced commas,
 * more than six decimals, more than `largestAmountMicros`.
 */
export function tryParseAmount(text: string): ParsedAmount {
  const refuse = (code: ErrorCode): ParsedAmount => ({ ok: false, code });
  const trimmed = text.trim();
  if (trimmed.replace(spaces, "") === "") return refuse("amount_missing");
  if (trimmed.length > 200)
    return refuse(/^[$\d,.\s]+$/.test(trimmed) ? "amount_too_large" : "amount_not_a_number");

  let body = trimmed.replace(/(?<=\d)\s+(?=\d)/g, ",").replace(spaces, "");
  const negative = sign.test(body);
  if (negative) body = body.replace(/^\(|\)$/g, "").replace(/^[-\u2212\u2013\u2010\u2011\uff0d]|-$/, "");
  body = body.replace(/^(?:USD|US\$|\$)/i, "").replace(/(?:USD|\$)$/i, "");
  const afterSymbol = sign.test(body);
  if (afterSymbol && !negative) body = body.replace(/^[-\u2212\u2013\u2010\u2011\uff0d]/, "");

  const match = /^([\d,]*)(?:\.(\d*))?$/.exec(body);
  const whole = match?.[1] ?? "";
  const fraction = match?.[2] ?? "";
  if (!match || whole + fraction === "") return refuse("amount_not_a_number");
  if (whole.includes(",") && !grouped.test(whole)) return refuse("amount_not_a_number");
  if (negative || afterSymbol) return refuse("amount_negative");
  if (fraction.length > 6) return refuse("amount_too_many_decimals");

  const micros = BigInt(whole.replaceAll(",", "") || "0") * microsPerDollar + BigInt(fraction.padEnd(6, "0"));
  if (micros === 0n) return refuse("amount_zero");
  if (micros > largestAmountMicros) return refuse("amount_too_large");
  return { ok: true, micros };
}

export function parseAmount(text: string): bigint {
  const parsed = tryParseAmount(text);
  if (!parsed.ok) throw new AppError(parsed.code);
  return parsed.micros;
}

/** What machines send: a plain integer of micros. */
export function parseMicros(text: string): bigint {
  if (!/^-?\d{1,40}$/.test(text)) throw new AppError(text === "" ? "amount_missing" : "amount_not_a_number");
  const micros = BigInt(text);
  if (micros < 0n) throw new AppError("amount_negative");
  if (micros === 0n) throw new AppError("amount_zero");
  if (micros > largestAmountMicros) throw new AppError("amount_too_large");
  return micros;
}
