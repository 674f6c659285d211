"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import type { Address, Hex } from "viem";
import { act } from "@/app/stake/act";
import { BeforeAfter } from "@/app/stake/before-after";
import { prepareRedemption } from "@/app/stake/dollars/actions";
import { RefusalBanner, type RefusalLike } from "@/app/stake/refusal-banner";
import { useRequestCoin } from "@/app/stake/use-request-coin";
import { errorWords } from "@/components/copy/errors";
import { Amount } from "@/components/money/amount";
import { MoneyInput } from "@/components/money/money-input";
import { Button } from "@/components/ui/button";
import type { Flow } from "@/components/wallet/flow";
import { TransactionSteps, useKeptFlow } from "@/components/wallet/transaction-steps";
import { formatAmount } from "@/lib/money/format";
import { bpsOfUp } from "@/lib/money/math";
import { tryParseAmount } from "@/lib/money/parse";

export type RedeemFacts = {
  owner: Address;
  chain: { chainId: number; staking: Address };
  dollarsMicros: bigint;
  tokensMicros: bigint;
  redemptionFeeBps: bigint;
  symbol: string;
};

type RedeemFlow = Extract<Flow, { kind: "redeem" }>;

export function RedeemForm({ facts }: { facts: RedeemFacts }) {
  const t = useTranslations("stake.redeem");
  const router = useRouter();
  const kept = useKeptFlow(facts.owner, facts.chain, "redeem");
  const requestCoin = useRequestCoin();
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const [refusal, setRefusal] = useState<RefusalLike>(null);
  const [busy, setBusy] = useState(false);
  const [started, setStarted] = useState<RedeemFlow | null>(null);
  const [left, setLeft] = useState(false);
  const [clientKey, setClientKey] = useState(() => globalThis.crypto.randomUUID());

  const flow = started ?? (left ? null : kept?.kind === "redeem" ? kept : null);
  const parsed = tryParseAmount(text);
  const gross = flow ? BigInt(flow.amountMicros) : parsed.ok ? parsed.micros : null;
  const tooMuch = !flow && gross !== null && gross > facts.tokensMicros;
  const fee = gross === null ? 0n : bpsOfUp(gross, facts.redemptionFeeBps);

  const preview = gross !== null && !tooMuch && (
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
  );

  if (flow)
    return (
      <TransactionSteps
        key={flow.redemptionId}
        flowId="redeem"
        flow={flow}
        owner={facts.owner}
        chain={facts.chain}
        tokenSymbol={facts.symbol}
        preview={facts.tokensMicros >= BigInt(flow.amountMicros) ? preview : undefined}
        requestCoin={requestCoin}
        done={<p>{t("done")}</p>}
        onFinished={() => router.refresh()}
        onLeave={() => {
          setStarted(null);
          setLeft(true);
        }}
      />
    );

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRefusal(null);
    if (!parsed.ok || tooMuch) {
      const words = errorWords[parsed.ok ? "balance_too_low" : parsed.code];
      return setError(`${words.what} ${words.next}`);
    }
    setBusy(true);
    const answer = await act(() => prepareRedemption({ amount: text, clientKey }));
    setBusy(false);
    if (!answer.ok) return setRefusal(answer.refusal);
    setClientKey(globalThis.crypto.randomUUID());
    setStarted({
      kind: "redeem",
      amountMicros: parsed.micros.toString(),
      redemptionId: answer.data.redemptionId as Hex,
    });
  }

  return (
    <form onSubmit={submit} noValidate className="max-w-form space-y-6">
      <MoneyInput
        id="redeem-amount"
        name="amount"
        label={t("amount")}
        large
        symbol={facts.symbol}
        hint={
          <>
            {t("youHave")} <Amount amountMicros={facts.tokensMicros} symbol={facts.symbol} />
          </>
        }
        value={text}
        error={error}
        onValueChange={(value) => {
          setText(value);
          setError(undefined);
        }}
        action={
          facts.tokensMicros > 0n && (
            <Button
              variant="secondary"
              onClick={() => {
                setText(formatAmount(facts.tokensMicros, { grouping: false }));
                setError(undefined);
              }}
            >
              {t("all")}
            </Button>
          )
        }
      />
      {preview}
      <RefusalBanner refusal={refusal} />
      <Button type="submit" size="lg" busy={busy} busyLabel={t("busy")}>
        {t("submit")}
      </Button>
    </form>
  );
}
