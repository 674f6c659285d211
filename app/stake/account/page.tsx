import { NavLink } from "@/app/nav-link";
import { customerPage } from "@/app/stake/customer-page";
import { WithholdingLines } from "@/app/stake/withholding-lines";
import { Copyable } from "@/components/ui/copyable";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { env } from "@/lib/env";
import { translator } from "@/lib/messages/server";
import { withholdingCaseOf } from "@/lib/rewards/queries";
import { rateClassFor } from "@/lib/tax/withholding";
import { DemoWallet } from "./demo-wallet";

export const generateMetadata = () => ({ title: translator("stake.title")("account") });

export default async function AccountPage() {
  const { actor, db } = await customerPage();
  const t = translator("stake.settings");
  const holder = await withholdingCaseOf(db, { profileId: actor.profileId, at: new Date() });
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} />
      <div className="max-w-form space-y-12">
        <Section title={t("wallet")} lead={t("walletText")}>
          <Copyable value={actor.address} what={t("address")} />
        </Section>
        <Section title={t("withholding")} lead={holder ? t("withholdingText") : t("noIdentity")}>
          {holder ? (
            <WithholdingLines lines={rateClassFor(holder).lines} />
          ) : (
            <LinkButton href="/stake/identity" link={NavLink} variant="secondary">
              {t("toIdentity")}
            </LinkButton>
          )}
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
