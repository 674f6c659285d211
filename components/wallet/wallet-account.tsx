"use client";

import { useState } from "react";
import { useTranslations } from "use-intl/react";
import type { Address } from "viem";
import { Button } from "@/components/ui/button";
import { shortened } from "@/components/ui/copyable";
import { useWallet } from "./use-wallet";
import { rememberConnected } from "./wallet-store";

/** Who is signed in, and the way out: ends the session on the server and lets go of the wallet. */
export function WalletAccount({ address, onSignedOut }: { address: Address; onSignedOut: () => void }) {
  const t = useTranslations("stake.account");
  const wallet = useWallet();
  const [busy, setBusy] = useState(false);

  async function signOut() {
    setBusy(true);
    const { signOut: endSession } = await import("next-auth/react");
    await endSession({ redirect: false }).catch(() => undefined);
    if (wallet.wagmi) {
      const { disconnect } = await import("wagmi/actions");
      await disconnect(wallet.wagmi).catch(() => undefined);
    }
    rememberConnected(false);
    onSignedOut();
  }

  return (
    <div className="flex items-center gap-1 lg:flex-col lg:items-start lg:pl-3">
      <code className="font-mono text-label" title={address}>
        {shortened(address)}
      </code>
      <Button variant="quiet" size="sm" onClick={signOut} busy={busy} className="lg:-ml-3.75">
        {t("signOut")}
      </Button>
    </div>
  );
}
