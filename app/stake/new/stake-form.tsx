"use client";

import Link from "next/link";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import type { Address } from "viem";
import { BeforeAfter } from "@/app/stake/before-after";
import { OwnAmountInput, useOwnAmount } from "@/app/stake/own-amount-input";
import { RefusalBanner } from "@/app/stake/refusal-banner";
import { useSigning } from "@/app/stake/use-signing";
import { Amount } from "@/components/money/amount";
import { Rate } from "@/components/money/rate";
import { Button } from "@/components/ui/button";
import { RadioGroup } from "@/components/ui/radio-group";
import { Why } from "@/components/ui/why";
import type { Flow } from "@/components/wallet/flow";

export type OperatorChoice = {
  operatorId: number;
  name: string;
  /** whose it is, in words */
  owner: string;
  commissionPpm: bigint;
  stakedMicros: bigint;
  ownMicros: bigint;
  /** why it takes no stake, in words */
  closed: string | null;
  /** how often it took part, and what counted against it, in words */
  record: string;
  marks: string;
};

export type StakeFacts = {
  owner: Address;
  chain: { chainId: number; staking: Address };
  tokensMicros: bigint;
  symbol: string;
  operators: OperatorChoice[];
  epochWords: string;
  unbondingWords: string;
};

type StakeFlow = Extract<Flow, { kind: "stake" }>;

export function StakeForm({ facts, suggested }: { facts: StakeFacts; suggested?: number }) {
  const t = useTranslations("stake.new");
  const signing = useSigning("stake", facts);
  const typed = useOwnAmount(facts.tokensMicros);
  const open = facts.operators.filter((operator) => operator.closed === null);
  const [operatorId, setOperatorId] = useState(suggested ?? open[0]?.operatorId ?? 0);
  const [isClosed, setIsClosed] = useState(false);
  const [permission, setPermission] = useState<StakeFlow["permission"]>("permit");
  const { flow } = signing;
  const operator = facts.operators.find((one) => one.operatorId === (flow?.operatorId ?? operatorId));
  const amount = flow ? BigInt(flow.amountMicros) : typed.micros;

  const preview = operator && amount !== null && amount <= facts.tokensMicros && (
    <BeforeAfter
      caption={t("preview")}
      heads={{ now: t("now"), after: t("after") }}
      rows={[
        {
          id: "tokens",
          label: t("inWallet"),
          before: <Amount amountMicros={facts.tokensMicros} symbol={facts.symbol} />,
          after: <Amount amountMicros={facts.tokensMicros - amount} symbol={facts.symbol} />,
        },
        {
          id: "staked",
          label: t("stakedWith", { operator: operator.name }),
          before: <Amount amountMicros={operator.ownMicros} symbol={facts.symbol} />,
          after: <Amount amountMicros={operator.ownMicros + amount} symbol={facts.symbol} />,
          strong: true,
        },
        {
          id: "earns",
          label: t("earnsFrom"),
          before: "",
          after: t("earnsFromNext", { epoch: facts.epochWords }),
        },
        { id: "exit", label: t("getBack"), before: "", after: facts.unbondingWords },
      ]}
    />
  );

  if (flow)
    return signing.steps({
      preview,
      done: (
        <p>
          {t("done")}{" "}
          <Link href="/stake" className="link">
            {t("toOverview")}
          </Link>
        </p>
      ),
    });

  function submit(event: FormEvent) {
    event.preventDefault();
    const micros = typed.take();
    if (micros === undefined) return;
    const isOpen = open.some((one) => one.operatorId === operatorId);
    setIsClosed(!isOpen);
    if (!isOpen) return;
    signing.begin({ kind: "stake", operatorId, amountMicros: micros.toString(), permission });
  }

  return (
    <form onSubmit={submit} noValidate className="max-w-form space-y-8">
      <OwnAmountInput
        id="stake-amount"
        label={t("amount")}
        have={t("youHave")}
        all={t("all")}
        symbol={facts.symbol}
        amount={typed}
      />
      <RadioGroup
        label={t("operator")}
        hint={t("operatorHint")}
        name="operator"
        value={String(operatorId)}
        onChange={(event) => {
          setOperatorId(Number(event.target.value));
          setIsClosed(false);
        }}
        options={facts.operators.map((one) => ({
          value: String(one.operatorId),
          disabled: one.closed !== null,
          label: one.name,
          hint: (
            <span className="flex flex-col">
              <span>
                {one.owner}
                {one.closed && <strong className="text-bad"> {one.closed}</strong>}
              </span>
              <span className="flex flex-wrap gap-x-5 sm:[&>:nth-child(1)]:min-w-40">
                <span>
                  {t("commission")} <Rate ratePpm={one.commissionPpm} />
                </span>
                <span>
                  {t("totalStaked")}{" "}
                  <Amount amountMicros={one.stakedMicros} decimals={0} symbol={facts.symbol} />
                </span>
              </span>
              <span>
                {one.record}. {one.marks}.
              </span>
            </span>
          ),
        }))}
      />
      {isClosed && <RefusalBanner refusal={{ code: "operator_closed" }} />}
      {preview}
      <div className="space-y-2">
        <Why question={t("whyOperator")}>{t("whyOperatorText")}</Why>
        <Why question={t("howPermission")}>
          <p className="mb-3">{t("howPermissionText")}</p>
          <RadioGroup
            label={t("permission")}
            name="permission"
            value={permission}
            onChange={(event) => setPermission(event.target.value as StakeFlow["permission"])}
            options={[
              { value: "permit", label: t("permit"), hint: t("permitHint") },
              { value: "approve", label: t("approve"), hint: t("approveHint") },
            ]}
          />
        </Why>
      </div>
      <Button
        type="submit"
        size="lg"
        disabledReason={
          facts.tokensMicros === 0n ? t("noTokens") : open.length === 0 ? t("noOperators") : null
        }
      >
        {t("submit")}
      </Button>
    </form>
  );
}
