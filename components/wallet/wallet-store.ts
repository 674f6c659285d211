import type { Address } from "viem";
import type { Config } from "wagmi";

/**
 * The few facts about the wallet that every page may know without loading a wallet library.
 * The library itself arrives on Connect (wallet-runtime.tsx) and writes here.
 */
/** What GET /api/config tells; only the parts that the wallet needs. */
export type PublicConfig = {
  mode: "demo" | "production";
  chainId: number;
  contracts: { stateToken: Address; staking: Address };
  walletConnectProjectId: string | null;
  state: { code: string; name: string; timeZone: string };
  bankName: string;
  tokenName: string;
  tokenSymbol: string;
};

export type WalletState = {
  /** off: nothing loaded; ready: the wallet library runs */
  phase: "off" | "loading" | "ready" | "failed";
  connection: "none" | "connecting" | "connected";
  address?: Address;
  chainId?: number;
  walletName?: string;
  isDemo?: boolean;
  config?: PublicConfig;
  wagmi?: Config;
  /** somebody pressed Connect before the library was there */
  wantsModal: boolean;
  /** why no list of wallets is open: there is none in this browser, or the relay to a phone does not answer */
  trouble?: "no wallet" | "relay silent";
};

const wantedKey = "granary.wallet.wanted";
const initial: WalletState = { phase: "off", connection: "none", wantsModal: false };

let state: WalletState = initial;
const listeners = new Set<() => void>();

export function walletState(): WalletState {
  return state;
}

export const serverWalletState = () => initial;

export function setWallet(change: Partial<WalletState>) {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

export function subscribeWallet(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function wasConnected(): boolean {
  try {
    return localStorage.getItem(wantedKey) === "yes";
  } catch {
    return false;
  }
}

export function rememberConnected(connected: boolean) {
  try {
    if (connected) localStorage.setItem(wantedKey, "yes");
    else localStorage.removeItem(wantedKey);
  } catch {
    // a browser without storage simply does not reconnect by itself
  }
}

/** Opens the list of wallets, loading the library first when it is not there. */
export function openWalletList() {
  setWallet({
    trouble: undefined,
    phase: state.phase === "off" || state.phase === "failed" ? "loading" : state.phase,
    wantsModal: true,
  });
}

/** Loads the library without opening anything, so that a wallet connected before comes back. */
export function loadWallet() {
  if (state.phase === "off" || state.phase === "failed") setWallet({ phase: "loading" });
}
