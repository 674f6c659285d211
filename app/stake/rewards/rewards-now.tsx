import { NavLink } from "@/app/nav-link";
import { chainPlace } from "@/app/stake/chain-place";
import { type Customer, customerPage } from "@/app/stake/customer-page";
import { EarnedTicker } from "@/app/stake/earned-ticker";
import { earningOf } from "@/app/stake/earning";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { Refreshing } from "@/app/stake/refreshing";
import { SignAct } from "@/app/stake/sign-act";
import { TimeLeft } from "@/app/stake/time-left";
import { chainTrouble, isTrouble } from "@/app/stake/unless-chain-down";
import { errorWords } from "@/components/copy/errors";
import { Amount } from "@/components/money/amount";
import { Rate } from "@/components/money/rate";
import { Banner } from "@/components/ui/banner";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { Section } from "@/components/ui/section";
import { Stat } from "@/components/ui/stat";
import { Why } from "@/components/ui/why";
import { translator } from "@/lib/messages/server";
import { mulDivDown } from "@/lib/money/math";
import { type RewardNow, rewardNow } from "@/lib/rewards/queries";
import { type StakeOverview, stakeOverview } from "@/lib/staking/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatDuration } from "@/lib/time/duration";
import { formatInstant, formatMoment } from "@/lib/time/instant";
import { operators } from "@/lib/validators/queries";
import { PayoutLines } from "./payout-lines";

type Choices = Awaited<ReturnType<typeof operators>>;

/** What is earned and not yet paid, live from the chain. Each way of having nothing to show has its own words. */
export async function RewardsNow({ hasHistory }: { hasHistory: boolean }) {
  const { actor } = await customerPage();
  const t = translator("stake.rewards");
  const read = () => Promise.all([stakeOverview(actor), rewardNow(actor), operators()]);
  const live = await chainTrouble(read);
  if (isTrouble(live)) {
    const isBusy = live.trouble === "busy";
    const words = errorWords[isBusy ? "rate_limited" : "chain_down"];
    return (
      <>
        <RefreshWhile waiting everyMs={isBusy ? 30_000 : 5_000} />
        <Banner
          tone={isBusy ? "warn" : "error"}
          title={isBusy ? t("busy") : t("unavailable")}
          money={t("unavailableText")}
          next={words.next}
        />
      </>
    );
  }
  const [overview, now, choices] = live;
  const staked = overview.activeMicros + overview.pendingMicros;
  if (staked === 0n && now.grossMicros === 0n)
    return (
      <EmptyState
        title={t("noStake")}
        action={
          <LinkButton href="/stake/new" link={NavLink}>
            {t("toStake")}
          </LinkButton>
        }
      >
        <p>{t("noStakeText")}</p>
        <p className="mt-2">
          <NavLink href="/about-rewards" className="link inline-flex min-h-11 items-center">
            {t("noStakeLearn")}
          </NavLink>
        </p>
      </EmptyState>
    );
  const isFirstDue = now.grossMicros === 0n && !hasHistory;
  return (
    <Refreshing everyMs={8_000}>
      <div className="space-y-10">
        {isFirstDue && <FirstDue overview={overview} />}
        {!isFirstDue && <Figures overview={overview} now={now} choices={choices} />}
        <Claim actor={actor} now={now} asOf={overview.asOf} />
        <Formula overview={overview} choices={choices} />
      </div>
    </Refreshing>
  );
}

function FirstDue({ overview }: { overview: StakeOverview }) {
  const t = translator("stake.rewards");
  const { timeZone } = activeProfile();
  const begins = overview.positions.find((one) => one.pendingEarnsFrom)?.pendingEarnsFrom;
  return (
    <EmptyState title={t("noReward")}>
      {overview.activeMicros === 0n && begins
        ? t("noRewardPending", { time: formatInstant(begins, timeZone) })
        : t("noRewardText", {
            epoch: String(overview.epoch.current),
            time: formatInstant(overview.nextPayoutAt, timeZone),
          })}
    </EmptyState>
  );
}

function Figures({ overview, now, choices }: { overview: StakeOverview; now: RewardNow; choices: Choices }) {
  const t = translator("stake.rewards");
  const { timeZone } = activeProfile();
  const earning = earningOf(overview, choices);
  const isStaked = overview.activeMicros + overview.pendingMicros > 0n;
  return (
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
          isStaked ? (
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
  );
}

function Claim({ actor, now, asOf }: { actor: Customer; now: RewardNow; asOf: Date }) {
  const t = translator("stake.rewards");
  const operatorIds = now.byOperator.filter((one) => one.grossMicros > 0n).map((one) => one.operatorId);
  const lines = now.grossMicros > 0n && (
    <Section
      title={t("linesTitle")}
      lead={t("linesNote", { time: formatMoment(asOf, activeProfile().timeZone) })}
    >
      <PayoutLines caption={t("linesTitle")} of={now} />
    </Section>
  );
  return (
    <SignAct
      flow={{ kind: "claim", operatorIds }}
      owner={actor.address}
      chain={chainPlace()}
      symbol={activeProfile().tokenSymbol}
      label={t("claim")}
      disabledReason={operatorIds.length === 0 ? t("nothing") : null}
      preview={lines}
      done={<p>{t("claimDone")}</p>}
    >
      {lines}
    </SignAct>
  );
}

function Formula({ overview, choices }: { overview: StakeOverview; choices: Choices }) {
  const t = translator("stake.rewards");
  const main = overview.positions.toSorted((a, b) => (a.activeMicros > b.activeMicros ? -1 : 1))[0];
  const operator = choices.find((one) => one.operatorId === main?.operatorId);
  const ofAll = (operator?.rewardPerSecondMicros ?? 0n) * BigInt(overview.epoch.epochSeconds);
  return (
    <Why question={t("formulaTitle")}>
      <p>{t("formula")}</p>
      {main && operator && operator.activeMicros > 0n && (
        <p className="my-3 text-ink">
          <Amount amountMicros={ofAll} /> × <Amount amountMicros={main.activeMicros} /> ÷{" "}
          <Amount amountMicros={operator.activeMicros} /> ={" "}
          <Amount
            className="font-semibold"
            amountMicros={mulDivDown(ofAll, { times: main.activeMicros, over: operator.activeMicros })}
          />
        </p>
      )}
      <p>
        {t("formulaText")} {t("fee")}: <Rate ratePpm={main?.commissionPpm ?? 0n} />.{" "}
        {t("epochLength", { length: formatDuration(overview.epoch.epochSeconds) })}
      </p>
    </Why>
  );
}
