import { NavLink } from "@/app/nav-link";
import { chainPlace } from "@/app/stake/chain-place";
import { customerPage } from "@/app/stake/customer-page";
import { EarnedTicker } from "@/app/stake/earned-ticker";
import { earningOf } from "@/app/stake/earning";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { SignAct } from "@/app/stake/sign-act";
import { TimeLeft } from "@/app/stake/time-left";
import { unlessChainDown } from "@/app/stake/unless-chain-down";
import { errorWords } from "@/components/copy/errors";
import { Amount } from "@/components/money/amount";
import { Rate } from "@/components/money/rate";
import { Banner } from "@/components/ui/banner";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { Stat } from "@/components/ui/stat";
import { Why } from "@/components/ui/why";
import { translator } from "@/lib/messages/server";
import { mulDivDown } from "@/lib/money/math";
import { type RewardRow, rewardHistory, rewardNow } from "@/lib/rewards/queries";
import { stakeOverview } from "@/lib/staking/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatDuration } from "@/lib/time/duration";
import { formatInstant } from "@/lib/time/instant";
import { operators } from "@/lib/validators/queries";
import { PayoutLines } from "./payout-lines";

export const generateMetadata = () => ({ title: translator("stake.title")("rewards") });

type Search = { searchParams: Promise<{ before?: string }> };

export default async function RewardsPage({ searchParams }: Search) {
  const { actor } = await customerPage();
  const { before } = await searchParams;
  const from = before && !Number.isNaN(Date.parse(before)) ? new Date(before) : undefined;
  const t = translator("stake.rewards");
  const { timeZone } = activeProfile();
  const history = await rewardHistory(actor, { before: from });

  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} />
      <div className="space-y-12">
        <RewardsNow hasHistory={history.rows.length > 0} />
        <Section title={t("historyTitle")}>
          {history.rows.length === 0 ? (
            <EmptyState title={t("noPayout")}>{t("noPayoutText")}</EmptyState>
          ) : (
            <>
              <ul className="divide-y-2 divide-rule border-y-2 border-ink">
                {history.rows.map((row) => (
                  <Payout key={row.id} row={row} timeZone={timeZone} />
                ))}
              </ul>
              {history.before && (
                <LinkButton
                  variant="quiet"
                  href={`/stake/rewards?before=${encodeURIComponent(history.before.toISOString())}`}
                  link={NavLink}
                >
                  {t("older")}
                </LinkButton>
              )}
              <div className="mt-8">
                <h3 className="mb-3 font-semibold">{t("total")}</h3>
                <PayoutLines
                  caption={t("total")}
                  gross={history.totals.grossMicros}
                  fee={history.totals.operatorFeeMicros}
                  lines={[
                    { level: "federal", amountMicros: history.totals.federalMicros },
                    { level: "state", amountMicros: history.totals.stateMicros },
                    { level: "local", amountMicros: history.totals.localMicros },
                  ]}
                  net={history.totals.netMicros}
                />
              </div>
            </>
          )}
        </Section>
      </div>
    </>
  );
}

async function RewardsNow({ hasHistory }: { hasHistory: boolean }) {
  const { actor } = await customerPage();
  const t = translator("stake.rewards");
  const { timeZone, tokenSymbol } = activeProfile();
  const live = await unlessChainDown(() =>
    Promise.all([stakeOverview(actor), rewardNow(actor), operators()]),
  );
  if (!live)
    return (
      <Banner
        tone="error"
        title={t("unavailable")}
        money={t("unavailableText")}
        next={errorWords.chain_down.next}
      />
    );
  const [overview, now, choices] = live;
  const staked = overview.activeMicros + overview.pendingMicros;
  if (staked === 0n && now.grossMicros === 0n && !hasHistory)
    return (
      <EmptyState
        title={t("noStake")}
        action={
          <LinkButton href="/stake/new" link={NavLink}>
            {t("toStake")}
          </LinkButton>
        }
      >
        {t("noStakeText")}
      </EmptyState>
    );
  const earning = earningOf(overview, choices);
  const claimable = now.byOperator.filter((one) => one.grossMicros > 0n).map((one) => one.operatorId);
  const main = overview.positions.toSorted((a, b) => (a.activeMicros > b.activeMicros ? -1 : 1))[0];
  const mainOperator = choices.find((one) => one.operatorId === main?.operatorId);

  return (
    <div className="space-y-10">
      <RefreshWhile waiting={staked > 0n} everyMs={8_000} />
      <div className="grid gap-6 sm:grid-cols-2">
        <Stat
          large
          label={t("earned")}
          note={t("earnedNote")}
          value={
            <EarnedTicker
              earnedMicros={now.grossMicros}
              perDayMicros={earning.perDayMicros}
              asOfMs={overview.asOf.getTime()}
              untilMs={earning.until.getTime()}
            />
          }
        />
        <Stat
          label={t("nextPayout")}
          value={
            staked > 0n ? (
              <TimeLeft untilMs={overview.nextPayoutAt.getTime()} asOfMs={overview.asOf.getTime()} />
            ) : (
              "–"
            )
          }
          note={t("nextPayoutNote", {
            epoch: String(overview.epoch.current),
            time: formatInstant(overview.nextPayoutAt, timeZone),
          })}
        />
      </div>
      {now.grossMicros === 0n && staked > 0n && !hasHistory && (
        <EmptyState title={t("noReward")}>{t("noRewardText")}</EmptyState>
      )}
      <SignAct
        flowId="claim"
        flow={{ kind: "claim", operatorIds: claimable }}
        owner={actor.address}
        chain={chainPlace()}
        symbol={tokenSymbol}
        label={t("claim")}
        disabledReason={claimable.length === 0 ? t("nothing") : null}
        preview={
          now.grossMicros > 0n && (
            <PayoutLines
              caption={t("linesTitle")}
              gross={now.grossMicros}
              fee={now.operatorFeeMicros}
              lines={now.lines}
              net={now.netMicros}
            />
          )
        }
        done={<p>{t("claimDone")}</p>}
      />
      {now.grossMicros > 0n && (
        <Section title={t("linesTitle")} lead={t("linesNote")}>
          <PayoutLines
            caption={t("linesTitle")}
            gross={now.grossMicros}
            fee={now.operatorFeeMicros}
            lines={now.lines}
            net={now.netMicros}
          />
        </Section>
      )}
      <Why question={t("formulaTitle")}>
        <p>{t("formula")}</p>
        {main && mainOperator && mainOperator.activeMicros > 0n && (
          <p className="my-3 text-ink">
            <Amount amountMicros={mainOperator.rewardPerSecondMicros * BigInt(overview.epoch.epochSeconds)} />{" "}
            × <Amount amountMicros={main.activeMicros} /> ÷{" "}
            <Amount amountMicros={mainOperator.activeMicros} /> ={" "}
            <Amount
              className="font-semibold"
              amountMicros={mulDivDown(
                mainOperator.rewardPerSecondMicros * BigInt(overview.epoch.epochSeconds),
                {
                  times: main.activeMicros,
                  over: mainOperator.activeMicros,
                },
              )}
            />
          </p>
        )}
        <p>
          {t("formulaText")} {t("fee")}: <Rate ratePpm={main?.commissionPpm ?? 0n} />.{" "}
          {t("epochLength", { length: formatDuration(overview.epoch.epochSeconds) })}
        </p>
      </Why>
    </div>
  );
}

function Payout({ row, timeZone }: { row: RewardRow; timeZone: string }) {
  const t = translator("stake.rewards");
  return (
    <li className="py-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <time dateTime={row.at.toISOString()} className="font-semibold">
          {formatInstant(row.at, timeZone)}
        </time>
        <span>
          {t("net")} <Amount amountMicros={row.netMicros} flow="in" className="font-semibold" />
        </span>
      </div>
      <Why question={t("why")}>
        <PayoutLines
          caption={t("historyTitle")}
          gross={row.grossMicros}
          fee={row.operatorFeeMicros}
          lines={row.lines}
          net={row.netMicros}
          transaction={row.txHash}
        />
      </Why>
    </li>
  );
}
