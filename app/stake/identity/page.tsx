import { NavLink } from "@/app/nav-link";
import { customerPage } from "@/app/stake/customer-page";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { isWalletVerified } from "@/app/stake/standing";
import { WithholdingLines } from "@/app/stake/withholding-lines";
import { Banner } from "@/components/ui/banner";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import type { StepState } from "@/components/ui/step-list";
import { Timeline } from "@/components/ui/timeline";
import { ownIdentity } from "@/lib/customers/queries";
import { accountAgreement } from "@/lib/disclosures/account-agreement";
import { env } from "@/lib/env";
import { translator } from "@/lib/messages/server";
import { withholdingCaseOf } from "@/lib/rewards/queries";
import { countiesOf, stateCodes, stateNames } from "@/lib/state-profile/profile";
import { activeProfile, bankTime } from "@/lib/state-profile/queries";
import { rateClassFor } from "@/lib/tax/withholding";
import { formatInstant } from "@/lib/time/instant";
import { IdentityForm } from "./identity-form";

export const generateMetadata = () => ({ title: translator("stake.title")("identity") });

export default async function IdentityPage() {
  const ctx = await customerPage();
  const identity = await ownIdentity(ctx.actor);
  const profile = activeProfile();
  const t = translator("stake.identity");
  const isVerified = isWalletVerified(identity);
  const { application } = identity;
  const isWaiting = !isVerified && (identity.state === "submitted" || identity.state === "approved");
  const mayApply = !isVerified && !isWaiting;
  const holder = await withholdingCaseOf(ctx.db, {
    profileId: ctx.actor.profileId,
    at: await bankTime(ctx.db),
  });
  const lines = holder && rateClassFor(holder).lines;

  return (
    <>
      <RefreshWhile waiting={isWaiting} />
      <PageHeader title={t("title")} lead={mayApply ? t("lead") : undefined} />
      <div className="space-y-10">
        {identity.state === "refused" && (
          <Banner tone="error" title={t("refusedTitle")} next={t("refusedNext")}>
            <p className="font-semibold">{application?.refusalReason}</p>
          </Banner>
        )}
        {mayApply && (identity.state === "refresh_needed" || identity.state === "verified") && (
          <Banner tone="warn" title={t("refreshTitle")} next={t("refreshText")} />
        )}
        {isWaiting && (
          <>
            <Banner
              tone="info"
              title={identity.state === "submitted" ? t("submittedTitle") : t("approvedTitle")}
            >
              <p>
                {identity.state === "submitted"
                  ? t("submittedText", {
                      time: application ? formatInstant(application.submittedAt, profile.timeZone) : "",
                    })
                  : t("approvedText")}
              </p>
              {identity.state === "submitted" && env.isDemo && <p className="mt-2">{t("demoHint")}</p>}
            </Banner>
            <Section title={t("timeline")}>
              <Timeline label={t("timeline")} moments={moments(identity.state === "approved", t)} />
            </Section>
          </>
        )}
        {isVerified && (
          <Banner
            tone="success"
            title={t("verifiedTitle")}
            actions={
              <LinkButton href="/stake/dollars" link={NavLink}>
                {t("toDollars")}
              </LinkButton>
            }
          >
            <p>
              {t("verifiedText", {
                symbol: profile.tokenSymbol,
                time: identity.wallet?.expiresAt
                  ? formatInstant(identity.wallet.expiresAt, profile.timeZone)
                  : "",
              })}
            </p>
          </Banner>
        )}
        {lines && (
          <Section
            title={t("yourLines")}
            action={
              isVerified && (
                <NavLink href="/stake/account" className="link">
                  {t("changeWithholding")}
                </NavLink>
              )
            }
          >
            <WithholdingLines lines={lines} />
          </Section>
        )}
        {mayApply && (
          <IdentityForm
            draftKey={`granary.identity.${ctx.actor.address.toLowerCase()}`}
            homeState={profile.code}
            homeCounties={countiesOf(profile.code).map(({ fips, name }) => ({ fips, name }))}
            states={stateCodes.map((code) => ({ value: code, label: stateNames[code] ?? code }))}
            isDemo={env.isDemo}
            agreement={{
              title: accountAgreement.title,
              version: accountAgreement.version,
              text: accountAgreement.text(profile.bankName, profile.tokenName),
            }}
          />
        )}
      </div>
    </>
  );
}

function moments(isApproved: boolean, t: ReturnType<typeof translator<"stake.identity">>) {
  const states: StepState[] = isApproved
    ? ["done", "done", "busy", "todo"]
    : ["done", "busy", "todo", "todo"];
  const titles = [t("stepSent"), t("stepLooked"), t("stepChain"), t("stepDone")];
  const words = { done: t("stepIsDone"), busy: t("nowWord"), todo: t("notYet") };
  return titles.map((title, index) => {
    const state = states[index] ?? "todo";
    return { id: title, title, state, when: words[state as keyof typeof words] };
  });
}
