import type { Metadata } from "next";
import Link from "next/link";
import { EvenBars } from "@/components/charts/even-bars";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { TextInput } from "@/components/ui/text-input";
import { deployment } from "@/lib/chain/deployment";
import { log } from "@/lib/log";
import { translator } from "@/lib/messages/server";
import { formatDollars } from "@/lib/money/format";
import { sourcesAndUsesBetween } from "@/lib/rewards/queries";
import { activeProfile, bankTime } from "@/lib/state-profile/queries";
import { addDays, civilDateIn, startOfDayIn } from "@/lib/time/civil-date";
import { operatorNames } from "@/lib/validators/queries";
import { Unknown } from "../reserves/parts";
import { type Asked, periodOf } from "./period";

export function generateMetadata(): Metadata {
  return { title: translator("public.sources")("title") };
}

export default async function SourcesAndUsesPage({ searchParams }: { searchParams: Promise<Asked> }) {
  const { timeZone } = activeProfile();
  const t = translator("public.sources");
  const today = civilDateIn(await bankTime(), timeZone);
  const { from, to, problem } = periodOf(await searchParams, today);
  const [statement, nameOf] = await Promise.all([
    sourcesAndUsesBetween(deployment().chainId, {
      from: startOfDayIn(from, timeZone),
      to: startOfDayIn(addDays(to, 1), timeZone),
    }).catch((err) => {
      log.error({ err }, "sources and uses could not be read");
      return null;
    }),
    operatorNames().catch(() => String),
  ]);
  const quick = [
    { id: "thirty", from: addDays(today, -29), to: today },
    { id: "ninety", from: addDays(today, -89), to: today },
    { id: "year", from: `${today.slice(0, 4)}-01-01`, to: today },
  ] as const;
  return (
    <div className="mx-auto max-w-page space-y-10 px-4 py-10 sm:px-6 sm:py-16">
      <PageHeader title={t("title")} lead={t("lead")} />
      <div className="space-y-3">
        <form method="get" className="flex flex-wrap items-end gap-4" aria-label={t("period")}>
          <TextInput type="date" name="from" label={t("from")} defaultValue={from} required width="short" />
          <TextInput type="date" name="to" label={t("to")} defaultValue={to} required width="short" />
          <Button type="submit" variant="secondary">
            {t("show")}
          </Button>
        </form>
        <ul className="flex flex-wrap gap-x-5">
          {quick.map((one) => (
            <li key={one.id}>
              <Link
                href={{ query: { from: one.from, to: one.to } }}
                prefetch={false}
                className="link inline-flex min-h-11 items-center text-note"
              >
                {t(one.id)}
              </Link>
            </li>
          ))}
        </ul>
      </div>
      {problem && <Banner tone="warn" title={t(problem)} />}
      {statement === null ? (
        <Unknown />
      ) : statement.epochs === 0 ? (
        <EmptyState title={t("empty")} />
      ) : (
        <>
          {statement.sourcesMicros === statement.usesMicros ? (
            <Banner
              tone="success"
              title={t("even", { sum: formatDollars(statement.sourcesMicros), epochs: statement.epochs })}
            />
          ) : (
            <Banner
              tone="error"
              title={t("uneven", {
                difference: formatDollars(
                  statement.usesMicros > statement.sourcesMicros
                    ? statement.usesMicros - statement.sourcesMicros
                    : statement.sourcesMicros - statement.usesMicros,
                ),
              })}
            />
          )}
          <EvenBars
            bars={[
              {
                id: "in",
                title: t("in"),
                total: t("inAll"),
                parts: [
                  { id: "opening", label: t("opening"), amountMicros: statement.openingMicros },
                  ...statement.fees.map(({ kind, micros }) => ({
                    id: kind,
                    label: translator("public")(`fee.${kind}`),
                    amountMicros: micros,
                  })),
                ],
              },
              {
                id: "out",
                title: t("out"),
                total: t("outAll"),
                parts: [
                  ...statement.rewards.map(({ operatorId, micros }) => ({
                    id: String(operatorId),
                    label: t("shared", { operator: nameOf(operatorId) }),
                    amountMicros: micros,
                  })),
                  { id: "closing", label: t("closing"), amountMicros: statement.closingMicros },
                ],
              },
            ]}
          />
          <p className="max-w-text text-soft">{t("how")}</p>
        </>
      )}
    </div>
  );
}
