"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import type { Address } from "viem";
import { BeforeAfter } from "@/app/stake/before-after";
import { useRequestCoin } from "@/app/stake/use-request-coin";
import { errorWords } from "@/components/copy/errors";
import { Amount } from "@/components/money/amount";
import { MoneyInput } from "@/components/money/money-input";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import type { Flow } from "@/components/wallet/flow";
import { TransactionSteps, useKeptFlow } from "@/components/wallet/transaction-steps";
import { formatAmount } from "@/lib/money/format";
import { tryParseAmount } from "@/lib/money/parse";

export type UnstakeFacts = {
  owner: Address;
  chain: { chainId: number; staking: Address };
  symbol: string;
  unbondingMicros: bigint;
  unbondingWords: string;
  positions: { operatorId: number; name: string; stakedMicros: bigint }[];
};

type UnbondFlow = Extract<Flow, { kind: "unbond" }>;

export function UnstakeForm({ facts }: { facts: UnstakeFacts }) {
  const t = useTranslations("stake.unstake");
  const router = useRouter();
  const kept = useKeptFlow(facts.owner, facts.chain, "unbond");
  const requestCoin = useRequestCoin();
  const [operatorId, setOperatorId] = useState(facts.positions[0]?.operatorId ?? 0);
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const [started, setStarted] = useState<{ flow: UnbondFlow; id: number } | null>(null);
  const [left, setLeft] = useState(false);

  const flow = started?.flow ?? (left ? null : kept?.kind === "unbond" ? kept : null);
  const position = facts.positions.find((one) => one.operatorId === (flow?.operatorId ?? operatorId));
  const staked = position?.stakedMicros ?? 0n;
  const parsed = tryParseAmount(text);
  const amount = flow ? BigInt(flow.amountMicros) : parsed.ok ? parsed.micros : null;
  const tooMuch = !flow && amount !== null && amount > staked;

  const preview = position && amount !== null && amount <= staked && (
    <BeforeAfter
      caption={t("preview")}
      heads={{ now: t("now"), after: t("after") }}
      rows={[
        {
          id: "staked",
          label: t("stakedWith", { operator: position.name }),
          before: <Amount amountMicros={staked} symbol={facts.symbol} />,
          after: <Amount amountMicros={staked - amount} symbol={facts.symbol} />,
        },
        {
          id: "waiting",
          label: t("waiting"),
          before: <Amount amountMicros={facts.unbondingMicros} symbol={facts.symbol} />,
          after: <Amount amountMicros={facts.unbondingMicros + amount} symbol={facts.symbol} />,
          strong: true,
        },
        { id: "wait", label: t("wait"), before: "", after: facts.unbondingWords },
      ]}
    />
  );

  if (flow)
    return (
      <TransactionSteps
        key={started?.id ?? "kept"}
        flowId="unbond"
        flow={flow}
        owner={facts.owner}
        chain={facts.chain}
        tokenSymbol={facts.symbol}
        preview={preview || undefined}
        requestCoin={requestCoin}
        done={<p>{t("done")}</p>}
        onFinished={() => router.refresh()}
        onLeave={() => {
          setStarted(null);
          setLeft(true);
        }}
      />
    );

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!parsed.ok || tooMuch) {
      const words = errorWords[parsed.ok ? "stake_too_small" : parsed.code];
      return setError(`${words.what} ${words.next}`);
    }
    setStarted({
      flow: { kind: "unbond", operatorId, amountMicros: parsed.micros.toString() },
      id: Date.now(),
    });
  }

  return (
    <form onSubmit={submit} noValidate className="max-w-form space-y-6">
      {facts.positions.length > 1 && (
        <Select
          id="unstake-operator"
          label={t("from")}
          value={String(operatorId)}
          onChange={(event) => setOperatorId(Number(event.target.value))}
          options={facts.positions.map((one) => ({ value: String(one.operatorId), label: one.name }))}
        />
      )}
      <MoneyInput
        id="unstake-amount"
        name="amount"
        label={t("amount")}
        large
        symbol={facts.symbol}
        hint={
          <>
            {t("youHave")} <Amount amountMicros={staked} symbol={facts.symbol} />
          </>
        }
        value={text}
        error={error}
        onValueChange={(value) => {
          setText(value);
          setError(undefined);
        }}
        action={
          staked > 0n && (
            <Button
              variant="secondary"
              onClick={() => {
                setText(formatAmount(staked, { grouping: false }));
                setError(undefined);
              }}
            >
              {t("all")}
            </Button>
          )
        }
      />
      {preview}
      <Button
        type="submit"
        size="lg"
        disabledReason={facts.positions.length === 0 ? t("nothingStaked") : null}
      >
        {t("submit")}
      </Button>
    </form>
  );
}
