import { suiteBar } from "@/lib/bars/suite";

/** D10, for the chain: each named lie and failure of a node is named in turn, credits nothing, leaves no gap, and passes. */
export const bar = suiteBar({
  id: "D10",
  title: "A node that lies, lags or fails credits nothing and leaves no gap",
  files: ["lib/chain/faulty-node.test.ts", "lib/chain/proof.test.ts"],
});
