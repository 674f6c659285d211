import { connectorsForWallets, type Wallet } from "@rainbow-me/rainbowkit";
import { injectedWallet, walletConnectWallet } from "@rainbow-me/rainbowkit/wallets";
import { type Chain, defineChain } from "viem";
import { createConfig, createConnector, http } from "wagmi";
import { injected } from "wagmi/connectors";
import { networkCoin } from "@/lib/staking/network-coin";
import { createDemoProvider, type DemoRequest } from "./demo-wallet";
import { demoWalletIcon } from "./demo-wallet-icon";
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

/** Built in the browser from what the server says at run time; nothing about the chain is baked into the build. */
export function createWalletConfig(config: PublicConfig, ask: (request: DemoRequest) => Promise<boolean>) {
  const chain = chainOf(config);
  const wallets = [injectedWallet, ...(config.walletConnectProjectId ? [walletConnectWallet] : [])];
  const groups = [
    ...(config.mode === "demo" ? [{ groupName: "Try it here", wallets: [demoWallet(config, ask)] }] : []),
    { groupName: "Your own wallet", wallets },
  ];
  return createConfig({
    chains: [chain],
    connectors: connectorsForWallets(groups, {
      appName: config.bankName,
      projectId: config.walletConnectProjectId ?? "none",
    }),
    multiInjectedProviderDiscovery: true,
    pollingInterval: 1_000,
    ssr: true,
    transports: { [chain.id]: http(rpcUrl(), { retryCount: 1, timeout: 10_000 }) },
  });
}
