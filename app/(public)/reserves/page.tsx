import type { Metadata } from "next";
import Link from "next/link";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { deployment } from "@/lib/chain/deployment";
import { canCheat } from "@/lib/cheats/queries";
import { reservesHistory, reservesNow } from "@/lib/collateral/queries";
import { feesAndRewards, recentEpochs } from "@/lib/epochs/queries";
import { log } from "@/lib/log";
import { translator } from "@/lib/messages/server";
import { activeProfile } from "@/lib/state-profile/queries";
import { Classes, Contracts, Cover, Epochs, OverTime, Sources, StandingRefusal, Unknown } from "./parts";

export function generateMetadata(): Metadata {
  return { title: translator("public.nav")("reserves") };
}

/** One part that cannot be read must not take the others with it. */
async function known<T>(read: () => Promise<T> | T): Promise<T | null> {
  try {
    return await read();
  } catch (err) {
    log.error({ err }, "a part of the reserves page could not be read");
    return null;
  }
}

export default async function ReservesPage() {
  const { timeZone, tokenSymbol } = activeProfile();
  const t = translator("public.reserves");
  const [now, history, epochs, fees, contracts] = await Promise.all([
    known(() => reservesNow()),
    known(() => reservesHistory()),
    known(() => recentEpochs(8)),
    known(() => feesAndRewards()),
    known(() => deployment()),
  ]);
  return (
    <div className="mx-auto max-w-page space-y-14 px-4 py-10 sm:px-6 sm:py-16">
      <div>
        <PageHeader title={t("title")} lead={t("lead")} />
        {epochs && <StandingRefusal epochs={epochs} />}
        {now ? <Cover now={now} symbol={tokenSymbol} /> : <Unknown />}
      </div>
      <Section title={t("historyTitle")}>
        {history ? <OverTime history={history} timeZone={timeZone} /> : <Unknown />}
      </Section>
      <Section title={t("classTitle")}>{now ? <Classes now={now} /> : <Unknown />}</Section>
      <Section
        title={t("epochsTitle")}
        lead={t("epochsLead")}
        action={
          canCheat() && (
            <Link href="/try-to-cheat" prefetch={false} className="link inline-flex min-h-11 items-center">
              {t("cheatLink")}
            </Link>
          )
        }
      >
        {epochs ? <Epochs epochs={epochs} timeZone={timeZone} /> : <Unknown />}
      </Section>
      <Section
        title={t("sourcesTitle")}
        lead={t("sourcesLead")}
        action={
          <Link href="/sources-and-uses" prefetch={false} className="link inline-flex min-h-11 items-center">
            {t("sourcesMore")}
          </Link>
        }
      >
        {fees ? <Sources fees={fees} /> : <Unknown />}
      </Section>
      <Section
        title={t("contractsTitle")}
        lead={
          contracts
            ? t("contractsLead", { block: contracts.deployedAtBlock, chain: contracts.chainId })
            : undefined
        }
      >
        {contracts ? <Contracts deployment={contracts} /> : <Unknown />}
      </Section>
    </div>
  );
}
