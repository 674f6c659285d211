"use client";

import { type ReactNode, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslations } from "use-intl/react";
import type { Address } from "viem";
import { errorWords } from "@/components/copy/errors";
import { Amount } from "@/components/money/amount";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { LiveRegion } from "@/components/ui/live-region";
import { type StepState as Mark, StepList } from "@/components/ui/step-list";
import { type ErrorCode, errorFacts, isErrorCode } from "@/lib/errors";
import { weiToMicros } from "@/lib/money/format";
import { microsPerCent, mulDivUp } from "@/lib/money/math";
import { networkCoin } from "@/lib/staking/network-coin";
import { type Flow, hasSent, isFinished, stepsOf } from "./flow";
import { createFlowDriver, type FlowDriver } from "./flow-driver";
import { type FlowKey, keptFlow } from "./flow-storage";
import { useWallet } from "./use-wallet";
import { loadWallet, openWalletList } from "./wallet-store";

export type TransactionStepsProps = {
  /** names the act within an account: "stake", "unbond", "redeem-0x…" */
  flowId: string;
  flow: Flow;
  /** the wallet that signed in; no other may sign here */
  owner: Address;
  chain: { chainId: number; staking: Address };
  tokenSymbol: string;
  /** what the person sees before and after; stands above the steps */
  preview?: ReactNode;
  /** shown when our own records have it */
  done: ReactNode;
  /** our own records have it: the page may load again */
  onFinished?: () => void;
  onLeave?: () => void;
  /** asks the bank for network coin; resolves when it has been sent */
  requestCoin?: () => Promise<{ ok: boolean; code?: ErrorCode }>;
};

/** An unfinished flow left by an earlier visit; null until the browser's own memory has been read. */
export function useKeptFlow(owner: Address, chain: { chainId: number; staking: Address }, flowId: string) {
  const { chainId, staking } = chain;
  const [kept, setKept] = useState<Flow | null>(null);
  useEffect(() => {
    setKept(keptFlow({ chainId, staking, owner, flowId })?.flow ?? null);
  }, [chainId, staking, owner, flowId]);
  return kept;
}

/** An upper bound reads best in whole cents; below a cent it is shown as it is. */
const wholeCentsUp = (micros: bigint) =>
  micros < microsPerCent ? micros : mulDivUp(micros, { times: 1n, over: microsPerCent }) * microsPerCent;

/** After these the step begins anew; every other failure goes on where it stopped. */
const restarts: Partial<Record<ErrorCode, "sendAgain" | "startAgain">> = {
  transaction_lost: "sendAgain",
  transaction_cancelled: "startAgain",
  transaction_replaced: "startAgain",
};

/** Neither of these is anybody's fault: said as a note. */
const neutral: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["wallet_rejected", "transaction_cancelled"]);

const nothing = () => () => {};

function useDriver(key: FlowKey, flow: Flow, onFinished?: () => void) {
  /** a flow that runs is never exchanged under way: the page gives a new key for a new flow */
  const first = useRef(flow);
  const finish = useRef(onFinished);
  const [driver, setDriver] = useState<FlowDriver | null>(null);
  useEffect(() => {
    finish.current = onFinished;
  });
  useEffect(() => {
    loadWallet();
    const made = createFlowDriver({
      key,
      flow: first.current,
      owner: key.owner,
      load: () => import("./flow-runner"),
      onFinished: () => finish.current?.(),
    });
    setDriver(made);
    return made.stop;
  }, [key]);
  return driver;
}

/** Every signature of a resident goes through here: preview, simulate, sign, wait, verify. */
export function TransactionSteps(props: TransactionStepsProps) {
  const { flowId, flow, owner, chain, onFinished, onLeave, requestCoin } = props;
  const t = useTranslations("stake.steps");
  const wallet = useWallet();
  const { chainId, staking } = chain;
  const key = useMemo<FlowKey>(
    () => ({ chainId, staking, owner, flowId }),
    [chainId, staking, owner, flowId],
  );
  const driver = useDriver(key, flow, onFinished);
  const view = useSyncExternalStore(
    driver?.subscribe ?? nothing,
    () => driver?.view() ?? null,
    () => null,
  );
  const [busyFix, setBusyFix] = useState(false);

  useEffect(() => driver?.see(wallet), [driver, wallet]);

  if (!driver || !view) return <p className="text-soft">{t("loading")}</p>;

  const { state: shown, step, orphaned, armed, resumed, costWei } = view;
  const needsPress = (step?.kind === "permit" || step?.kind === "send") && !armed;
  const failure = isErrorCode(view.failure) ? view.failure : null;
  const slow = step?.kind === "wait" && shown.steps[step.id]?.status === "slow";
  const finished = isFinished(shown);
  const sent = hasSent(shown);
  const steps = stepsOf(shown.flow);
  const lastHash = Object.values(shown.steps).findLast((one) => one.txHash)?.txHash;
  const costMicros = costWei === null ? null : wholeCentsUp(weiToMicros(costWei, networkCoin.priceMicros));

  async function switchChain() {
    if (!wallet.wagmi || !wallet.config) return;
    setBusyFix(true);
    try {
      const { switchToBankChain } = await import("./switch-chain");
      await switchToBankChain(wallet.wagmi, wallet.config);
      driver?.again();
    } catch {
      // declined: the sentence above stays true
    } finally {
      setBusyFix(false);
    }
  }

  async function askForCoin() {
    if (!requestCoin) return;
    setBusyFix(true);
    const answer = await requestCoin();
    setBusyFix(false);
    if (answer.ok) driver?.again();
    else driver?.failWith(answer.code ?? "unexpected");
  }

  /** what may have left the wallet is kept for the next visit, unless the person gives it up */
  function leave(drop = !sent) {
    driver?.leave(drop);
    onLeave?.();
  }

  const mark = (id: string): Mark => {
    const status = shown.steps[id]?.status ?? "todo";
    if (status === "done" || status === "failed") return status;
    if (status === "asking") return "now";
    if (status === "doing" || status === "slow") {
      const kind = steps.find((one) => one.id === id)?.kind;
      return kind === "permit" ? "now" : "busy";
    }
    return id === step?.id && needsPress ? "now" : "todo";
  };

  const legNames = { symbol: props.tokenSymbol };
  const title = (id: string, kind: string) => {
    const [, act = ""] = id.split("-");
    if (kind === "send") return t(`send.${act}` as "send.stake", legNames);
    if (kind === "wait") return t(`wait.${act}` as "wait.stake", legNames);
    return t(`${kind}.title` as "check.title", legNames);
  };
  const detail = (id: string, kind: string) => {
    const status = shown.steps[id]?.status;
    if (status === "slow") return t("slow");
    if (status === "doing" || status === "asking") {
      if (kind === "permit" || kind === "send") return t("lookInWallet");
      return t(`${kind}.doing` as "check.doing");
    }
    if (kind === "permit" && status === "todo") return t("permit.hint");
    return undefined;
  };

  const wrongWallet =
    wallet.connection === "connected" &&
    wallet.address &&
    wallet.address.toLowerCase() !== owner.toLowerCase();
  // the wallet may have come back by itself, or by the notice above, since the step failed
  const elsewhere = failure === "wrong_chain" && wallet.chainId !== chainId;
  const disconnected = wallet.phase === "ready" && wallet.connection === "none" && !finished;

  return (
    <section aria-label={t("label")} className="space-y-6">
      {!finished && props.preview}
      {resumed && !finished && <Banner tone="info" title={t("resumed.title")} next={t("resumed.next")} />}
      <StepList
        label={t("label")}
        steps={steps.map((one) => ({
          id: one.id,
          title: title(one.id, one.kind),
          state: mark(one.id),
          detail: detail(one.id, one.kind),
          meta: shown.steps[one.id]?.txHash ? (
            <Copyable value={shown.steps[one.id]?.txHash ?? ""} what={t("transactionId")} shorten />
          ) : undefined,
        }))}
      />
      <LiveRegion>
        {step ? `${title(step.id, step.kind)}. ${detail(step.id, step.kind) ?? ""}` : t("allDone")}
      </LiveRegion>

      {!finished && !sent && costMicros !== null && (
        <dl className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 border-y border-rule py-3">
          <dt className="font-semibold">{t("cost.label")}</dt>
          <dd>
            <Amount amountMicros={costMicros} />
          </dd>
          <dd className="col-span-2 mt-1 text-note text-soft">
            {t(wallet.config?.mode === "demo" ? "cost.plainDemo" : "cost.plain", {
              coin: networkCoin.symbol,
            })}
          </dd>
        </dl>
      )}

      {failure && (
        <Banner
          live
          tone={neutral.has(failure) ? "info" : "error"}
          title={errorWords[failure].what}
          money={errorWords[failure].money}
          next={
            wrongWallet
              ? t("wrongWallet", { address: `${owner.slice(0, 6)}…${owner.slice(-4)}` })
              : errorWords[failure].next
          }
          actions={
            <>
              {elsewhere && (
                <Button onClick={switchChain} busy={busyFix}>
                  {t("switchChain")}
                </Button>
              )}
              {failure === "wallet_not_connected" && <Button onClick={openWalletList}>{t("connect")}</Button>}
              {failure === "network_coin_too_low" && requestCoin && (
                <Button onClick={askForCoin} busy={busyFix}>
                  {t("getCoin")}
                </Button>
              )}
              {(errorFacts[failure].retry ||
                failure === "network_coin_too_low" ||
                failure === "wrong_chain") &&
                !elsewhere && (
                  <Button
                    variant={
                      failure === "network_coin_too_low" || failure === "wallet_not_connected"
                        ? "secondary"
                        : "primary"
                    }
                    onClick={driver.again}
                  >
                    {restarts[failure] ? t(restarts[failure]) : t("tryAgain")}
                  </Button>
                )}
              <Button variant="quiet" onClick={() => leave()}>
                {sent ? t("leave") : t("startOver")}
              </Button>
            </>
          }
        />
      )}

      {slow && (
        <Banner
          live
          tone="warn"
          title={errorWords.transaction_slow.what}
          money={errorWords.transaction_slow.money}
          next={errorWords.transaction_slow.next}
          actions={
            <>
              <Button variant="secondary" onClick={() => leave()}>
                {t("leave")}
              </Button>
              <Button variant="quiet" onClick={() => leave(true)}>
                {t("stopWatching")}
              </Button>
            </>
          }
        />
      )}

      {orphaned && step && (
        <Banner
          tone="warn"
          title={t("unanswered.title")}
          next={t("unanswered.next")}
          actions={
            <>
              <Button onClick={driver.askAgain}>{t("unanswered.askAgain")}</Button>
              <Button variant="quiet" onClick={() => leave(true)}>
                {t("startOver")}
              </Button>
            </>
          }
        />
      )}

      {disconnected && !failure && (
        <Banner
          tone="info"
          title={t("notConnected")}
          actions={<Button onClick={openWalletList}>{t("connect")}</Button>}
        />
      )}

      {!failure && !orphaned && needsPress && shown.steps.check?.status === "done" && (
        <div className="flex flex-wrap gap-3">
          <Button size="lg" onClick={driver.press} data-testid="sign">
            {t(`go.${shown.flow.kind}`, legNames)}
          </Button>
          <Button variant="quiet" size="lg" onClick={() => leave()}>
            {sent ? t("leave") : t("amountMicros" in shown.flow ? "change" : "notNow")}
          </Button>
        </div>
      )}

      {finished && (
        <Banner live tone="success" title={t("allDone")}>
          {props.done}
          {lastHash && (
            <p className="text-note text-soft">
              {t("transactionId")} <Copyable value={lastHash} what={t("transactionId")} shorten />
            </p>
          )}
          {onLeave && (
            <Button variant="secondary" size="sm" onClick={() => leave()}>
              {t("close")}
            </Button>
          )}
        </Banner>
      )}
    </section>
  );
}
