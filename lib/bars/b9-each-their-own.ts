import { browserBar } from "@/lib/bars/browser-suite";

/** B9: two residents, a clerk and a stranger behind one cache, pages, payloads of the router and deceptive paths. */
export const bar = browserBar({
  id: "B9",
  title: "No answer meant for one person reaches another",
  files: ["e2e/edge/two-people.spec.ts"],
  size: { rounds: 1_000, deepRounds: 20_000, of: "mixed requests" },
});
