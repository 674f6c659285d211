import { NavLink } from "@/app/nav-link";
import { customerPage } from "@/app/stake/customer-page";
import { Copyable } from "@/components/ui/copyable";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { ownSessions } from "@/lib/auth/own-sessions";
import { ownIdentity } from "@/lib/customers/queries";
import { env } from "@/lib/env";
import { translator } from "@/lib/messages/server";
import { formatAmount } from "@/lib/money/format";
import { withholdingCaseOf } from "@/lib/rewards/queries";
import { activeProfile, bankTime } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { browserName } from "./browser-name";
import { DemoWallet } from "./demo-wallet";
import { SessionList } from "./session-list";
import { WithholdingForm } from "./withholding-form";

export const generateMetadata = () => ({ title: translator("stake.title")("account") });

export default async function AccountPage() {
  const ctx = await customerPage();
  const { actor, db } = ctx;
  const t = translator("stake.settings");
  const { timeZone } = activeProfile();
  const at = await bankTime(db);
  const [holder, identity, sessions] = await Promise.all([
    withholdingCaseOf(db, { profileId: actor.profileId, at }),
    ownIdentity(actor),
    ownSessions(ctx),
  ]);
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} />
      <div className="max-w-form space-y-12">
        <Section title={t("wallet")} lead={t("walletText")}>
          <Copyable value={actor.address} what={t("address")} />
        </Section>
        <Section title={t("counted")} lead={t("countedText")}>
          <LinkButton href="/stake/proof" link={NavLink} variant="secondary">
            {t("toProof")}
          </LinkButton>
        </Section>
        <Section title={t("withholding")} lead={holder ? t("withholdingText") : t("noIdentity")}>
          {holder ? (
            <WithholdingForm
              home={{ state: holder.state, countyFips: holder.countyFips, city: holder.city ?? "" }}
              now={{
                filingStatus: holder.filingStatus,
                election: holder.election,
                otherIncome:
                  typeof identity.election?.otherIncomeMicros === "string"
                    ? formatAmount(BigInt(identity.election.otherIncomeMicros), { grouping: false })
                    : "",
              }}
            />
          ) : (
            <LinkButton href="/stake/identity" link={NavLink} variant="secondary">
              {t("toIdentity")}
            </LinkButton>
          )}
        </Section>
        <Section title={t("sessions")} lead={t("sessionsText")}>
          <SessionList
            rows={sessions.map((one) => ({
              id: one.id,
              isThis: one.isThis,
              browser: browserName(one.userAgent) ?? t("device"),
              since: formatInstant(one.createdAt, timeZone),
              seen: formatInstant(one.seenAt, timeZone),
            }))}
          />
        </Section>
        {env.isDemo && (
          <Section title={t("demoTitle")} lead={t("demoText")}>
            <DemoWallet />
          </Section>
        )}
      </div>
    </>
  );
}
