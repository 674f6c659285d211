import { expect, it } from "vitest";
import { periodOf } from "./period";

const today = "2026-11-22";

it.each([
  [{}, undefined],
  [{ from: "", to: "" }, undefined],
  [{ from: "2026-02-30", to: "2026-03-01" }, "unreadable"],
  [{ from: "yesterday", to: "2026-03-01" }, "unreadable"],
  [{ from: "2026-03-01" }, "unreadable"],
  [{ from: ["2026-03-01", "2026-03-02"], to: "2026-03-03" }, "unreadable"],
  [{ from: "2026-03-02", to: "2026-03-01" }, "backwards"],
] as const)("of %j shows the last thirty days", (asked, problem) => {
  expect(periodOf(asked as never, today)).toEqual({ from: "2026-10-24", to: today, problem });
});

it("takes two days as they are, one alone too", () => {
  expect(periodOf({ from: "2026-01-01", to: "2026-01-01" }, today)).toEqual({
    from: "2026-01-01",
    to: "2026-01-01",
    problem: undefined,
  });
});
