import { browserBar } from "@/lib/bars/browser-suite";

/** B16: upgrades, absolute addresses and foreign hosts; a listener beside the bank hears nothing. */
export const bar = browserBar({
  id: "B16",
  title: "No request makes the server call where the request says",
  files: ["e2e/edge/upgrade.spec.ts"],
});
