import { NavLink } from "@/app/nav-link";
import { ChainDown } from "@/app/stake/chain-down";
import { chainPlace } from "@/app/stake/chain-place";
import { customerPage } from "@/app/stake/customer-page";
import { closedWords, recordWords } from "@/app/stake/operator-words";
import { unlessChainDown } from "@/app/stake/unless-chain-down";
import { errorWords } from "@/components/copy/errors";
import { Banner } from "@/components/ui/banner";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { translator } from "@/lib/messages/server";
import { formatToken } from "@/lib/money/format";
import { stakeOverview } from "@/lib/staking/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { requireOn } from "@/lib/switches/require";
import { formatDuration } from "@/lib/time/duration";
import { operators, registryRules } from "@/lib/validators/queries";
import { inOrderOfChoice } from "@/lib/validators/staker-watch";
import { StakeForm } from "./stake-form";

export const generateMetadata = () => ({ title: translator("stake.title")("new") });

export default async function NewStakePage() {
  const { actor, db } = await customerPage();
  const t = translator("stake.new");
  const { tokenSymbol: symbol, unbondingSeconds } = activeProfile();
  const live = await unlessChainDown(() => Promise.all([stakeOverview(actor), operators(), registryRules()]));
  const header = (
    <PageHeader title={t("title")} lead={t("lead", { unbonding: formatDuration(unbondingSeconds) })} />
  );
  if (!live)
    return (
      <>
        {header}
        <ChainDown />
      </>
    );
  if (!(await isOpen(db)))
    return (
      <>
        {header}
        <Banner
          tone="warn"
          title={errorWords.under_review.what}
          money={errorWords.under_review.money}
          next={errorWords.under_review.next}
        />
      </>
    );
  const [overview, all, rules] = live;
  const choices = inOrderOfChoice(all);
  const to = translator("operators");
  const own = new Map(
    overview.positions.map((one) => [one.operatorId, one.activeMicros + one.pendingMicros]),
  );
  return (
    <>
      {header}
      {overview.walletMicros === 0n && (
        <EmptyState
          className="mb-10"
          title={t("empty")}
          action={
            <LinkButton href="/stake/dollars/convert" link={NavLink}>
              {t("toConvert")}
            </LinkButton>
          }
        >
          {t("emptyText")}
        </EmptyState>
      )}
      <StakeForm
        suggested={choices.find((one) => one.isOpen && one.owner === "outside")?.operatorId}
        facts={{
          owner: actor.address,
          chain: chainPlace(),
          tokensMicros: overview.walletMicros,
          symbol,
          epochWords: formatDuration(overview.epoch.epochSeconds),
          unbondingWords: formatDuration(overview.epoch.unbondingSeconds),
          operators: choices.map((one) => ({
            operatorId: one.operatorId,
            name: one.name,
            owner: to(`owner.${one.owner}`),
            commissionPpm: one.commissionPpm,
            stakedMicros: one.activeMicros + one.pendingMicros,
            ownMicros: own.get(one.operatorId) ?? 0n,
            closed: one.isOpen ? null : closedWords(one),
            record: recordWords(one),
            marks:
              one.strikes === 0 && one.slashedMicros === 0n
                ? to("record.clean")
                : [
                    to("record.strikes", { strikes: one.strikes, limit: rules.strikeLimit }),
                    one.slashedMicros > 0n
                      ? to("record.slashed", { amount: formatToken(one.slashedMicros, symbol) })
                      : to("record.neverSlashed"),
                  ].join(", "),
          })),
        }}
      />
    </>
  );
}

/** The switch for new stake; exits have none. */
async function isOpen(db: Parameters<typeof requireOn>[0]): Promise<boolean> {
  return requireOn(db, "stake").then(
    () => true,
    () => false,
  );
}
