"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import { act } from "@/app/stake/act";
import { BeforeAfter } from "@/app/stake/before-after";
import { convertDollars } from "@/app/stake/dollars/actions";
import { RefusalBanner, type RefusalLike } from "@/app/stake/refusal-banner";
import { errorWords } from "@/components/copy/errors";
import { Amount } from "@/components/money/amount";
import { MoneyInput } from "@/components/money/money-input";
import { Button } from "@/components/ui/button";
import { Why } from "@/components/ui/why";
import { formatAmount, formatShare } from "@/lib/money/format";
import { bpsOfUp } from "@/lib/money/math";
import { tryParseAmount } from "@/lib/money/parse";

export type ConvertFacts = {
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
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const [refusal, setRefusal] = useState<RefusalLike>(null);
  const [busy, setBusy] = useState(false);
  const [clientKey] = useState(() => globalThis.crypto.randomUUID());
  const parsed = tryParseAmount(text);
  const gross = parsed.ok ? parsed.micros : null;
  const fee = gross === null ? null : bpsOfUp(gross, facts.issuanceFeeBps);
  const tooMuch = gross !== null && gross > facts.dollarsMicros;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRefusal(null);
    if (!parsed.ok || tooMuch) {
      const words = errorWords[parsed.ok ? "balance_too_low" : parsed.code];
      return setError(`${words.what} ${words.next}`);
    }
    setBusy(true);
    const answer = await act(() =>
      convertDollars({ amount: text, clientKey, expectedFeeMicros: String(fee) }),
    );
    if (!answer.ok) {
      setBusy(false);
      return setRefusal(answer.refusal);
    }
    router.push(`/stake/dollars/receipt/${answer.data.issuanceId}`);
  }

  return (
    <form onSubmit={submit} noValidate className="max-w-form space-y-6">
      <MoneyInput
        id="convert-amount"
        name="amount"
        label={t("amount")}
        large
        hint={
          <>
            {t("youHave")} <Amount amountMicros={facts.dollarsMicros} />
          </>
        }
        value={text}
        error={error}
        onValueChange={(value) => {
          setText(value);
          setError(undefined);
        }}
        action={
          facts.dollarsMicros > 0n && (
            <Button
              variant="secondary"
              onClick={() => {
                setText(formatAmount(facts.dollarsMicros, { grouping: false }));
                setError(undefined);
              }}
            >
              {t("all")}
            </Button>
          )
        }
      />
      {gross !== null && fee !== null && !tooMuch && (
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
      <Why question={t("whyFee")}>{t("whyFeeText")}</Why>
      <RefusalBanner refusal={refusal} />
      <Button type="submit" size="lg" busy={busy} busyLabel={t("busy")}>
        {t("submit")}
      </Button>
    </form>
  );
}
