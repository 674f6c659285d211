import { describe, expect, it } from "vitest";
import { callsAction, checkActionCall, maxActionBytes, readActionCall } from "@/lib/auth/action-body";

const plain = "text/plain;charset=UTF-8";
const read = (value: unknown) => readActionCall(plain, JSON.stringify(value));
const deep = (levels: number): unknown => (levels === 0 ? "x" : { a: deep(levels - 1) });

describe("the call of an action", () => {
  it.each([
    ["no argument", []],
    ["one form", [{ amount: "5", clientKey: "k", agreed: true, income: 5, other: null }]],
    ["a field that was left out", [{ reason: "$undefined" }]],
    ["a text that begins with a dollar sign", [{ amount: "$$100" }]],
    ["a list", [{ some: ["a", "b"] }]],
  ])("with %s is fine", (_, value) => expect(read(value)).toBe("fine"));

  it.each([
    ["no list", { amount: "5" }],
    ["two arguments", [{}, {}]],
    ["a reference to another row", ["$1"]],
    ["a model of its own", [{ amount: "$K1" }]],
    ["a promise", ["$@1"]],
    ["a server reference", ["$F1"]],
    ["a number of its own making", ["$n5"]],
    ["no number at all", ["$NaN"]],
    ["a date", ["$D2026-01-01"]],
    ["a bottomless depth", [deep(50)]],
  ])("with %s is malformed", (_, value) => expect(read(value)).toBe("malformed"));

  it("is malformed as anything but one JSON text", () => {
    for (const body of [
      "",
      "{",
      "[",
      '["a"',
      "null",
      "5",
      "[1e999]",
      '[{"__proto__":{"x":1}}]',
      "[undefined]",
    ])
      expect(readActionCall(plain, body), body).toBe("malformed");
    for (const type of [null, "", "application/json", "multipart/form-data; boundary=x"])
      expect(readActionCall(type, "[]"), String(type)).toBe("malformed");
  });

  it("is too large before it is read to its end", async () => {
    const sent = (body: BodyInit, headers: Record<string, string> = {}) =>
      checkActionCall(
        new Request("http://localhost/", {
          method: "POST",
          body,
          headers: { "content-type": plain, ...headers },
        }),
      );
    expect(await sent("[]", { "content-length": String(maxActionBytes + 1) })).toBe("too_large");
    expect(await sent(`["${"a".repeat(maxActionBytes)}"]`)).toBe("too_large");
    expect(await sent('["a"]')).toBe("fine");
  });

  it("is told from other requests by its header or its form", () => {
    const asks = (method: string, headers: Record<string, string>) =>
      callsAction({ method, headers: new Headers(headers) });
    expect(asks("POST", { "next-action": "x" })).toBe(true);
    expect(asks("POST", { "content-type": "Multipart/Form-Data; boundary=x" })).toBe(true);
    expect(asks("POST", { "content-type": "application/json" })).toBe(false);
    expect(asks("GET", { "next-action": "x" })).toBe(false);
  });
});
