import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import {
  aliasOf,
  blindOf,
  commitmentOf,
  decodeLeaf,
  hashOfLine,
  saltHashOf,
  toHex,
} from "@/lib/ledger/seal/format";
import { verifyBatch } from "@/lib/ledger/seal/verify-batch";

const text = readFileSync(new URL("./README.md", import.meta.url), "utf8");
const example = /```jsonl\n([^`]+)\n```/.exec(text)?.[1]?.split("\n") ?? [];
const said = (name: string) =>
  new RegExp(`^${name} +(.+)$`, "m").exec(text.slice(text.indexOf("## An example")))?.[1] ?? "";

it("is the format: the README's example, byte by byte", async () => {
  const salt = Buffer.from(/`([0-9a-f]{32})` twice/.exec(text)?.[1]?.repeat(2) ?? "", "hex");
  const [header = "", account = "", event = ""] = example;
  expect(example).toHaveLength(3);
  expect(await verifyBatch(example)).toMatchObject({
    ok: true,
    root: said("root"),
    leaf: said("head 1"),
    events: 1,
    accounts: 1,
    totals: [
      { asset: "USD", class: "cash", debitsMicros: 5_000_000n, creditsMicros: 0n },
      { asset: "USD", class: "dollar_deposit", debitsMicros: 0n, creditsMicros: 5_000_000n },
    ],
  });
  expect([account, event].map((line) => toHex(hashOfLine(line)))).toEqual([said("leaf 0"), said("leaf 1")]);
  expect(header).toContain(`"${saltHashOf(salt)}"`);
  expect(aliasOf(salt, 4n)).toBe(said("account 4"));
  const blind = blindOf(salt, "event", 12n);
  expect(toHex(blind)).toBe(said("blind of event 12"));
  expect(commitmentOf(blind, said("content of event 12"))).toBe(decodeLeaf(event).commitment);
});
