import { suiteBar } from "@/lib/bars/suite";

/** D6: kill -9 of every process of a whole bank at random moments, while people stake, claim, mint and redeem. */
export const bar = suiteBar({
  id: "D6",
  title: "Everything dies in turn: nothing is lost, doubled or left to an operator",
  files: ["lib/bars/journeys.test.ts"],
  size: { rounds: 200, deepRounds: 2_000, of: "acts under kills" },
});
