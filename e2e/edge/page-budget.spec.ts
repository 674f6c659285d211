import { expect, test } from "@playwright/test";
import { overBudget } from "@/lib/bars/w1-page-budget";
import { weighBuild } from "@/lib/bench/pages";
import { inProject } from "@/lib/processes/running-bank";

test("no page of this build outweighs its budget of script", () => {
  const weighed = weighBuild(inProject());
  expect(weighed?.pages.length).toBeGreaterThan(20);
  expect(overBudget(weighed?.pages ?? [])).toEqual([]);
});
