import type { Bar } from "@/lib/bars/bar";
import { failuresOf, forgeTests } from "@/lib/bars/forge";

const leastOfEach = 1_000;

/** C2: 256 x 500 random calls in each stateful campaign, deep 2,000 x 500; a revert counts as a failure. */
export const bar: Bar = {
  id: "C2",
  title: "Invariants hold over long runs, and no call of a run reverts",
  async run({ seed, deep }) {
    const least = (deep ? 2_000 : 256) * 500;
    const tests = await forgeTests(deep ? "deep" : "ci", [
      ...["--match-path", "test/invariant/*", "--fuzz-seed", String(seed)],
    ]);
    const campaigns = tests.flatMap(({ kind }) => kind.Invariant ?? []);
    const calls = Math.min(...campaigns.map((one) => one.calls));
    const reverts = campaigns.reduce((sum, one) => sum + one.reverts, 0);
    const failures = failuresOf(tests);
    const acts = campaigns.flatMap(({ metrics = {} }) =>
      Object.entries(metrics).map(([act, count]) => ({ act: act.split(/[.:]/).at(-1) ?? act, ...count })),
    );
    const seldom = acts.filter(
      ({ calls: done, reverts: undone, discards }) => done - undone - discards < leastOfEach,
    );
    return {
      value: `${failures.length} failed, ${reverts} reverts in ${campaigns.length} campaign x ${campaigns.length ? calls : 0} calls`,
      limit: `0 failed, 0 reverts x ${least} calls, each act >= ${leastOfEach} times`,
      pass:
        campaigns.length > 0 &&
        failures.length === 0 &&
        reverts === 0 &&
        calls >= least &&
        acts.length > 0 &&
        seldom.length === 0,
      notes: [
        ...acts.map(
          ({ act, calls: done, discards }) => `${act}: ${done} calls, ${discards} not possible then`,
        ),
        ...failures,
      ],
    };
  },
};
