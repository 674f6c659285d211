import type { Bar } from "@/lib/bars/bar";
import { failuresOf, forgeTests } from "@/lib/bars/forge";

/** C7: a thief with every hot key takes, in an hour, the hour's caps and the tax not yet remitted; to the unit, and no more. */
export const bar: Bar = {
  id: "C7",
  title: "Limits contain the loss of every hot key",
  async run({ seed }) {
    const tests = await forgeTests("ci", ["--match-contract", "HotKeysTest", "--fuzz-seed", String(seed)]);
    const failures = failuresOf(tests);
    return {
      value: `${failures.length} failed of ${tests.length} scenarios`,
      limit: "0 failed: mint cap + forced cap + tax held",
      pass: tests.length > 0 && failures.length === 0,
      notes: failures,
    };
  },
};
