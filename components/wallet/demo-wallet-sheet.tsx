"use client";

import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl/react";
import { formatEther } from "viem";
import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { StatusChip } from "@/components/ui/status-chip";
import { formatAmount, formatDollars, weiToMicros } from "@/lib/money/format";
import { networkCoin } from "@/lib/staking/network-coin";
import type { DemoRequest } from "./demo-wallet";
import type { WalletAct } from "./demo-wallet-acts";
import type { PublicConfig } from "./wallet-store";

/** The demo wallet's own window: says in plain words what is being asked, and waits for yes or no. */
export function DemoWalletSheet({
  request,
  config,
  answer,
}: {
  request: DemoRequest | null;
  config: PublicConfig;
  answer: (approved: boolean) => void;
}) {
  const t = useTranslations("stake.demoWallet");
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (request && !element.open) element.showModal();
    if (!request && element.open) element.close();
  }, [request]);

  return (
    <dialog
      ref={dialog}
      aria-labelledby="demo-wallet-title"
      data-testid="demo-wallet"
      onCancel={(event) => {
        event.preventDefault();
        answer(false);
      }}
      className="fixed inset-x-0 top-auto bottom-0 m-0 max-h-[92dvh] w-full max-w-none overflow-y-auto border-t-4 border-accent bg-raised p-6 text-ink backdrop:bg-veil sm:inset-0 sm:m-auto sm:h-fit sm:max-w-lg sm:border-4 sm:p-8"
    >
      {request && (
        <div className="space-y-5">
          <div className="flex items-center justify-between gap-4">
            <StatusChip tone="warn">{t("badge")}</StatusChip>
            <Copyable value={request.address} what={t("address")} shorten />
          </div>
          <h2 id="demo-wallet-title" className="font-display text-heading font-medium">
            {t(`asks.${request.kind}`)}
          </h2>
          <Body request={request} config={config} />
          <div className="flex flex-col gap-3 sm:flex-row-reverse">
            <Button onClick={() => answer(true)} data-testid="demo-wallet-approve">
              {t(`approve.${request.kind}`)}
            </Button>
            <Button variant="secondary" onClick={() => answer(false)} data-testid="demo-wallet-decline">
              {t("decline")}
            </Button>
          </div>
          <p className="text-note text-soft">{t("footer")}</p>
        </div>
      )}
    </dialog>
  );
}

function Body({ request, config }: { request: DemoRequest; config: PublicConfig }) {
  const t = useTranslations("stake.demoWallet");
  if (request.kind === "connect") return <p>{t("connectText", { bank: config.bankName })}</p>;
  if (request.kind === "message")
    return (
      <pre className="border border-rule bg-paper p-4 font-mono text-label break-words whitespace-pre-wrap">
        {request.text}
      </pre>
    );
  if (request.kind === "permission") {
    const value = request.lines.find(([name]) => name === "value")?.[1] ?? "0";
    const until = request.lines.find(([name]) => name === "deadline")?.[1] ?? "0";
    return (
      <div className="space-y-2">
        <p>{t("permissionText", { amount: `${formatAmount(BigInt(value))} ${config.tokenSymbol}` })}</p>
        <p className="text-note text-soft">
          {t("permissionUntil", { time: new Date(Number(until) * 1000).toLocaleTimeString() })}
        </p>
      </div>
    );
  }
  return <TransactionBody request={request} config={config} />;
}

/** Reads the call with the contracts' own interface, which is fetched only now. */
function TransactionBody({
  request,
  config,
}: {
  request: Extract<DemoRequest, { kind: "transaction" }>;
  config: PublicConfig;
}) {
  const t = useTranslations("stake.demoWallet");
  const [act, setAct] = useState<WalletAct | null>();
  useEffect(() => {
    let gone = false;
    import("./demo-wallet-acts").then(({ actOf }) => !gone && setAct(actOf(request, config) ?? null));
    return () => {
      gone = true;
    };
  }, [request, config]);
  const cost = weiToMicros(request.maxCostWei - request.valueWei, networkCoin.priceMicros);
  return (
    <div className="space-y-3">
      <p className="font-semibold">
        {act
          ? t(`acts.${act.name}`, { amount: act.amount, symbol: config.tokenSymbol })
          : act === null && t("acts.unknown")}
      </p>
      {request.valueWei > 0n && (
        <p>{t("sendsCoin", { amount: formatEther(request.valueWei), coin: networkCoin.symbol })}</p>
      )}
      <p className="text-note text-soft">{t("costs", { cost: formatDollars(cost) })}</p>
    </div>
  );
}
