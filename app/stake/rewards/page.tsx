import { Suspense } from "react";
import { NavLink } from "@/app/nav-link";
import { customerPage } from "@/app/stake/customer-page";
import { Amount } from "@/components/money/amount";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { Why } from "@/components/ui/why";
import { translator } from "@/lib/messages/server";
import { type RewardRow, rewardHistory, rewardYears } from "@/lib/rewards/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { Counting } from "./counting";
import { PayoutLines } from "./payout-lines";
import { RewardsChart } from "./rewards-chart";
import { RewardsNow } from "./rewards-now";

export const generateMetadata = () => ({ title: translator("stake.title")("rewards") });

type Search = { searchParams: Promise<{ before?: string }> };

export default async function RewardsPage({ searchParams }: Search) {
  const { actor } = await customerPage();
  const { before } = await searchParams;
  const t = translator("stake.rewards");
  const { timeZone } = activeProfile();
  const [history, years] = await Promise.all([
    rewardHistory(actor, { before }),
    rewardYears(actor, timeZone),
  ]);
  const { rows, totals } = history;
  const hasHistory = years.length > 0;

  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} />
      <div className="space-y-12">
        <Suspense fallback={<Counting />}>
          <RewardsNow hasHistory={hasHistory} />
        </Suspense>
        <Suspense>
          <RewardsChart actor={actor} />
        </Suspense>
        {hasHistory && (
          <Section title={t("historyTitle")}>
            <ul className="divide-y-2 divide-rule border-y-2 border-ink">
              {rows.map((row) => (
                <Payout key={row.id} row={row} timeZone={timeZone} />
              ))}
            </ul>
            {history.before && (
              <LinkButton
                variant="quiet"
                href={`/stake/rewards?before=${encodeURIComponent(history.before)}`}
                link={NavLink}
              >
                {t("older")}
              </LinkButton>
            )}
            <div className="mt-10 grid gap-x-14 gap-y-10 lg:grid-cols-2">
              <div>
                <h3 className="mb-3 font-semibold">{t("total")}</h3>
                <PayoutLines
                  caption={t("total")}
                  of={{
                    ...totals,
                    lines: [
                      { level: "federal", amountMicros: totals.federalMicros },
                      { level: "state", amountMicros: totals.stateMicros },
                      { level: "local", amountMicros: totals.localMicros },
                    ],
                  }}
                />
              </div>
              <Files years={years} />
            </div>
          </Section>
        )}
      </div>
    </>
  );
}

/** A plain link: the browser saves what the bank sends. */
function Files({ years }: { years: readonly number[] }) {
  const t = translator("stake.rewards");
  return (
    <div>
      <h3 className="mb-1 font-semibold">{t("export")}</h3>
      <p className="mb-4 max-w-text text-soft">{t("exportNote")}</p>
      <ul className="flex flex-wrap gap-3">
        {years.map((year) => (
          <li key={year}>
            <LinkButton variant="secondary" href={`/stake/rewards/export?year=${year}`} download>
              {t("exportYear", { year: String(year) })}
            </LinkButton>
          </li>
        ))}
        {years.length > 1 && (
          <li>
            <LinkButton variant="secondary" href="/stake/rewards/export" download>
              {t("exportAll")}
            </LinkButton>
          </li>
        )}
      </ul>
    </div>
  );
}

function Payout({ row, timeZone }: { row: RewardRow; timeZone: string }) {
  const t = translator("stake.rewards");
  return (
    <li className="py-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <NavLink href={`/stake/rewards/${row.id}`} className="link font-semibold">
          <time dateTime={row.at.toISOString()}>{formatInstant(row.at, timeZone)}</time>
        </NavLink>
        <span>
          {t("net")} <Amount amountMicros={row.netMicros} flow="in" className="font-semibold" />
        </span>
      </div>
      <div className="flex flex-wrap items-start justify-between gap-x-6">
        <Why question={t("why")} className="min-w-0 flex-1 basis-72">
          <PayoutLines caption={t("historyTitle")} of={row} />
        </Why>
        <NavLink href={`/stake/rewards/${row.id}`} className="link inline-flex min-h-11 items-center">
          {t("worked")}
        </NavLink>
      </div>
    </li>
  );
}
