import { describe, expect, it } from "vitest";
import { violationsIn } from "./violations";

describe("a browser's report of a broken policy", () => {
  it("is read in both forms, without what names a person", () => {
    const told = {
      directive: "script-src-elem",
      page: "/staff/identity/:id",
      blocked: "https://evil.example",
    };
    const page = "https://bank.example/staff/identity/5f3a1c2e-0000-4000-8000-000000000000?name=Ada";
    const script = "https://evil.example/x.js?stolen=1";
    expect(
      violationsIn({
        "csp-report": {
          "document-uri": page,
          "effective-directive": "script-src-elem",
          "blocked-uri": script,
          "script-sample": "Ada Whitcomb",
        },
      }),
    ).toEqual([told]);
    expect(
      violationsIn([
        {
          type: "csp-violation",
          url: page,
          body: {
            documentURL: page,
            effectiveDirective: "script-src-elem",
            blockedURL: script,
            sample: "Ada",
          },
        },
        { type: "deprecation", body: {} },
      ]),
    ).toEqual([told]);
  });

  it("keeps keywords and schemes, and makes nothing of nonsense", () => {
    const blocked = (uri: unknown) => violationsIn({ "csp-report": { "blocked-uri": uri } })[0]?.blocked;
    expect(blocked("inline")).toBe("inline");
    expect(blocked("data:text/html,x")).toBe("data:");
    for (const odd of [7, null, "a b", {}, "x".repeat(9_000)]) expect(blocked(odd)).toBe("unknown");
    expect(violationsIn({ "csp-report": {} })).toEqual([
      { directive: "unknown", page: "unknown", blocked: "unknown" },
    ]);
    for (const odd of [null, 7, "x", [], [null], {}, { "csp-report": 3 }])
      expect(violationsIn(odd)).toEqual([]);
  });

  it("counts at most ten to a body", () => {
    const one = { type: "csp-violation", body: { effectiveDirective: "img-src" } };
    expect(violationsIn(Array.from({ length: 500 }, () => one))).toHaveLength(10);
  });
});
