import { suiteBar } from "@/lib/bars/suite";

/**
 * C18: no falsified batch of an epoch passes a validator, and each is refused for what is false in it: by the verifier
 * alone at large counts, and every kind of lie once by five whole validators on a chain.
 */
export const bar = suiteBar({
  id: "C18",
  title: "No falsified batch passes",
  files: [
    "lib/epochs/verify/lies.test.ts",
    "lib/epochs/verify/fuzz.test.ts",
    "lib/processes/attestor-lies.test.ts",
  ],
  size: { rounds: 1_000, deepRounds: 20_000, of: "falsified batches" },
});
