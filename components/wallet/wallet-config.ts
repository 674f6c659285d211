import { connectorsForWallets, type Wallet } from "@rainbow-me/rainbowkit";
import { injectedWallet, walletConnectWallet } from "@rainbow-me/rainbowkit/wallets";
import { type Chain, defineChain } from "viem";
import { createConfig, createConnector, http } from "wagmi";
import { injected } from "wagmi/connectors";
import { networkCoin } from "@/lib/staking/network-coin";
import { createDemoProvider, type DemoRequest } from "./demo-wallet";
import { demoWalletIcon } from "./demo-wallet-icon";
import { walletFailure } from "./wallet-failure";
import type { PublicConfig } from "./wallet-store";

export const demoWalletId = "granary-demo";

const rpcUrl = () => new URL("/api/rpc", window.location.origin).href;

export function chainOf(config: PublicConfig): Chain {
  return defineChain({
    id: config.chainId,
    name: `${config.state.name} bank network`,
    nativeCurrency: { name: networkCoin.name, symbol: networkCoin.symbol, decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl()] } },
    testnet: config.mode === "demo",
  });
}

function demoWallet(config: PublicConfig, ask: (request: DemoRequest) => Promise<boolean>): () => Wallet {
  const provider = createDemoProvider({ rpcUrl: rpcUrl(), chainId: config.chainId, ask });
  return () => ({
    id: demoWalletId,
    name: "Demo wallet",
    iconUrl: demoWalletIcon,
    iconBackground: "#f4ecd8",
    installed: true,
    createConnector: (details) =>
      createConnector((wagmi) => ({
        ...injected({
          target: () => ({ id: demoWalletId, name: "Demo wallet", provider: provider as never }),
        })(wagmi),
        ...details,
      })),
  });
}

/** How long the relay may take before we say that it does not answer. */
const relayPatienceMs = 15_000;

/** Its own id: under RainbowKit's it would offer a second window, which this build leaves out. */
const throughRelay =
  (onSilence: () => void) =>
  (parameters: Parameters<typeof walletConnectWallet>[0]): Wallet => {
    const wallet = walletConnectWallet(parameters);
    return {
      ...wallet,
      id: "granary-walletconnect",
      mobile: { getUri: (uri) => uri },
      createConnector: (details) => (wagmi) => {
        const connector = wallet.createConnector(details)(wagmi);
        return {
          ...connector,
          async connect(given) {
            let timer: ReturnType<typeof setTimeout> | undefined;
            const silence = new Promise<never>((_, reject) => {
              timer = setTimeout(() => reject(new Error("no answer")), relayPatienceMs);
            });
            // the code to scan exists once the relay has answered
            wagmi.emitter.on("message", ({ type }) => type === "display_uri" && clearTimeout(timer));
            const connected = connector.connect.call(this, given);
            connected.catch(() => undefined);
            try {
              return (await Promise.race([connected, silence])) as never;
            } catch (thrown) {
              if (walletFailure(thrown) !== "wallet_rejected") onSilence();
              throw thrown;
            } finally {
              clearTimeout(timer);
            }
          },
        };
      },
    };
  };

/** Built in the browser from what the server says at run time; nothing about the chain is baked into the build. */
export function createWalletConfig(
  config: PublicConfig,
  on: { ask: (request: DemoRequest) => Promise<boolean>; relaySilent: () => void },
) {
  const chain = chainOf(config);
  // wallets that announce themselves (EIP-6963) are listed anyway; the nameless one only where there is one
  const wallets = [
    ...("ethereum" in window ? [injectedWallet] : []),
    ...(config.walletConnectProjectId ? [throughRelay(on.relaySilent)] : []),
  ];
  const groups = [
    ...(config.mode === "demo" ? [{ groupName: "Try it here", wallets: [demoWallet(config, on.ask)] }] : []),
    ...(wallets.length > 0 ? [{ groupName: "Your own wallet", wallets }] : []),
  ];
  return createConfig({
    chains: [chain],
    connectors:
      groups.length > 0
        ? connectorsForWallets(groups, {
            appName: config.bankName,
            projectId: config.walletConnectProjectId ?? "none",
          })
        : [],
    multiInjectedProviderDiscovery: true,
    pollingInterval: 1_000,
    ssr: true,
    transports: { [chain.id]: http(rpcUrl(), { retryCount: 1, timeout: 10_000 }) },
  });
}
