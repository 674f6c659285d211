import { suiteBar } from "@/lib/bars/suite";

/** A18: what the app's role and the tables' owner may write in SQL breaks no rule of the books. */
export const bar = suiteBar({
  id: "A18",
  title: "The database itself keeps the rules, whoever writes",
  files: ["lib/ledger/direct-sql.test.ts"],
  size: { rounds: 1_000, deepRounds: 10_000, of: "attempts, half by the app's role, half by the owner" },
});
