import { suiteBar } from "@/lib/bars/suite";

/** A1: random batches and events on a real Postgres against a model in memory: same answers, same books after every run. */
export const bar = suiteBar({
  id: "A1",
  title: "Money is never created or destroyed",
  files: ["lib/ledger/model.test.ts", "lib/ledger/ledger.test.ts"],
  tests: "stand the same after any batches|balance after any sequence of events",
  size: { rounds: 300, deepRounds: 2_000, of: "runs of 60 commands" },
});
