import { ChainDown } from "@/app/stake/chain-down";
import { chainPlace } from "@/app/stake/chain-place";
import { customerPage } from "@/app/stake/customer-page";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { SignAct } from "@/app/stake/sign-act";
import { TimeLeft } from "@/app/stake/time-left";
import { unlessChainDown } from "@/app/stake/unless-chain-down";
import { Amount } from "@/components/money/amount";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { Timeline } from "@/components/ui/timeline";
import { Why } from "@/components/ui/why";
import { translator } from "@/lib/messages/server";
import { formatToken } from "@/lib/money/format";
import { stakeOverview, type Unbonding } from "@/lib/staking/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatDuration } from "@/lib/time/duration";
import { formatInstant } from "@/lib/time/instant";
import { UnstakeForm } from "./unstake-form";

export const generateMetadata = () => ({ title: translator("stake.title")("unstake") });

export default async function UnstakePage() {
  const { actor } = await customerPage();
  const t = translator("stake.unstake");
  const { tokenSymbol: symbol, unbondingSeconds } = activeProfile();
  const overview = await unlessChainDown(() => stakeOverview(actor));
  const header = (
    <PageHeader title={t("title")} lead={t("lead", { unbonding: formatDuration(unbondingSeconds) })} />
  );
  if (!overview)
    return (
      <>
        {header}
        <ChainDown />
      </>
    );
  const positions = overview.positions
    .map((one) => ({
      operatorId: one.operatorId,
      name: one.operatorName,
      stakedMicros: one.activeMicros + one.pendingMicros,
    }))
    .filter((one) => one.stakedMicros > 0n);
  const ready = overview.unbondings.filter((one) => one.isWithdrawable);
  const readyMicros = ready.reduce((sum, one) => sum + one.amountMicros, 0n);
  return (
    <>
      {header}
      <RefreshWhile waiting={overview.unbondings.some((one) => !one.isWithdrawable)} everyMs={4_000} />
      <div className="space-y-12">
        <UnstakeForm
          facts={{
            owner: actor.address,
            chain: chainPlace(),
            symbol,
            unbondingMicros: overview.unbondingMicros,
            unbondingWords: formatDuration(overview.epoch.unbondingSeconds),
            positions,
          }}
        />
        <Section title={t("requestsTitle")}>
          <div className="space-y-10">
            {overview.unbondings.length === 0 ? (
              <EmptyState title={t("none")} />
            ) : (
              <ul className="space-y-10">
                {overview.unbondings.map((one) => (
                  <li key={one.requestId.toString()}>
                    <Request request={one} symbol={symbol} asOf={overview.asOf} />
                  </li>
                ))}
              </ul>
            )}
            <SignAct
              flow={{ kind: "withdraw", requestIds: ready.map((one) => one.requestId.toString()) }}
              owner={actor.address}
              chain={chainPlace()}
              symbol={symbol}
              label={
                ready.length === 0
                  ? t("withdrawNone")
                  : t("withdraw", { amount: formatToken(readyMicros, symbol) })
              }
              disabledReason={ready.length === 0 ? t("notReady") : null}
              done={<p>{t("withdrawDone")}</p>}
            />
          </div>
        </Section>
        <Why question={t("whyWait")}>{t("whyWaitText")}</Why>
      </div>
    </>
  );
}

function Request({ request, symbol, asOf }: { request: Unbonding; symbol: string; asOf: Date }) {
  const t = translator("stake.unstake");
  const { timeZone } = activeProfile();
  const ready = request.isWithdrawable;
  return (
    <div className="space-y-5">
      <h3 className="font-semibold">
        <Amount amountMicros={request.amountMicros} symbol={symbol} />{" "}
        {t("fromOperator", { operator: request.operatorName })}
      </h3>
      <Timeline
        label={t("label")}
        moments={[
          { id: "asked", title: t("steps.asked"), state: "done", when: t("noted") },
          {
            id: "waits",
            title: t("steps.waits"),
            state: ready ? "done" : "busy",
            when: t("until", { time: formatInstant(request.withdrawableAt, timeZone) }),
            at: request.withdrawableAt,
          },
          {
            id: "ready",
            title: t("steps.ready"),
            state: ready ? "now" : "todo",
            when: ready ? (
              t("readyNow")
            ) : (
              <TimeLeft untilMs={request.withdrawableAt.getTime()} asOfMs={asOf.getTime()} />
            ),
          },
          { id: "wallet", title: t("steps.wallet"), state: "todo", when: t("afterReady") },
        ]}
      />
    </div>
  );
}
