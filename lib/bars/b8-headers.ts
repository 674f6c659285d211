import { browserBar } from "@/lib/bars/browser-suite";

/** B8: every route at every status, for a stranger, a resident and staff; the status is that of the page. */
export const bar = browserBar({
  id: "B8",
  title: "Every answer carries the headers of a bank",
  files: ["e2e/edge/headers.spec.ts", "e2e/edge/statuses.spec.ts"],
});
