import { suiteBar } from "@/lib/bars/suite";

/** A4: the same key fifty times at once has one effect and one answer; the same key for something else has none. */
export const bar = suiteBar({
  id: "A4",
  title: "A retry never pays twice",
  files: ["lib/ledger/ledger.test.ts"],
  tests: "one key, one event",
  size: { rounds: 500, deepRounds: 5_000, of: "rounds of 50 retries" },
});
