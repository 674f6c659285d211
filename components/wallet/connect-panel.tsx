"use client";

import { useState } from "react";
import { useTranslations } from "use-intl/react";
import { errorWords } from "@/components/copy/errors";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { Spinner } from "@/components/ui/spinner";
import type { ErrorCode } from "@/lib/errors";
import { DemoWalletRestore } from "./demo-wallet-restore";
import { useWallet } from "./use-wallet";
import { loadWallet, openWalletList, rememberConnected } from "./wallet-store";

/** Two presses: choose a wallet, then sign the sign-in message. Nothing else happens here. */
export function ConnectPanel({
  isDemo,
  isRestoring = false,
  onSignedIn,
}: {
  isDemo: boolean;
  /** the key of a demo wallet is about to be put in */
  isRestoring?: boolean;
  onSignedIn: () => void;
}) {
  const t = useTranslations("stake.connect");
  const wallet = useWallet();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ErrorCode | null>(null);

  async function signIn() {
    if (!wallet.wagmi || !wallet.config) return;
    setBusy(true);
    setFailure(null);
    const { signInWithWallet } = await import("./sign-in");
    const result = await signInWithWallet(wallet.wagmi, wallet.config);
    if (result.ok) onSignedIn();
    else {
      setFailure(result.code);
      setBusy(false);
    }
  }

  async function switchChain() {
    if (!wallet.wagmi || !wallet.config) return;
    const { switchToBankChain } = await import("./switch-chain");
    await switchToBankChain(wallet.wagmi, wallet.config)
      .then(() => setFailure(null))
      .catch(() => setFailure("wrong_chain"));
  }

  async function chooseAnother() {
    if (!wallet.wagmi) return;
    const { disconnect } = await import("wagmi/actions");
    await disconnect(wallet.wagmi).catch(() => undefined);
    rememberConnected(false);
    setFailure(null);
    openWalletList();
  }

  const connected = wallet.connection === "connected" && wallet.address;
  return (
    <div className="space-y-5">
      {connected ? (
        <>
          <p>
            {t("connectedAs", { wallet: wallet.walletName ?? t("wallet") })}{" "}
            <Copyable value={wallet.address ?? ""} what={t("address")} shorten />
          </p>
          <p className="text-soft">{t("signInText")}</p>
          <div className="flex flex-wrap gap-3">
            <Button
              size="lg"
              onClick={signIn}
              busy={busy}
              busyLabel={t("lookInWallet")}
              data-testid="sign-in"
            >
              {t("signIn")}
            </Button>
            <Button size="lg" variant="quiet" onClick={chooseAnother}>
              {t("another")}
            </Button>
          </div>
        </>
      ) : (
        <>
          <Button
            size="lg"
            onClick={openWalletList}
            busy={wallet.phase === "loading" || wallet.connection === "connecting"}
            busyLabel={t("loading")}
            data-testid="connect"
          >
            {t("connect")}
          </Button>
          {isDemo && (
            <>
              <p className="max-w-text text-note text-soft">{t("demoHint")}</p>
              <DemoWalletRestore isOpen={isRestoring} onRestored={openWalletList} />
            </>
          )}
          {wallet.phase === "loading" && <Spinner label={t("loading")} className="sr-only" />}
        </>
      )}
      {wallet.trouble && !connected && (
        <Banner
          live
          tone="warn"
          title={t(wallet.trouble === "no wallet" ? "noWallet" : "relaySilent")}
          money={t("troubleMoney")}
          next={t(wallet.trouble === "no wallet" ? "noWalletNext" : "relaySilentNext")}
        />
      )}
      {wallet.phase === "failed" && (
        <Banner
          live
          tone="error"
          title={errorWords.chain_down.what}
          money={errorWords.chain_down.money}
          next={errorWords.chain_down.next}
          actions={<Button onClick={loadWallet}>{t("tryAgain")}</Button>}
        />
      )}
      {failure && (
        <Banner
          live
          tone={failure === "wallet_rejected" ? "info" : "error"}
          title={errorWords[failure].what}
          money={errorWords[failure].money}
          next={errorWords[failure].next}
          actions={
            failure === "wrong_chain" ? <Button onClick={switchChain}>{t("switchChain")}</Button> : undefined
          }
        />
      )}
    </div>
  );
}
