import { suiteBar } from "@/lib/bars/suite";

/** A2: 64 spends of one balance at once: accepted are exactly floor(balance / amount), every round. */
export const bar = suiteBar({
  id: "A2",
  title: "No balance goes below zero, and no account is exempt",
  files: ["lib/ledger/ledger.test.ts"],
  tests: "64 spends at once|exempt a customer|the last micro",
  size: { rounds: 1_000, deepRounds: 10_000, of: "rounds of 64 spends" },
});
