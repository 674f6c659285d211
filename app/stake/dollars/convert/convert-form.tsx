"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import type { Address } from "viem";
import { act } from "@/app/stake/act";
import { BeforeAfter } from "@/app/stake/before-after";
import { convertDollars } from "@/app/stake/dollars/actions";
import { OwnAmountInput, useOwnAmount } from "@/app/stake/own-amount-input";
import { RefusalBanner, type RefusalLike } from "@/app/stake/refusal-banner";
import { WhatIsBooked } from "@/app/stake/what-is-booked";
import { Amount } from "@/components/money/amount";
import { Button } from "@/components/ui/button";
import { Why } from "@/components/ui/why";
import { previewConvert } from "@/lib/ledger/previews";
import { formatShare } from "@/lib/money/format";
import { bpsOfUp } from "@/lib/money/math";

export type ConvertFacts = {
  holder: { wallet: Address; profileId: string };
  dollarsMicros: bigint;
  tokensMicros: bigint;
  issuanceFeeBps: bigint;
  reserveMicros: bigint;
  supplyMicros: bigint;
  symbol: string;
};

export function ConvertForm({ facts }: { facts: ConvertFacts }) {
  const t = useTranslations("stake.convert");
  const router = useRouter();
  const typed = useOwnAmount(facts.dollarsMicros);
  const [refusal, setRefusal] = useState<RefusalLike>(null);
  const [busy, setBusy] = useState(false);
  const [clientKey] = useState(() => globalThis.crypto.randomUUID());
  const gross = typed.micros;
  const fee = gross === null ? null : bpsOfUp(gross, facts.issuanceFeeBps);

  const [asked, minted] =
    gross !== null && fee !== null && gross > fee
      ? previewConvert({ holder: facts.holder, grossMicros: gross, feeMicros: fee })
      : [];

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRefusal(null);
    if (typed.take() === undefined) return;
    setBusy(true);
    const answer = await act(() =>
      convertDollars({ amount: typed.text, clientKey, expectedFeeMicros: String(fee) }),
    );
    if (!answer.ok) {
      setBusy(false);
      return setRefusal(answer.refusal);
    }
    router.push(`/stake/dollars/receipt/${answer.data.issuanceId}`);
  }

  return (
    <form onSubmit={submit} noValidate className="max-w-form space-y-6">
      <OwnAmountInput
        id="convert-amount"
        label={t("amount")}
        have={t("youHave")}
        all={t("all")}
        amount={typed}
      />
      {gross !== null && fee !== null && !typed.isTooMuch && (
        <>
          <BeforeAfter
            caption={t("preview")}
            heads={{ now: t("now"), after: t("after") }}
            rows={[
              {
                id: "dollars",
                label: t("dollars"),
                before: <Amount amountMicros={facts.dollarsMicros} />,
                after: <Amount amountMicros={facts.dollarsMicros - gross} />,
              },
              {
                id: "tokens",
                label: t("tokens"),
                before: <Amount amountMicros={facts.tokensMicros} symbol={facts.symbol} />,
                after: <Amount amountMicros={facts.tokensMicros + gross - fee} symbol={facts.symbol} />,
                strong: true,
              },
              {
                id: "reserve",
                label: t("reserve"),
                before: <Amount amountMicros={facts.reserveMicros} decimals={2} />,
                after: <Amount amountMicros={facts.reserveMicros + gross} decimals={2} />,
              },
              {
                id: "supply",
                label: t("supply"),
                before: <Amount amountMicros={facts.supplyMicros} decimals={2} symbol={facts.symbol} />,
                after: (
                  <Amount amountMicros={facts.supplyMicros + gross} decimals={2} symbol={facts.symbol} />
                ),
              },
              {
                id: "cover",
                label: t("cover"),
                before: formatShare(facts.reserveMicros, facts.supplyMicros),
                after: formatShare(facts.reserveMicros + gross, facts.supplyMicros + gross),
              },
            ]}
          />
          <dl className="border-b border-rule pb-3">
            <div className="flex justify-between gap-4">
              <dt>{t("youGive")}</dt>
              <dd>
                <Amount amountMicros={gross} />
              </dd>
            </div>
            <div className="flex justify-between gap-4 py-1 text-soft">
              <dt>{t("fee")}</dt>
              <dd>
                <Amount amountMicros={fee} flow="out" />
              </dd>
            </div>
            <div className="flex justify-between gap-4 border-t-2 border-ink pt-1 font-semibold">
              <dt>{t("youGet")}</dt>
              <dd>
                <Amount amountMicros={gross - fee} symbol={facts.symbol} />
              </dd>
            </div>
          </dl>
        </>
      )}
      {asked && !typed.isTooMuch && (
        <WhatIsBooked
          symbol={facts.symbol}
          steps={[
            { id: "pressed", entries: asked },
            { id: "minted", entries: minted },
          ]}
        />
      )}
      <Why question={t("whyFee")}>{t("whyFeeText")}</Why>
      <RefusalBanner refusal={refusal} />
      <Button type="submit" size="lg" busy={busy} busyLabel={t("busy")}>
        {t("submit")}
      </Button>
    </form>
  );
}
