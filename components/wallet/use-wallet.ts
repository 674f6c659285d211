"use client";
import { useSyncExternalStore } from "react";
import { serverWalletState, subscribeWallet, walletState } from "./wallet-store";

export function useWallet() {
  return useSyncExternalStore(subscribeWallet, walletState, serverWalletState);
}
