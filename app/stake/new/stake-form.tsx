"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import type { Address } from "viem";
import { BeforeAfter } from "@/app/stake/before-after";
import { useRequestCoin } from "@/app/stake/use-request-coin";
import { errorWords } from "@/components/copy/errors";
import { Amount } from "@/components/money/amount";
import { MoneyInput } from "@/components/money/money-input";
import { Rate } from "@/components/money/rate";
import { Button } from "@/components/ui/button";
import { RadioGroup } from "@/components/ui/radio-group";
import { Why } from "@/components/ui/why";
import type { Flow } from "@/components/wallet/flow";
import { TransactionSteps, useKeptFlow } from "@/components/wallet/transaction-steps";
import { formatAmount } from "@/lib/money/format";
import { tryParseAmount } from "@/lib/money/parse";

export type OperatorChoice = {
  operatorId: number;
  name: string;
  ofBank: boolean;
  commissionPpm: bigint;
  stakedMicros: bigint;
  ownMicros: bigint;
  isOpen: boolean;
  /** epochs it signed out of those it could have signed */
  record: { signed: number; of: number } | null;
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
  const router = useRouter();
  const kept = useKeptFlow(facts.owner, facts.chain, "stake");
  const requestCoin = useRequestCoin();
  const open = facts.operators.filter((operator) => operator.isOpen);
  const [operatorId, setOperatorId] = useState(suggested ?? open[0]?.operatorId ?? 0);
  const [permission, setPermission] = useState<StakeFlow["permission"]>("permit");
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const [started, setStarted] = useState<{ flow: StakeFlow; id: number } | null>(null);
  const [left, setLeft] = useState(false);

  const flow = started?.flow ?? (left ? null : kept?.kind === "stake" ? kept : null);
  const operator = facts.operators.find((one) => one.operatorId === (flow?.operatorId ?? operatorId));
  const parsed = tryParseAmount(text);
  const amount = flow ? BigInt(flow.amountMicros) : parsed.ok ? parsed.micros : null;
  const tooMuch = !flow && amount !== null && amount > facts.tokensMicros;

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
    return (
      <TransactionSteps
        key={started?.id ?? "kept"}
        flowId="stake"
        flow={flow}
        owner={facts.owner}
        chain={facts.chain}
        tokenSymbol={facts.symbol}
        preview={preview || undefined}
        requestCoin={requestCoin}
        done={
          <p>
            {t("done")}{" "}
            <Link href="/stake" className="link">
              {t("toOverview")}
            </Link>
          </p>
        }
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
      const words = errorWords[parsed.ok ? "balance_too_low" : parsed.code];
      return setError(`${words.what} ${words.next}`);
    }
    const flow: StakeFlow = { kind: "stake", operatorId, amountMicros: parsed.micros.toString(), permission };
    setStarted({ flow, id: Date.now() });
  }

  return (
    <form onSubmit={submit} noValidate className="max-w-form space-y-8">
      <MoneyInput
        id="stake-amount"
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
      <RadioGroup
        label={t("operator")}
        hint={t("operatorHint")}
        name="operator"
        value={String(operatorId)}
        onChange={(event) => setOperatorId(Number(event.target.value))}
        options={facts.operators.map((one) => ({
          value: String(one.operatorId),
          disabled: !one.isOpen,
          label: one.ofBank ? t("ofBank", { name: one.name }) : one.name,
          hint: (
            <span className="flex flex-wrap gap-x-5">
              <span>
                {t("commission")} <Rate ratePpm={one.commissionPpm} />
              </span>
              <span>
                {t("totalStaked")}{" "}
                <Amount amountMicros={one.stakedMicros} decimals={0} symbol={facts.symbol} />
              </span>
              <span>
                {one.record ? t("record", { signed: one.record.signed, of: one.record.of }) : t("noRecord")}
              </span>
              {!one.isOpen && <span>{t("closed")}</span>}
            </span>
          ),
        }))}
      />
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
