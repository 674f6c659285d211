import { suiteBar } from "@/lib/bars/suite";

/** A17: a superuser edits, deletes, inserts, swaps, cuts the tail, rewrites the chain: each is found. */
export const bar = suiteBar({
  id: "A17",
  title: "History cannot be rewritten unseen",
  files: ["lib/ledger/seal/tampering.test.ts"],
  tests: "tampering by a superuser",
  size: { rounds: 500, deepRounds: 10_000, of: "tamperings" },
});
