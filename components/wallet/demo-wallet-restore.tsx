"use client";

import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import { Button } from "@/components/ui/button";
import { TextInput } from "@/components/ui/text-input";
import { Why } from "@/components/ui/why";

/** Brings a demo key back that was downloaded before, or that the demo printed for one of its people. */
export function DemoWalletRestore({ isOpen, onRestored }: { isOpen: boolean; onRestored: () => void }) {
  const t = useTranslations("stake.demoWallet");
  const [key, setKey] = useState("");
  const [error, setError] = useState<string>();

  async function restore(event: FormEvent) {
    event.preventDefault();
    try {
      const { restoreDemoWallet } = await import("./demo-wallet");
      await restoreDemoWallet(key.trim());
      onRestored();
    } catch {
      setError(t("restoreWrong"));
    }
  }

  return (
    <Why question={t("restore")} isOpen={isOpen}>
      <form onSubmit={restore} className="space-y-4 text-ink" noValidate>
        <TextInput
          label={t("restoreKey")}
          hint={t("restoreHint")}
          value={key}
          error={error}
          autoComplete="off"
          spellCheck={false}
          maxLength={80}
          onChange={(event) => {
            setKey(event.target.value);
            setError(undefined);
          }}
        />
        <Button type="submit" variant="secondary" size="sm">
          {t("restoreUse")}
        </Button>
      </form>
    </Why>
  );
}
