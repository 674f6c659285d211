"use client";

import { useTranslations } from "use-intl/react";
import { Booked } from "@/components/money/booked";
import type { Entry } from "@/lib/ledger/previews";

type Named = Parameters<ReturnType<typeof useTranslations<"stake.booked.accounts">>>[0];
type Step = "pressed" | "arrived" | "settled" | "minted" | "burned";

/** A customer's preview of the books, in plain words. */
export function WhatIsBooked({
  steps,
  symbol,
}: {
  steps: readonly { id: Step; entries: readonly Entry[] | undefined }[];
  symbol: string;
}) {
  const t = useTranslations("stake.booked");
  return (
    <Booked
      symbol={symbol}
      steps={steps.map(({ id, entries = [] }) => ({ title: t(`steps.${id}`), entries }))}
      words={{
        question: t("question"),
        lead: t("lead"),
        debited: t("debited"),
        credited: t("credited"),
        amount: t("amount"),
        onHold: t("onHold"),
        account: (name) => t(`accounts.${name as Named}`),
      }}
    />
  );
}
