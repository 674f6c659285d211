import { suiteBar } from "@/lib/bars/suite";

/** A5: the bank killed at every failpoint that stands in its source, in any step and at any time that passes it. */
export const bar = suiteBar({
  id: "A5",
  title: "A crash at any point loses nothing and doubles nothing",
  files: ["lib/faults/failpoints.test.ts"],
  tests: "failpoints",
  size: { rounds: 4, deepRounds: 20, of: "kills at each point" },
});
