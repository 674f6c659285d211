import { suiteBar } from "@/lib/bars/suite";

/**
 * V4: a bank's own books after epochs of random fees, stakes, claims and absences: over 1,000 random periods what came in is
 * what was shared out and what waits, and the supply is the same before and after every reward.
 */
export const bar = suiteBar({
  id: "V4",
  title: "A reward is somebody's fee, and nothing is minted for it",
  files: ["lib/rewards/sources-on-chain.test.ts", "lib/rewards/sources-and-uses.test.ts"],
  size: { rounds: 40, deepRounds: 400, of: "epochs, 1,000 periods" },
});
