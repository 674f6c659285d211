import { formatAmount } from "@/lib/money/format";
import { civilDateIn } from "@/lib/time/civil-date";

/**
 * Payouts as a table for a spreadsheet: one row each, figures as numbers with a decimal point, dates at home and in UTC.
 * Units: dollars with six decimals, exact. A text that a spreadsheet would run as a formula is kept a text.
 */
export type Cell = string | { number: string };

/** A number stays a number, also below zero; text that could start a formula gets an apostrophe in front. */
export function csvCell(cell: Cell): string {
  if (typeof cell !== "string") return cell.number;
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** With a byte order mark, so that spreadsheets read names as they are written. */
export const csvText = (rows: readonly (readonly Cell[])[]): string =>
  `\uFEFF${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;

export const amountCell = (amountMicros: bigint): Cell => ({
  number: formatAmount(amountMicros, { decimals: 6, grouping: false }).replace("\u2212", "-"),
});

export interface RewardForFile {
  id: string;
  at: Date;
  txHash: string;
  operatorId: number;
  epochNumber: bigint | null;
  grossMicros: bigint;
  operatorFeeMicros: bigint;
  federalMicros: bigint;
  stateMicros: bigint;
  localMicros: bigint;
  netMicros: bigint;
}

const head = [
  "Local date",
  "Local time",
  "Time zone",
  "UTC",
  "Last final epoch",
  "Operator",
  "Gross",
  "Operator fee",
  "Federal tax withheld",
  "State tax withheld",
  "County or city tax withheld",
  "Net",
  "Token",
  "Dollars per token",
  "Net in dollars",
  "Source of dollar value",
  "Transaction",
  "Reference",
];

const clock = (at: Date, timeZone: string) =>
  new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(at);

/** A token is worth one dollar here because the bank turns it back into one. */
export function rewardRows(
  rewards: readonly RewardForFile[],
  on: { timeZone: string; symbol: string; priceSource: string; operatorName: (id: number) => string },
): Cell[][] {
  return [
    head,
    ...rewards.map((reward) => [
      civilDateIn(reward.at, on.timeZone),
      clock(reward.at, on.timeZone),
      on.timeZone,
      reward.at.toISOString().replace(".000Z", "Z"),
      reward.epochNumber === null ? "" : { number: String(reward.epochNumber) },
      on.operatorName(reward.operatorId),
      amountCell(reward.grossMicros),
      amountCell(reward.operatorFeeMicros),
      amountCell(reward.federalMicros),
      amountCell(reward.stateMicros),
      amountCell(reward.localMicros),
      amountCell(reward.netMicros),
      on.symbol,
      { number: "1.000000" },
      amountCell(reward.netMicros),
      on.priceSource,
      reward.txHash,
      reward.id,
    ]),
  ];
}
