import { suiteBar } from "@/lib/bars/suite";

/** B5: the signer decodes each call itself, refuses what is not the bank's, and reads the act behind a mint anew. */
export const bar = suiteBar({
  id: "B5",
  title: "What staff approve is what is signed",
  files: ["lib/chain/allow-list.test.ts", "lib/chain/act-behind.test.ts", "lib/chain/signer.test.ts"],
});
