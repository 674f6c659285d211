"use client";

import type { Address } from "viem";
import { WalletAccount } from "@/components/wallet/wallet-account";

/** A whole new page after signing out, so that nothing of the account stays in memory. */
export function SignedInAs({ address }: { address: Address }) {
  return <WalletAccount address={address} onSignedOut={() => window.location.assign("/stake")} />;
}
