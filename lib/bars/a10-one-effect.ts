import { suiteBar } from "@/lib/bars/suite";

/** A10, in small: the signer killed at every step, lost and hanging transactions, two signers: one effect an intent. */
export const bar = suiteBar({
  id: "A10",
  title: "One intent has at most one effect on the chain",
  files: ["lib/chain/signer.test.ts"],
  tests: "killed at|two signers|lost chain|hangs",
  size: { rounds: 20, deepRounds: 200, of: "rounds of kills" },
});
