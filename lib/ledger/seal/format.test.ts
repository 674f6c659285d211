import { expect, it } from "vitest";
import { decodeHeader, decodeLeaf, encodeLeaf, FormatError } from "@/lib/ledger/seal/format";

const at = "2026-11-22T10:00:00.000000Z";
const commitment = "ab".repeat(32);
const event = (lines: unknown) => ["event", "1", "2", "test", at, at, "", "", commitment, lines];

it.each([
  ["a number in place of an event's lines", event(5)],
  ["nothing in place of an event's lines", event(null)],
  ["an object in place of an event's lines", event({ length: 1 })],
  ["a text in place of an event's lines", event("transfer")],
  ["a number in place of a line", event([7])],
  ["nothing in place of a line", event([null])],
  ["an object in place of a line", event([{ 0: "transfer" }])],
  ["a line of an unknown kind", event([["gift", "1"]])],
  ["a number in place of an id", ["audit", 1, "2", commitment]],
  ["nothing at all", null],
  ["an empty list", []],
])("refuses %s by name", (_, leaf) => {
  expect(() => decodeLeaf(JSON.stringify(leaf))).toThrow(FormatError);
});

it.each(["", "[", "5", '"event"', "[]", "[null]"])("refuses %j as a header by name", (written) => {
  expect(() => decodeHeader(written)).toThrow(FormatError);
});

it("reads an event of transfers as it reads any other, and refuses what only looks like one", () => {
  const transfer = (seq: string, amount = "5") => [
    "transfer",
    seq,
    "USD",
    amount,
    "cash",
    "ab".repeat(20),
    "dollar_deposit",
    "cd".repeat(20),
  ];
  const honest = JSON.stringify(event([transfer("1"), transfer("2")]));
  const leaf = decodeLeaf(honest);
  expect(leaf).toMatchObject({ kind: "event", id: 1n, lines: [{ seq: 1n, amountMicros: 5n }, { seq: 2n }] });
  expect(encodeLeaf(leaf)).toBe(honest);
  const spoilt = [
    `${honest}\n`,
    ` ${honest}`,
    honest.slice(0, -1),
    `${honest}]`,
    honest.replace("],[", "],,["),
    honest.replace("]]]", "],]]"),
    honest.replace('"USD"', '"\\u0055SD"'),
    honest.replace('"USD"', '"U\ud800D"'),
    honest.replace('"USD"', '"U\u0001D"'),
    honest.replace('"5"', '"0"'),
    honest.replace('"5"', '"05"'),
    honest.replace('"5"', '"-5"'),
    honest.replace('"5"', `"${"1".repeat(39)}"`),
  ];
  for (const line of spoilt) expect(() => decodeLeaf(line), line).toThrow(FormatError);
  const other = JSON.stringify(event([["transfer", "1", 'a"b\\\u007f\u2028😀', ...transfer("1").slice(3)]]));
  expect(encodeLeaf(decodeLeaf(other))).toBe(other);
});
