import { suiteBar } from "@/lib/bars/suite";

/** B5: the signer decodes each call itself and refuses every contract, function and parameter that is not the bank's. */
export const bar = suiteBar({
  id: "B5",
  title: "What staff approve is what is signed",
  files: ["lib/chain/allow-list.test.ts", "lib/chain/signer.test.ts"],
});
