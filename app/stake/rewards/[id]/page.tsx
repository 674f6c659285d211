import { notFound } from "next/navigation";
import { NavLink } from "@/app/nav-link";
import { customerPage } from "@/app/stake/customer-page";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { sealLine, WhySeal } from "@/app/stake/seal-note";
import { Banner } from "@/components/ui/banner";
import { Breadcrumb } from "@/components/ui/breadcrumb";
import { DefinitionList } from "@/components/ui/definition-list";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { translator } from "@/lib/messages/server";
import { formatDollars } from "@/lib/money/format";
import { type RewardExplained, rewardExplained } from "@/lib/rewards/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant, formatMoment } from "@/lib/time/instant";
import { operatorNames } from "@/lib/validators/queries";
import { PayoutLines } from "../payout-lines";
import { Difference } from "./difference";
import { Workings } from "./workings";

export const generateMetadata = () => ({ title: translator("stake.title")("rewards") });

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ page?: string }> };

export default async function PayoutPage({ params, searchParams }: Props) {
  const { actor, db } = await customerPage();
  const [{ id }, { page }] = await Promise.all([params, searchParams]);
  const [reward, nameOf] = await Promise.all([rewardExplained(actor, id, db), operatorNames(db)]);
  if (!reward) notFound();
  const { row } = reward;
  const { timeZone } = activeProfile();
  const t = translator("reward");
  const date = formatInstant(row.at, timeZone);

  return (
    <>
      <RefreshWhile waiting={reward.sealNumber === undefined} />
      <PageHeader
        crumbs={
          <Breadcrumb
            link={NavLink}
            crumbs={[{ label: t("back"), href: "/stake/rewards" }, { label: t("crumb", { date }) }]}
          />
        }
        title={t("title", { amount: formatDollars(row.netMicros) })}
        lead={t("lead", { local: formatMoment(row.at, timeZone), utc: formatMoment(row.at, "UTC") })}
      />
      <div className="space-y-12">
        <Verdict reward={reward} />
        <div className="grid gap-x-14 gap-y-12 lg:grid-cols-2">
          <Section title={t("bill")}>
            <PayoutLines caption={t("bill")} of={row} />
            <DefinitionList className="mt-6" items={[sealLine(reward.sealNumber)]} />
            <WhySeal />
          </Section>
          <Difference previous={reward.previous} timeZone={timeZone} />
        </div>
        <Workings reward={reward} operator={nameOf(row.operatorId)} timeZone={timeZone} page={Number(page)} />
      </div>
    </>
  );
}

function Verdict({ reward: { row, recomputed } }: { reward: RewardExplained }) {
  const t = translator("reward");
  if (recomputed.agrees) return <Banner tone="success" title={t("agrees")} />;
  const off = [
    [recomputed.netMicros, row.netMicros],
    [recomputed.grossMicros, row.grossMicros],
    [recomputed.operatorFeeMicros, row.operatorFeeMicros],
    [recomputed.federalMicros, row.federalMicros],
    [recomputed.stateMicros, row.stateMicros],
    [recomputed.localMicros, row.localMicros],
  ].find(([found, paid]) => found !== paid) as [bigint, bigint];
  const [found, paid] = off;
  return (
    <Banner
      tone="error"
      title={t("differs")}
      money={t("differsMoney", {
        recomputed: formatDollars(found),
        paid: formatDollars(paid),
        difference: formatDollars(paid - found),
      })}
      next={t("differsNext")}
      reference={row.id}
    />
  );
}
