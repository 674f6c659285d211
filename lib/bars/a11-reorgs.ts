import { suiteBar } from "@/lib/bars/suite";

/** A11: after random reorgs the index equals a fresh one byte for byte, and nothing was credited twice. */
export const bar = suiteBar({
  id: "A11",
  title: "A reorg never costs money",
  files: ["lib/chain/indexer.test.ts"],
  tests: "winds back above final|halts when a credited block",
  size: { rounds: 200, deepRounds: 2_000, of: "reorg scripts" },
});
