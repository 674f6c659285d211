"use client";

import { WalletHost } from "@/components/wallet/wallet-host";
import type { Catalogue } from "@/lib/messages/catalogue";
import { TextsLater } from "./texts-later";

export interface StrangersTexts {
  messages: Partial<Catalogue>;
  timeZone: string;
}

export function StrangersWalletHost({ texts }: { texts: StrangersTexts }) {
  return <WalletHost around={(runtime) => <TextsLater {...texts}>{runtime}</TextsLater>} />;
}
