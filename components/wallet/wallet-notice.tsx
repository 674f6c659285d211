"use client";

import { useTranslations } from "use-intl/react";
import type { Address } from "viem";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { shortened } from "@/components/ui/copyable";
import { useWallet } from "./use-wallet";

/** Says when the wallet shows another account or another network than the one signed in. */
export function WalletNotice({ owner }: { owner: Address }) {
  const t = useTranslations("stake.notice");
  const wallet = useWallet();
  if (wallet.connection !== "connected" || !wallet.address || !wallet.config) return null;
  if (wallet.address.toLowerCase() !== owner.toLowerCase())
    return (
      <Banner
        live
        tone="warn"
        title={t("otherWallet", { shown: shortened(wallet.address), owner: shortened(owner) })}
        next={t("otherWalletNext")}
      />
    );
  if (wallet.chainId !== wallet.config.chainId)
    return (
      <Banner
        live
        tone="warn"
        title={t("otherChain")}
        next={t("otherChainNext")}
        actions={
          <Button
            onClick={async () => {
              if (!wallet.wagmi || !wallet.config) return;
              const { switchToBankChain } = await import("./switch-chain");
              await switchToBankChain(wallet.wagmi, wallet.config).catch(() => undefined);
            }}
          >
            {t("switchChain")}
          </Button>
        }
      />
    );
  return null;
}
