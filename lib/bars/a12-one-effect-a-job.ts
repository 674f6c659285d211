import { suiteBar } from "@/lib/bars/suite";

/** A12: each job five times at once and three times again; a holder killed or paused, with the bank's own lease. */
export const bar = suiteBar({
  id: "A12",
  title: "A job run twice does its work once, and who lost it commits nothing",
  files: ["lib/jobs/scheduler.test.ts", "lib/faults/failpoints.test.ts"],
  tests: "the scheduler|a run's own|jobs",
  size: { rounds: 1, deepRounds: 1, of: "lease of 20 s" },
});
