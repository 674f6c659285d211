import { cache } from "react";
import { type Catalogue, catalogue } from "@/lib/messages/catalogue";
import { activeProfile } from "@/lib/state-profile/queries";
import type { StrangersTexts } from "./strangers-wallet-host";

/** Of the texts of this front a stranger needs few, and waits for them on a phone. */
export const strangersTexts = cache((): StrangersTexts => {
  const { stake, shared } = catalogue;
  const { connect, demoWallet } = stake;
  return {
    messages: { stake: { connect, demoWallet } as Catalogue["stake"], shared },
    timeZone: activeProfile().timeZone,
  };
});
