import { browserBar } from "@/lib/bars/browser-suite";

/** B6: every action and every writing route, from nine origins that are not ours, in four forms: 403, no effect. */
export const bar = browserBar({
  id: "B6",
  title: "No cross-site request runs an action",
  files: ["e2e/edge/foreign-origin.spec.ts"],
});
