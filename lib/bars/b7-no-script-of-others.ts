import { browserBar } from "@/lib/bars/browser-suite";

/** B7: a crawl without a complaint, a nonce of its own for each answer, and sixty payloads that stay text. */
export const bar = browserBar({
  id: "B7",
  title: "No script runs that is not ours",
  files: [
    "e2e/edge/crawl.spec.ts",
    "e2e/edge/nonce.spec.ts",
    "e2e/edge/payloads.spec.ts",
    "e2e/edge/policy-report.spec.ts",
  ],
  size: { rounds: 1_000, deepRounds: 10_000, of: "answers, every payload" },
});
