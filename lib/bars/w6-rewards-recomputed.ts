import { suiteBar } from "@/lib/bars/suite";

/** W6: every payout is what the chain's records say, to the micro, and the causes of a change sum to the change. */
export const bar = suiteBar({
  id: "W6",
  title: "Any reward can be recomputed",
  files: ["lib/rewards/explain.test.ts", "lib/rewards/compare.test.ts", "lib/rewards/on-chain.test.ts"],
  size: { rounds: 10_000, deepRounds: 200_000, of: "payouts and pairs" },
});
