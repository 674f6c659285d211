import { suiteBar } from "@/lib/bars/suite";

/**
 * V1: every set of five operators away in turn, at random stakes: up to a third holds up nothing, more stops rewards and
 * mint and never an exit; back, they catch up by themselves.
 */
export const bar = suiteBar({
  id: "V1",
  title: "A third of the operators may be down",
  files: ["lib/epochs/operators-down.test.ts"],
  tests: "operators that are down",
  size: { rounds: 31, deepRounds: 310, of: "sets of operators away" },
});
