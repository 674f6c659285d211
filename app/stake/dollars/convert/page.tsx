import { NavLink } from "@/app/nav-link";
import { ChainDown } from "@/app/stake/chain-down";
import { customerPage } from "@/app/stake/customer-page";
import { dollarRows } from "@/app/stake/dollar-rows";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { unlessChainDown } from "@/app/stake/unless-chain-down";
import { errorWords } from "@/components/copy/errors";
import { Banner } from "@/components/ui/banner";
import { DefinitionList } from "@/components/ui/definition-list";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { issuanceTerms, reservesNow } from "@/lib/collateral/queries";
import { translator } from "@/lib/messages/server";
import { stakeOverview } from "@/lib/staking/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { dollarAccount } from "@/lib/transfers/queries";
import { ConvertForm } from "./convert-form";

export const generateMetadata = () => ({ title: translator("stake.title")("convert") });

export default async function ConvertPage() {
  const ctx = await customerPage();
  const t = translator("stake.convert");
  const { tokenSymbol: symbol } = activeProfile();
  const [dollars, live] = await Promise.all([
    dollarAccount(ctx.actor),
    unlessChainDown(() => Promise.all([issuanceTerms(), reservesNow(), stakeOverview(ctx.actor)])),
  ]);
  const header = <PageHeader title={t("title", { symbol })} lead={t("lead")} />;
  if (!live)
    return (
      <>
        {header}
        <ChainDown />
      </>
    );
  const [terms, reserve, overview] = live;
  const stop = terms.isStale ? errorWords.reserve_stale : terms.isPaused ? errorWords.under_review : null;
  return (
    <>
      {header}
      {stop && (
        <>
          <RefreshWhile waiting everyMs={5_000} />
          <Banner tone="warn" className="mb-8" title={stop.what} money={stop.money} next={stop.next} />
        </>
      )}
      {dollars.onHoldMicros > 0n && (
        <DefinitionList numeric items={dollarRows(dollars)} className="mb-8 max-w-form" />
      )}
      {dollars.canUseMicros === 0n ? (
        <>
          <RefreshWhile waiting />
          <EmptyState
            title={t(dollars.onHoldMicros > 0n ? "emptyHeld" : "empty")}
            action={
              <LinkButton href="/stake/dollars" link={NavLink}>
                {t("toBring")}
              </LinkButton>
            }
          />
        </>
      ) : (
        <ConvertForm
          facts={{
            holder: { wallet: ctx.actor.address, profileId: ctx.actor.profileId },
            dollarsMicros: dollars.canUseMicros,
            tokensMicros: overview.walletMicros,
            issuanceFeeBps: terms.issuanceFeeBps,
            reserveMicros: reserve.lendableMicros,
            supplyMicros: reserve.supplyMicros,
            symbol,
          }}
        />
      )}
    </>
  );
}
