"use client";

import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { useWallet } from "./use-wallet";
import { loadWallet, wasConnected } from "./wallet-store";

const WalletRuntime = lazy(() => import("./wallet-runtime"));

/** Stands once in the stake layout; brings the wallet library in only when it is wanted. */
export function WalletHost({ around }: { around?: (runtime: ReactNode) => ReactNode }) {
  const { phase, wantsModal } = useWallet();
  useEffect(() => {
    if (!wasConnected()) return;
    const idle = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, 200));
    idle(() => loadWallet());
  }, []);
  if (phase === "off" || phase === "failed") return null;
  const runtime = <WalletRuntime wants={wantsModal} />;
  return <Suspense fallback={null}>{around ? around(runtime) : runtime}</Suspense>;
}
