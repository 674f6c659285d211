import { describe, expect, it } from "vitest";
import { type AccountRow, encodeAccount } from "@/lib/epochs/format/batch";
import { openingLine } from "@/lib/epochs/verify/opening-line";

const name = (letter: string) => letter.repeat(40);
const row = (of: Partial<AccountRow>): AccountRow => ({
  asset: "USD",
  class: "dollar_deposit",
  names: [name("a")],
  previousName: "",
  openingMicros: 0n,
  closingMicros: 0n,
  ...of,
});
async function* file(rows: AccountRow[]): AsyncGenerator<string> {
  yield '["granary.epoch.1"]';
  for (const one of rows) yield encodeAccount(one);
}
const before = [
  row({ names: [name("a")], closingMicros: 5n }),
  row({ names: [name("b")], closingMicros: 7n }),
  row({ names: [name("c")] }),
];
const nextOf = (b: bigint) => [
  row({ names: [name("d")], previousName: name("b"), openingMicros: b, closingMicros: b }),
  row({ names: [name("e")], closingMicros: 3n }),
  row({ names: [name("f")], previousName: name("a"), openingMicros: 5n }),
];
const found = (now: AccountRow[]) => openingLine(file(now), file(before));

describe("the balance that does not begin where it ended", () => {
  it("is none in honest books", async () => expect(await found(nextOf(7n))).toBeUndefined());

  it("is named by its line, with both figures", async () =>
    expect(await found(nextOf(8n))).toEqual({
      line: 2,
      asset: "USD",
      class: "dollar_deposit",
      openingMicros: 8n,
      closedMicros: 7n,
    }));

  it("has no line when it was left out", async () =>
    expect(await found(nextOf(7n).slice(0, 2))).toMatchObject({
      line: undefined,
      openingMicros: 0n,
      closedMicros: 5n,
    }));

  it("may have come from nowhere", async () =>
    expect(
      await found([...nextOf(7n), row({ names: [name("9")], previousName: name("8"), openingMicros: 1n })]),
    ).toMatchObject({
      line: 5,
      closedMicros: 0n,
    }));
});
