import { NavLink } from "@/app/nav-link";
import { ChainDown } from "@/app/stake/chain-down";
import { chainPlace } from "@/app/stake/chain-place";
import { customerPage } from "@/app/stake/customer-page";
import { unlessChainDown } from "@/app/stake/unless-chain-down";
import { errorWords } from "@/components/copy/errors";
import { Banner } from "@/components/ui/banner";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { translator } from "@/lib/messages/server";
import { stakeOverview } from "@/lib/staking/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { requireOn } from "@/lib/switches/require";
import { formatDuration } from "@/lib/time/duration";
import { operators } from "@/lib/validators/queries";
import { StakeForm } from "./stake-form";

export const generateMetadata = () => ({ title: translator("stake.title")("new") });

export default async function NewStakePage() {
  const { actor, db } = await customerPage();
  const t = translator("stake.new");
  const { tokenSymbol: symbol, unbondingSeconds } = activeProfile();
  const live = await unlessChainDown(() => Promise.all([stakeOverview(actor), operators()]));
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
  const [overview, choices] = live;
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
        suggested={choices.find((one) => one.isOpen && !one.isOfBank)?.operatorId}
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
            ofBank: one.isOfBank,
            commissionPpm: one.commissionPpm,
            stakedMicros: one.activeMicros + one.pendingMicros,
            ownMicros: own.get(one.operatorId) ?? 0n,
            isOpen: one.isOpen,
            record:
              one.lastEpochs.length === 0
                ? null
                : {
                    signed: one.lastEpochs.filter((epoch) => epoch.signed).length,
                    of: one.lastEpochs.length,
                  },
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
