import type { Bar } from "@/lib/bars/bar";
import { failuresOf, forgeTests } from "@/lib/bars/forge";
import { suiteBar } from "@/lib/bars/suite";

const endToEnd = suiteBar({
  id: "V2",
  title: "with the bank's own jobs and five validators",
  files: ["lib/epochs/operators-down.test.ts"],
  tests: "nine tenths of the stake",
});

/**
 * V2: bank and affiliates with nine tenths of the stake and more make no epoch final, and nobody does without a majority of
 * three outside or more: over random registries and stakes on the real EpochManager, and once with everything real.
 */
export const bar: Bar = {
  id: "V2",
  title: "The bank alone makes no epoch final, whatever it holds",
  async run(options) {
    const least = options.deep ? 100_000 : 1_000;
    const tests = await forgeTests("default", [
      ...["--match-contract", "EpochQuorumTest", "--fuzz-seed", String(options.seed)],
      ...["--fuzz-runs", String(least)],
    ]);
    const failures = failuresOf(tests);
    const runs = Math.min(...tests.map(({ kind }) => kind.Fuzz?.runs ?? 0));
    const real = await endToEnd.run(options);
    return {
      value: `${failures.length} failed of ${tests.length} tests x ${tests.length ? runs : 0} registries; real: ${real.value}`,
      limit: `0 failed x ${least} registries; real: 0 failed`,
      pass: tests.length > 0 && failures.length === 0 && runs >= least && real.pass,
      notes: [...failures, ...(real.notes ?? [])],
    };
  },
};
