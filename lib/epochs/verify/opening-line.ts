import { type AccountRow, decodeAccount } from "@/lib/epochs/format/batch";

/** A balance that does not begin where the batch before ended it. */
export interface OpeningLine {
  /** of the file, from 1; undefined: the account has no line any more */
  line: number | undefined;
  asset: string;
  class: string;
  openingMicros: bigint;
  closedMicros: bigint;
}

async function* balancesOf(lines: AsyncIterable<string>): AsyncGenerator<{ line: number; row: AccountRow }> {
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.startsWith('["balance"')) yield { line, row: decodeAccount(text) };
  }
}

/**
 * The first line of `now` that opens with something else than `before` closed it with: roots say that one does, not which.
 * Costs memory for each balance, so it is asked only when the roots differ.
 */
export async function openingLine(
  now: AsyncIterable<string>,
  before: AsyncIterable<string>,
): Promise<OpeningLine | undefined> {
  const closed = new Map<string, AccountRow>();
  for await (const { row } of balancesOf(before))
    if (row.closingMicros !== 0n) closed.set(row.names.at(-1) ?? "", row);
  for await (const { line, row } of balancesOf(now)) {
    const closedMicros = closed.get(row.previousName)?.closingMicros ?? 0n;
    closed.delete(row.previousName);
    if (row.openingMicros !== closedMicros)
      return { line, asset: row.asset, class: row.class, openingMicros: row.openingMicros, closedMicros };
  }
  for (const { asset, class: of, closingMicros } of closed.values())
    return { line: undefined, asset, class: of, openingMicros: 0n, closedMicros: closingMicros };
  return undefined;
}
