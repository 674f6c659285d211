import { expect, it } from "vitest";
import { decodeHeader, decodeLeaf, FormatError } from "@/lib/ledger/seal/format";

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
