"use client";

import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import type { Address, Hex } from "viem";
import { act } from "@/app/stake/act";
import { BeforeAfter } from "@/app/stake/before-after";
import { prepareRedemption } from "@/app/stake/dollars/actions";
import { OwnAmountInput, useOwnAmount } from "@/app/stake/own-amount-input";
import { RefusalBanner, type RefusalLike } from "@/app/stake/refusal-banner";
import { useSigning } from "@/app/stake/use-signing";
import { WhatIsBooked } from "@/app/stake/what-is-booked";
import { Amount } from "@/components/money/amount";
import { Button } from "@/components/ui/button";
import { previewRedeem } from "@/lib/ledger/previews";
import { bpsOfUp } from "@/lib/money/math";

export type RedeemFacts = {
  owner: Address;
  profileId: string;
  chain: { chainId: number; staking: Address };
  dollarsMicros: bigint;
  tokensMicros: bigint;
  redemptionFeeBps: bigint;
  symbol: string;
};

export function RedeemForm({ facts }: { facts: RedeemFacts }) {
  const t = useTranslations("stake.redeem");
  const signing = useSigning("redeem", facts);
  const typed = useOwnAmount(facts.tokensMicros);
  const [refusal, setRefusal] = useState<RefusalLike>(null);
  const [busy, setBusy] = useState(false);
  const [clientKey, setClientKey] = useState(() => globalThis.crypto.randomUUID());

  const { flow } = signing;
  const gross = flow ? BigInt(flow.amountMicros) : typed.micros;
  const fee = gross === null ? 0n : bpsOfUp(gross, facts.redemptionFeeBps);

  const holder = { wallet: facts.owner, profileId: facts.profileId };
  const preview = gross !== null && gross <= facts.tokensMicros && (
    <>
      <BeforeAfter
        caption={t("preview")}
        heads={{ now: t("now"), after: t("after") }}
        rows={[
          {
            id: "tokens",
            label: t("tokens"),
            before: <Amount amountMicros={facts.tokensMicros} symbol={facts.symbol} />,
            after: <Amount amountMicros={facts.tokensMicros - gross} symbol={facts.symbol} />,
          },
          {
            id: "fee",
            label: t("fee"),
            before: "",
            after: <Amount amountMicros={fee} flow="out" symbol={facts.symbol} />,
          },
          {
            id: "dollars",
            label: t("dollars"),
            before: <Amount amountMicros={facts.dollarsMicros} />,
            after: <Amount amountMicros={facts.dollarsMicros + gross - fee} />,
            strong: true,
          },
        ]}
      />
      {gross > fee && (
        <WhatIsBooked
          symbol={facts.symbol}
          steps={[
            { id: "burned", entries: previewRedeem({ holder, grossMicros: gross, feeMicros: fee })[0] },
          ]}
        />
      )}
    </>
  );

  if (flow) return signing.steps({ preview, done: <p>{t("done")}</p> });

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRefusal(null);
    const micros = typed.take();
    if (micros === undefined) return;
    setBusy(true);
    const answer = await act(() => prepareRedemption({ amount: typed.text, clientKey }));
    setBusy(false);
    if (!answer.ok) return setRefusal(answer.refusal);
    setClientKey(globalThis.crypto.randomUUID());
    signing.begin({
      kind: "redeem",
      amountMicros: micros.toString(),
      redemptionId: answer.data.redemptionId as Hex,
    });
  }

  return (
    <form onSubmit={submit} noValidate className="max-w-form space-y-6">
      <OwnAmountInput
        id="redeem-amount"
        label={t("amount")}
        have={t("youHave")}
        all={t("all")}
        symbol={facts.symbol}
        amount={typed}
      />
      {preview}
      <RefusalBanner refusal={refusal} />
      <Button type="submit" size="lg" busy={busy} busyLabel={t("busy")}>
        {t("submit")}
      </Button>
    </form>
  );
}
