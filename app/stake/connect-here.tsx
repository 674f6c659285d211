"use client";

import { ConnectPanel } from "@/components/wallet/connect-panel";

/** After the sign-in the whole page is drawn anew for the account. */
export function ConnectHere({ isDemo }: { isDemo: boolean }) {
  return <ConnectPanel isDemo={isDemo} onSignedIn={() => window.location.reload()} />;
}
