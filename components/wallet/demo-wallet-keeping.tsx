"use client";

import { useEffect, useState } from "react";
import { useTranslations } from "use-intl/react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

/** Download or erase the demo wallet's key. It lives in this browser alone. */
export function DemoWalletKeeping({ onErased }: { onErased: () => void }) {
  const t = useTranslations("stake.demoWallet");
  const [has, setHas] = useState(false);
  const [asking, setAsking] = useState(false);

  useEffect(() => {
    import("./demo-wallet").then(({ demoWalletKey }) => setHas(demoWalletKey() !== undefined));
  }, []);

  async function download() {
    const { demoWalletKey } = await import("./demo-wallet");
    const key = demoWalletKey();
    if (!key) return;
    const url = URL.createObjectURL(new Blob([`${key}\n`], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "demo-wallet-key.txt";
    link.click();
    URL.revokeObjectURL(url);
  }

  async function erase() {
    const { eraseDemoWallet } = await import("./demo-wallet");
    eraseDemoWallet();
    setAsking(false);
    setHas(false);
    onErased();
  }

  if (!has) return <p className="text-soft">{t("none")}</p>;
  return (
    <div className="flex flex-wrap gap-3">
      <Button variant="secondary" onClick={download}>
        {t("download")}
      </Button>
      <Button variant="danger" onClick={() => setAsking(true)}>
        {t("erase")}
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={t("eraseTitle")}
        description={t("eraseText")}
        footer={
          <>
            <Button variant="danger" onClick={erase}>
              {t("eraseYes")}
            </Button>
            <Button variant="secondary" onClick={() => setAsking(false)}>
              {t("eraseNo")}
            </Button>
          </>
        }
      />
    </div>
  );
}
