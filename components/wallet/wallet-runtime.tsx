"use client";

import "@rainbow-me/rainbowkit/styles.css";
import { lightTheme, RainbowKitProvider, type Theme, useConnectModal } from "@rainbow-me/rainbowkit";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { type Config, useAccount, WagmiProvider } from "wagmi";
import { BlankAvatar } from "./blank-avatar";
import type { DemoRequest } from "./demo-wallet";
import { DemoWalletSheet } from "./demo-wallet-sheet";
import { createWalletConfig, demoWalletId } from "./wallet-config";
import { type PublicConfig, rememberConnected, setWallet, walletState } from "./wallet-store";

const base = lightTheme({ borderRadius: "none", fontStack: "system", overlayBlur: "none" });

/** The list of wallets in the house's own paper and ink; the tokens switch light and dark by themselves. */
const theme: Theme = {
  ...base,
  colors: {
    ...base.colors,
    accentColor: "var(--color-accent)",
    accentColorForeground: "var(--color-on-accent)",
    actionButtonBorder: "var(--color-rule)",
    actionButtonBorderMobile: "var(--color-rule)",
    actionButtonSecondaryBackground: "var(--color-sunk)",
    closeButton: "var(--color-ink)",
    closeButtonBackground: "var(--color-sunk)",
    connectButtonBackground: "var(--color-raised)",
    connectButtonInnerBackground: "var(--color-raised)",
    connectButtonText: "var(--color-ink)",
    connectionIndicator: "var(--color-good)",
    downloadBottomCardBackground: "var(--color-sunk)",
    downloadTopCardBackground: "var(--color-sunk)",
    error: "var(--color-bad)",
    generalBorder: "var(--color-rule)",
    generalBorderDim: "var(--color-rule)",
    menuItemBackground: "var(--color-sunk)",
    modalBackdrop: "var(--color-veil)",
    modalBackground: "var(--color-raised)",
    modalBorder: "var(--color-rule)",
    modalText: "var(--color-ink)",
    modalTextDim: "var(--color-soft)",
    modalTextSecondary: "var(--color-soft)",
    profileAction: "var(--color-sunk)",
    profileActionHover: "var(--color-accent-wash)",
    profileForeground: "var(--color-sunk)",
    selectedOptionBorder: "var(--color-accent)",
    standby: "var(--color-warn)",
  },
  fonts: { body: "var(--font-sans)" },
  shadows: {
    connectButton: "none",
    dialog: "none",
    profileDetailsAction: "none",
    selectedOption: "none",
    selectedWallet: "none",
    walletLogo: "none",
  },
};

async function loadConfig(): Promise<PublicConfig> {
  const answer = await fetch("/api/config", { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`config ${answer.status}`);
  return (await answer.json()) as PublicConfig;
}

/** Tells the rest of the page what the wallet library knows. */
function Bridge({ wagmi, config }: { wagmi: Config; config: PublicConfig }) {
  const account = useAccount();
  const { openConnectModal, connectModalOpen } = useConnectModal();
  const opened = useRef(false);

  useEffect(() => {
    const connection =
      account.status === "connected"
        ? "connected"
        : account.status === "disconnected"
          ? "none"
          : "connecting";
    setWallet({
      phase: "ready",
      wagmi,
      config,
      connection,
      address: account.address,
      chainId: account.chainId,
      walletName: account.connector?.name,
      isDemo: account.connector?.id === demoWalletId,
    });
    if (connection === "connected") rememberConnected(true);
  }, [account.status, account.address, account.chainId, account.connector, wagmi, config]);

  useEffect(() => {
    if (!walletState().wantsModal) return;
    if (account.status === "connected") setWallet({ wantsModal: false });
    else if (wagmi.connectors.length === 0) setWallet({ wantsModal: false, trouble: "no wallet" });
    else if (openConnectModal && account.status === "disconnected") {
      setWallet({ wantsModal: false });
      openConnectModal();
    }
  });

  useEffect(() => {
    if (opened.current && !connectModalOpen) setWallet({ wantsModal: false });
    opened.current = connectModalOpen;
  }, [connectModalOpen]);

  return null;
}

/** Everything of the wallet library; loaded when somebody connects or has been connected before. */
export default function WalletRuntime({ wants }: { wants: boolean }) {
  const [ready, setReady] = useState<{ wagmi: Config; config: PublicConfig; queries: QueryClient } | null>(
    null,
  );
  const [pending, setPending] = useState<{
    request: DemoRequest;
    answer: (approved: boolean) => void;
  } | null>(null);

  /** a new list in place of one that waits for the relay */
  const [silences, setSilences] = useState(0);

  useEffect(() => {
    let gone = false;
    loadConfig()
      .then((config) => {
        if (gone) return;
        const ask = (request: DemoRequest) =>
          new Promise<boolean>((resolve) => {
            setPending({
              request,
              answer: (approved) => {
                setPending(null);
                resolve(approved);
              },
            });
          });
        const relaySilent = () => {
          setSilences((count) => count + 1);
          setWallet({ trouble: "relay silent" });
        };
        const wagmi = createWalletConfig(config, { ask, relaySilent });
        setReady({ wagmi, config, queries: new QueryClient() });
      })
      .catch(() => !gone && setWallet({ phase: "failed", wantsModal: false }));
    return () => {
      gone = true;
    };
  }, []);

  if (!ready) return null;
  return (
    <WagmiProvider config={ready.wagmi}>
      <QueryClientProvider client={ready.queries}>
        <RainbowKitProvider
          key={silences}
          theme={theme}
          modalSize="compact"
          avatar={BlankAvatar}
          appInfo={{ appName: ready.config.bankName, learnMoreUrl: "/stake" }}
        >
          <Bridge key={String(wants)} wagmi={ready.wagmi} config={ready.config} />
        </RainbowKitProvider>
        <DemoWalletSheet
          request={pending?.request ?? null}
          config={ready.config}
          answer={(yes) => pending?.answer(yes)}
        />
      </QueryClientProvider>
    </WagmiProvider>
  );
}
