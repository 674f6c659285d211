import { AppError } from "@/lib/errors";

/**
 * A US taxpayer number of a person: SSN, or ITIN where the first digit is 9.
 * Units: nine digits. Source: SSA numbers never assigned (area 000, 666, 900-999; group 00; serial 0000), IRS ITIN
 * groups 50-65, 70-88, 90-92, 94-99. Refuses: anything else, and the two numbers withdrawn after being printed.
 */
const withdrawn = new Set(["078051120", "219099999"]);

export function parseTaxNumber(text: string): string {
  const compact = text.trim();
  if (!/^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(compact)) throw new AppError("tax_number_invalid");
  const digits = compact.replace(/[- ]/g, "");
  const area = digits.slice(0, 3);
  const group = Number(digits.slice(3, 5));
  const isItin = area.startsWith("9");
  const itinGroup =
    (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group !== 93);
  const bad =
    area === "000" ||
    area === "666" ||
    (isItin ? !itinGroup : group === 0) ||
    digits.endsWith("0000") ||
    withdrawn.has(digits);
  if (bad) throw new AppError("tax_number_invalid");
  return digits;
}

export const maskTaxNumber = (digits: string) => `•••-••-${digits.slice(-4)}`;
export const formatTaxNumber = (digits: string) =>
  `${digits.slice(0, 3)}-${digits.slice(3, 5)}-${digits.slice(5)}`;
