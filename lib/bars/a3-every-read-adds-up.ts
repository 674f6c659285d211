import { suiteBar } from "@/lib/bars/suite";

/** A3: 16 writers and 4 readers for a minute, kill -9 of the whole of Postgres every five seconds: no read with a wrong total. */
export const bar = suiteBar({
  id: "A3",
  title: "Every read of the books adds up, also under faults",
  files: ["lib/ledger/every-read-adds-up.test.ts"],
  size: { rounds: 12, deepRounds: 120, of: "kills" },
});
