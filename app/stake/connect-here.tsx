"use client";

import { lazy, Suspense, useState } from "react";
import { ConnectStart, type ConnectWords } from "@/components/wallet/connect-start";
import { useWallet } from "@/components/wallet/use-wallet";
import type { StrangersTexts } from "./strangers-wallet-host";
import { TextsLater } from "./texts-later";

const ConnectPanel = lazy(() =>
  import("@/components/wallet/connect-panel").then((panel) => ({ default: panel.ConnectPanel })),
);

/** After the sign-in the whole page is drawn anew for the account. */
export function ConnectHere({
  isDemo,
  words,
  texts,
}: {
  isDemo: boolean;
  words: ConnectWords;
  texts: StrangersTexts;
}) {
  const { phase } = useWallet();
  const [restoring, setRestoring] = useState(false);
  const start = (
    <ConnectStart
      words={words}
      isDemo={isDemo}
      busy={phase === "loading"}
      onRestore={() => setRestoring(true)}
    />
  );
  if (phase === "off" && !restoring) return start;
  return (
    <Suspense fallback={start}>
      <TextsLater {...texts}>
        <ConnectPanel isDemo={isDemo} isRestoring={restoring} onSignedIn={() => window.location.reload()} />
      </TextsLater>
    </Suspense>
  );
}
