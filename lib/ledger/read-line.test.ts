import { describe, expect, it } from "vitest";
import { mostLineBytes, readLine } from "@/lib/ledger/read-line";

const read = (line: unknown) =>
  readLine(Buffer.from(typeof line === "string" ? line : JSON.stringify(line)), "cli-1");
const good = { key: "abc", debit: "rail_clearing", credit: "dollar_deposit profile:1", amount: "5" };

describe("a line from outside", () => {
  it("is an event, with what it leaves out", () => {
    const transfer = {
      debit: { class: "rail_clearing" },
      credit: { class: "dollar_deposit", owner: "profile:1" },
      asset: "USD",
      amount: "5",
    };
    const event = { key: "abc", kind: "cli-post", subject: "abc", actor: "cli", requestId: "cli-1" };
    expect(read(good)).toEqual({ key: "abc", payload: { ...event, transfers: [transfer] } });
    expect(read({ key: "abc", kind: "other", detail: { a: "b" }, transfers: [transfer, transfer] })).toEqual({
      key: "abc",
      payload: { ...event, kind: "other", detail: { a: "b" }, transfers: [transfer, transfer] },
    });
    expect(read({ ...good, linked: false, upTo: false })).toMatchObject({
      payload: { transfers: [{ upTo: false }] },
    });
    expect(read({ ...good, linked: false })).not.toHaveProperty("payload.linked");
    expect(read({ ...good, id: 7, note: "rent", comment: null })).toEqual(read(good));
    // whose class nobody knows has no asset of its own
    expect(read({ ...good, debit: "nobody" })).toMatchObject({ payload: { transfers: [{ asset: "USD" }] } });
    expect(read(`\u2028${JSON.stringify({ ...good, subject: "a\u2028b" })}`.slice(1))).toHaveProperty(
      "payload.subject",
      "a\u2028b",
    );
  });

  it.each<[string, unknown, string, string?]>([
    ["nothing", "", "an empty line"],
    ["blanks", " \t ", "an empty line"],
    ["no JSON", "{", "not JSON"],
    ["two documents", '{"key":"abc"} {}', "not JSON"],
    ["a number that is none", '{"key":"abc","amount":NaN}', "not JSON"],
    ["a list", [good], "not an object"],
    ["null", null, "not an object"],
    ["a field that nobody reads", { ...good, effectiveat: "2026-01-01" }, "effectiveat: no such field"],
    ["such a field within", { ...good, debit: { class: "cash", of: "x" } }, "debit.of: no such field"],
    ["__proto__", '{"key":"abc","__proto__":{"amount":"5"}}', "__proto__: no such field"],
    ["an amount twice", '{"key":"abc","amount":"5","amount":"500"}', "amount: said twice"],
    [
      "a name twice, spelt otherwise",
      '{"key":"abc","amount":"5","\\u0061mount":"500"}',
      "amount: said twice",
    ],
    ["a name twice within", '{"key":"abc","detail":{"a":"{","a" :"}"}}', "a: said twice"],
    ["a number as amount", { ...good, amount: 5 }, "amount: not a text", "amount_malformed"],
    ["a list as amount", { ...good, amount: [["5"]] }, "amount: not a text", "amount_malformed"],
    ["a number as key", { ...good, key: 12_345 }, "key: not a text", "key_malformed"],
    ["a number as date", { ...good, effectiveAt: 20_260_101 }, "effectiveAt: not a text", "date_malformed"],
    ["a number as class", { ...good, debit: { class: 5 } }, "debit.class: not a text", "account_unknown"],
    ["a number as account", { ...good, debit: 5 }, "debit: not an object"],
    ["a number as kind", { ...good, kind: 5 }, "kind: not a text"],
    ["null as subject", { ...good, subject: null }, "subject: not a text"],
    ["a number in the detail", { ...good, detail: { a: 1 } }, "detail.a: not a text"],
    ["a text as flag", { ...good, upTo: "yes" }, "upTo: neither true nor false"],
    ["transfers that are no list", { key: "abc", transfers: {} }, "transfers: not a list"],
    ["a transfer that is none", { key: "abc", transfers: [null] }, "transfers 1: not an object"],
    ["holds that are no list", { key: "abc", holds: good }, "holds: not a list"],
    [
      "a place that is none",
      { key: "abc", ends: [{ hold: "x", seq: 1.5 }] },
      "ends 1.seq: not a whole number",
    ],
    ["a link to what may not come", { ...good, linked: true }, "linked: a line stands or falls by itself"],
    ["one transfer and more", { ...good, transfers: [] }, "transfers: beside debit, credit, amount"],
    ["an amount of nobody", { key: "abc", amount: "5" }, "amount: without debit and credit"],
    ["NUL", { ...good, subject: "\u0000" }, "a character that no text can keep"],
    ["half a character", { ...good, detail: { a: "\ud83d" } }, "a character that no text can keep"],
    ["a long line", { ...good, subject: "x".repeat(mostLineBytes) }, `longer than ${mostLineBytes} bytes`],
  ])("is refused when it has %s", (_, line, what, code = "malformed") => {
    expect(read(line)).toHaveProperty("fault", { code, what });
  });

  it("is refused when it is not UTF-8", () => {
    const bytes = Buffer.from(JSON.stringify({ ...good, subject: "ä" }));
    bytes[bytes.indexOf(0xc3)] = 0xff;
    expect(readLine(bytes, "r")).toEqual({ key: null, fault: { code: "malformed", what: "not UTF-8" } });
  });

  it("may spell out what it may not contain, and hold braces in its texts", () => {
    for (const subject of ["\\u0000", "\\\\ud800", '{"a":1,"a":2}', "😀"])
      expect(read({ ...good, subject })).toHaveProperty("payload.subject", subject);
  });
});
