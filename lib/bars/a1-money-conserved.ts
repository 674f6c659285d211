import { suiteBar } from "@/lib/bars/suite";

/** A1: random events on a real Postgres against a model in memory: no divergence, the books balance after every run. */
export const bar = suiteBar({
  id: "A1",
  title: "Money is never created or destroyed",
  files: ["lib/ledger/ledger.test.ts"],
  tests: "balance after any sequence of events",
  size: { rounds: 300, deepRounds: 2_000, of: "runs of up to 58 events" },
});
