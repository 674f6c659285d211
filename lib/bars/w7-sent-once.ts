import { suiteBar } from "@/lib/bars/suite";

/** W7: random wallets, networks, persons, reloads and windows against the code that asks a wallet. */
export const bar = suiteBar({
  id: "W7",
  title: "No step of a resident is sent twice, and each comes to its end",
  files: ["components/wallet/never-twice.test.ts"],
  size: { rounds: 800, deepRounds: 10_000, of: "random lives of a flow" },
});
