"use client";

import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import type { Address } from "viem";
import { BeforeAfter } from "@/app/stake/before-after";
import { OwnAmountInput, useOwnAmount } from "@/app/stake/own-amount-input";
import { useSigning } from "@/app/stake/use-signing";
import { Amount } from "@/components/money/amount";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";

export type UnstakeFacts = {
  owner: Address;
  chain: { chainId: number; staking: Address };
  symbol: string;
  unbondingMicros: bigint;
  unbondingWords: string;
  positions: { operatorId: number; name: string; stakedMicros: bigint }[];
};

export function UnstakeForm({ facts }: { facts: UnstakeFacts }) {
  const t = useTranslations("stake.unstake");
  const signing = useSigning("unbond", facts);
  const [operatorId, setOperatorId] = useState(facts.positions[0]?.operatorId ?? 0);
  const { flow } = signing;
  const position = facts.positions.find((one) => one.operatorId === (flow?.operatorId ?? operatorId));
  const staked = position?.stakedMicros ?? 0n;
  const typed = useOwnAmount(staked, "stake_too_small");
  const amount = flow ? BigInt(flow.amountMicros) : typed.micros;

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

  if (flow) return signing.steps({ preview, done: <p>{t("done")}</p> });

  function submit(event: FormEvent) {
    event.preventDefault();
    const micros = typed.take();
    if (micros === undefined) return;
    signing.begin({ kind: "unbond", operatorId, amountMicros: micros.toString() });
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
      <OwnAmountInput
        id="unstake-amount"
        label={t("amount")}
        have={t("youHave")}
        all={t("all")}
        symbol={facts.symbol}
        amount={typed}
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
