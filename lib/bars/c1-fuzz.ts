import type { Bar } from "@/lib/bars/bar";
import { failuresOf, forgeTests } from "@/lib/bars/forge";

/** C1: every fuzz test of the contracts at 10,000 runs, deep 100,000. Value: failures, and the smallest count of runs. */
export const bar: Bar = {
  id: "C1",
  title: "Contracts hold under fuzzing, and the seed is printed",
  async run({ seed, deep }) {
    const least = deep ? 100_000 : 10_000;
    const tests = await forgeTests(deep ? "deep" : "ci", [
      ...["--match-path", "test/unit/*", "--fuzz-seed", String(seed)],
    ]);
    const fuzz = tests.filter(({ kind }) => kind.Fuzz);
    const runs = Math.min(...fuzz.map(({ kind }) => kind.Fuzz?.runs ?? 0));
    const failures = failuresOf(fuzz);
    return {
      value: `${failures.length} failed of ${fuzz.length} tests x ${fuzz.length ? runs : 0} runs`,
      limit: `0 failed x ${least} runs`,
      pass: fuzz.length > 0 && failures.length === 0 && runs >= least,
      notes: failures,
    };
  },
};
