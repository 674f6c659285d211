import { readFileSync } from "node:fs";
import type { Bar } from "@/lib/bars/bar";
import { failuresOf, forgeTests } from "@/lib/bars/forge";
import { inProject } from "@/lib/processes/running-bank";

/** C17: each call below its ceiling, measured as a transaction of its own, and the same for 100 and 10,000 stakers. */
export const bar: Bar = {
  id: "C17",
  title: "Gas stays below its ceilings, however many others stake",
  async run() {
    const tests = await forgeTests("default", ["--match-path", "test/gas/*"]);
    const failures = failuresOf(tests);
    return {
      value: `${failures.length} failed of ${tests.length} tests`,
      limit: "0 failed",
      pass: tests.length > 0 && failures.length === 0,
      notes: [
        ...readFileSync(inProject("contracts", "gas", "costs.txt"), "utf8")
          .trim()
          .split("\n"),
        ...failures,
      ],
    };
  },
};
