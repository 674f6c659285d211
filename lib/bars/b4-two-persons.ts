import { suiteBar } from "@/lib/bars/suite";

/** B4: twenty decide at once and one decision is taken; whoever asked, what was edited and what is late decides nothing. */
export const bar = suiteBar({
  id: "B4",
  title: "High-value actions need two people",
  files: ["lib/approvals/two-persons.test.ts"],
  size: { rounds: 50, deepRounds: 500, of: "races of 20" },
});
