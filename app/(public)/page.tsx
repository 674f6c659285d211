import type { Metadata } from "next";
import Link from "next/link";
import { GuillocheBand, GuillocheRosette } from "@/components/art/guilloche";
import { Landmark } from "@/components/art/landmark";
import { LinkButton } from "@/components/ui/link-button";
import { catalogue } from "@/lib/messages/catalogue";
import { translator } from "@/lib/messages/server";
import { activeProfile } from "@/lib/state-profile/queries";
import { countNow } from "./count-now";
import { ExamplePayout } from "./example-payout";
import { ReservesLive } from "./reserves-live";
import { Way, WayStep } from "./way-of-a-dollar";

export function generateMetadata(): Metadata {
  const { bankName, nameInSentence, tokenName } = activeProfile();
  const t = translator("public.home");
  return {
    title: { absolute: `${bankName}: ${t("title", { state: nameInSentence })}` },
    description: t("lead", { bank: bankName, token: tokenName }),
  };
}

export default async function HomePage() {
  const profile = activeProfile();
  const { bankName, tokenName, tokenSymbol, timeZone, name } = profile;
  const t = translator("public");
  const count = await countNow();
  const nots = ["coin", "interest", "promise", "insured"] as const;
  return (
    <>
      <div className="overflow-hidden">
        <div className="mx-auto grid max-w-page items-center gap-x-12 gap-y-10 px-4 pt-10 sm:px-6 sm:pt-16 lg:grid-cols-[1.1fr_1fr]">
          <div>
            <h1 className="font-display text-display font-medium text-balance">{t("home.headline")}</h1>
            <p className="mt-6 max-w-text text-lg sm:text-xl">
              {t("home.lead", { bank: bankName, token: tokenName })}
            </p>
            <div className="mt-8 flex flex-wrap gap-3">
              <LinkButton href="/stake" link={Link} prefetch={false} size="lg">
                {t("home.start")}
              </LinkButton>
              <LinkButton href="/reserves" link={Link} size="lg" variant="secondary">
                {t("home.see")}
              </LinkButton>
            </div>
          </div>
          <section
            aria-labelledby="live"
            className="relative overflow-hidden border-2 border-ink bg-raised p-1.5"
          >
            <GuillocheRosette className="pointer-events-none absolute top-1/2 left-1/2 w-[150%] max-w-none -translate-x-1/2 -translate-y-[62%] text-rule opacity-40" />
            <div className="relative border border-ink px-4 pt-4 pb-3 sm:px-6">
              <h2 id="live" className="text-center font-display text-heading font-medium">
                {t("live.title")}
              </h2>
              <GuillocheBand className="mx-auto mt-2 mb-3 h-6 max-w-72 text-edge" />
              <ReservesLive
                first={count}
                symbol={tokenSymbol}
                timeZone={timeZone}
                words={catalogue.public.live}
              />
            </div>
          </section>
        </div>
        <Landmark stateName={name} className="mt-6 h-48 w-full text-engrave sm:h-64 lg:h-80" />
      </div>

      <section aria-labelledby="way" className="border-t-2 border-ink bg-sunk">
        <div className="mx-auto max-w-page px-4 py-16 sm:px-6 sm:py-20">
          <div className="max-w-text">
            <h2 id="way" className="font-display text-title font-medium">
              {t("steps.title")}
            </h2>
            <p className="mt-3 text-lg">{t("steps.lead")}</p>
          </div>
          <div className="mt-12 grid gap-x-16 gap-y-12 lg:grid-cols-2">
            <Way>
              <WayStep drawing="receipt" number={1} title={t("steps.receiptTitle")}>
                {t("steps.receipt")}
              </WayStep>
              <WayStep drawing="token" number={2} title={t("steps.tokenTitle")}>
                {t("steps.token")}
              </WayStep>
              <WayStep drawing="stake" number={3} title={t("steps.stakeTitle")}>
                {t("steps.stake")}
              </WayStep>
              <WayStep drawing="payout" number={4} title={t("steps.payoutTitle")}>
                {t("steps.payout")}
              </WayStep>
            </Way>
            <ExamplePayout className="self-start" />
          </div>
        </div>
      </section>

      <section aria-labelledby="not" className="mx-auto max-w-page px-4 py-16 sm:px-6 sm:py-20">
        <h2 id="not" className="font-display text-title font-medium">
          {t("not.title")}
        </h2>
        <dl className="mt-8 border-y-2 border-ink">
          {nots.map((one) => (
            <div
              key={one}
              className="grid gap-x-10 gap-y-1 border-t border-rule py-5 first:border-t-0 sm:grid-cols-[18rem_1fr]"
            >
              <dt className="font-display text-lg font-medium">{t(`not.${one}Title`)}</dt>
              <dd className="max-w-text">
                {t(`not.${one}`, { symbol: tokenSymbol })}
                {one === "coin" && <p className="mt-2 text-note text-soft">{t("not.coinSource")}</p>}
              </dd>
            </div>
          ))}
        </dl>
      </section>

      <section aria-labelledby="check" className="mx-auto max-w-page px-4 sm:px-6">
        <div className="grid items-center gap-8 border-2 border-ink p-6 sm:grid-cols-[auto_1fr] sm:p-10">
          <GuillocheRosette className="mx-auto w-32 text-accent sm:w-44" />
          <div>
            <h2 id="check" className="font-display text-title font-medium">
              {t("check.title")}
            </h2>
            <p className="mt-3 max-w-text text-lg">{t("check.lead")}</p>
            <p className="mt-5">
              <Link href="/reserves" className="link inline-flex min-h-11 items-center font-semibold">
                {t("check.more")}
              </Link>
            </p>
          </div>
        </div>
      </section>
    </>
  );
}
