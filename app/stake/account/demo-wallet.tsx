"use client";

import { DemoWalletKeeping } from "@/components/wallet/demo-wallet-keeping";

/** Without its key the account cannot be signed in to from here, so the page begins anew. */
export function DemoWallet() {
  return <DemoWalletKeeping onErased={() => window.location.assign("/stake")} />;
}
