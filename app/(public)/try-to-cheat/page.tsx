import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { LiveRegion } from "@/components/ui/live-region";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { pageContext } from "@/lib/auth/page";
import { deployment } from "@/lib/chain/deployment";
import { canCheat, cheatNow, doorsNow } from "@/lib/cheats/queries";
import { translator } from "@/lib/messages/server";
import { UndoButton } from "./cheat-buttons";
import { Choices, Doors, liveWords, Refusals, Steps } from "./parts";
import { Watch } from "./watch";

export function generateMetadata(): Metadata {
  return { title: translator("public.nav")("cheat"), robots: { index: false } };
}

/** Demo only: somebody plays a dishonest bank, and sees who stops it. */
export default async function TryToCheatPage() {
  if (!canCheat()) notFound();
  const t = translator("public.cheat");
  const { db } = await pageContext();
  const [now, doors] = await Promise.all([cheatNow(db), doorsNow(db)]);
  const isOpen = now?.isOpen === true;
  return (
    <div className="mx-auto max-w-page space-y-14 px-4 py-10 sm:px-6 sm:py-16">
      <div>
        <PageHeader eyebrow={t("eyebrow")} title={t("title")} lead={t("lead")} />
        <LiveRegion>{now && liveWords(now)}</LiveRegion>
        <Watch seconds={isOpen ? 2 : 10} />
        {!isOpen && (
          <div id="choices" tabIndex={-1} className="outline-none">
            <Section title={t("pick")} lead={t("pickLead")}>
              <Choices />
            </Section>
          </div>
        )}
      </div>
      {now && (
        <div
          id="happening"
          tabIndex={-1}
          className="grid items-start gap-x-14 gap-y-12 outline-none lg:grid-cols-[3fr_2fr]"
        >
          <Section title={t(isOpen ? "now" : "last")} lead={t(`kind.${now.cheat.kind}.title`)}>
            <Steps now={now} seconds={deployment().epochSeconds} />
            {isOpen && (
              <div className="mt-8 border-t border-rule pt-6">
                <UndoButton label={t("undo")} busyLabel={t("undoing")} isAsked={now.facts.isUndoAsked} />
                <p className="mt-3 max-w-text text-note text-soft">{t("undoNote")}</p>
              </div>
            )}
          </Section>
          <div className="space-y-12">
            <Section title={t("doors")}>
              <Doors doors={doors} />
              <p className="mt-3 text-note text-soft">{t("exitsNote")}</p>
            </Section>
            <Section
              title={t("who")}
              action={
                <Link href="/reserves" prefetch={false} className="link inline-flex min-h-11 items-center">
                  {t("seeReserves")}
                </Link>
              }
            >
              <Refusals by={now.refusedBy} />
            </Section>
          </div>
        </div>
      )}
    </div>
  );
}
