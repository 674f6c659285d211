import { ChainDown } from "@/app/stake/chain-down";
import { chainPlace } from "@/app/stake/chain-place";
import { customerPage } from "@/app/stake/customer-page";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { unlessChainDown } from "@/app/stake/unless-chain-down";
import { Amount } from "@/components/money/amount";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import type { StepState } from "@/components/ui/step-list";
import { Timeline } from "@/components/ui/timeline";
import { issuanceTerms, listRedemptions, type RedemptionView } from "@/lib/collateral/queries";
import { translator } from "@/lib/messages/server";
import { stakeOverview } from "@/lib/staking/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { dollarsOf } from "@/lib/transfers/queries";
import { RedeemForm } from "./redeem-form";

export const generateMetadata = () => ({ title: translator("stake.title")("redeem") });

export default async function RedeemPage() {
  const ctx = await customerPage();
  const t = translator("stake.redeem");
  const { tokenSymbol: symbol } = activeProfile();
  const [redemptions, dollars, live] = await Promise.all([
    listRedemptions(ctx.actor),
    dollarsOf(ctx.actor),
    unlessChainDown(() => Promise.all([issuanceTerms(), stakeOverview(ctx.actor)])),
  ]);
  const sent = redemptions.filter((one) => one.state !== "prepared");
  return (
    <>
      <PageHeader title={t("title", { symbol })} lead={t("lead")} />
      <RefreshWhile
        waiting={sent.some((one) => one.state === "credited" || one.state === "releasing")}
        everyMs={4_000}
      />
      <div className="space-y-12">
        {live ? (
          <>
            {live[1].walletMicros === 0n && <EmptyState title={t("empty")}>{t("emptyText")}</EmptyState>}
            <RedeemForm
              facts={{
                owner: ctx.actor.address,
                profileId: ctx.actor.profileId,
                chain: chainPlace(),
                dollarsMicros: dollars.canUseMicros,
                tokensMicros: live[1].walletMicros,
                redemptionFeeBps: live[0].redemptionFeeBps,
                symbol,
              }}
            />
          </>
        ) : (
          <ChainDown />
        )}
        <Section title={t("timelineTitle")}>
          {sent.length === 0 ? (
            <EmptyState title={t("none")} />
          ) : (
            <ul className="space-y-10">
              {sent.map((one) => (
                <li key={one.id} className="space-y-4">
                  <h3 className="font-semibold">
                    <Amount amountMicros={one.grossMicros} symbol={symbol} /> →{" "}
                    <Amount amountMicros={one.netMicros} />
                  </h3>
                  <Timeline label={t("timelineTitle")} moments={moments(one, t)} />
                </li>
              ))}
            </ul>
          )}
        </Section>
      </div>
    </>
  );
}

function moments(one: RedemptionView, t: ReturnType<typeof translator<"stake.redeem">>) {
  const { timeZone } = activeProfile();
  const when = (at: Date | null | undefined, otherwise: string) =>
    at ? formatInstant(at, timeZone) : otherwise;
  const isReleased = one.state === "released";
  const released: StepState = isReleased ? "done" : one.state === "releasing" ? "busy" : "todo";
  return [
    { id: "prepared", title: t("steps.prepared"), state: "done" as const, when: when(one.preparedAt, "") },
    { id: "burned", title: t("steps.burned"), state: "done" as const, when: when(one.creditedAt, "") },
    { id: "credited", title: t("steps.credited"), state: "done" as const, when: when(one.creditedAt, "") },
    { id: "released", title: t("steps.released"), state: released, when: when(one.releasedAt, t("soon")) },
  ];
}
