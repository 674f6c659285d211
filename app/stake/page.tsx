import { NavLink } from "@/app/nav-link";
import { Amount } from "@/components/money/amount";
import { type Definition, DefinitionList } from "@/components/ui/definition-list";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { StepList } from "@/components/ui/step-list";
import { Why } from "@/components/ui/why";
import { pageContext } from "@/lib/auth/page";
import { env } from "@/lib/env";
import { translator } from "@/lib/messages/server";
import { formatToken } from "@/lib/money/format";
import { activeProfile } from "@/lib/state-profile/queries";
import { ChainDown } from "./chain-down";
import { ConnectHere } from "./connect-here";
import { dollarRows } from "./dollar-rows";
import { EarnedTicker } from "./earned-ticker";
import { type JourneyFacts, journey, journeyIds, nextAct } from "./journey";
import { RefreshWhile } from "./refresh-while";
import { standing } from "./standing";
import { strangersTexts } from "./strangers-texts";
import { YourOperators } from "./your-operators";

export const generateMetadata = () => ({ title: translator("stake.title")("overview") });

export default async function StakePage() {
  const ctx = await pageContext();
  if (ctx.actor.kind !== "customer" || !ctx.actor.address) return <Welcome />;
  const { tokenSymbol: symbol } = activeProfile();
  const have = await standing(ctx);
  const t = translator("stake.overview");
  const { facts, chain } = have;
  const together =
    facts.dollarsMicros +
    facts.convertingMicros +
    facts.tokensMicros +
    facts.stakedMicros +
    (chain?.unbondingMicros ?? 0n);
  const chainRows = (now: NonNullable<typeof chain>): Definition[] => [
    {
      term: t("tokens", { symbol }),
      note: t("tokensNote"),
      value: <Amount amountMicros={facts.tokensMicros} symbol={symbol} />,
    },
    {
      term: t("staked"),
      note: t("stakedNote", { count: now.operatorCount }),
      value: <Amount amountMicros={facts.stakedMicros} symbol={symbol} />,
    },
    ...(now.unbondingMicros > 0n
      ? [
          {
            term: t("unbonding"),
            note: t("unbondingNote"),
            value: <Amount amountMicros={now.unbondingMicros} symbol={symbol} />,
          },
        ]
      : []),
    {
      term: t("earned"),
      note: t("earnedNote"),
      value: (
        <EarnedTicker
          earnedMicros={facts.claimableMicros}
          perDayMicros={now.perDayMicros}
          asOfMs={now.asOf.getTime()}
          untilMs={now.until.getTime()}
        />
      ),
    },
    { term: t("paid"), value: <Amount amountMicros={have.paidNetMicros} /> },
  ];

  return (
    <>
      <RefreshWhile waiting={journey(facts).some((step) => step.state === "busy")} everyMs={4_000} />
      <PageHeader title={t("title")} />
      {!chain && (
        <div className="mb-8">
          <ChainDown />
        </div>
      )}
      <div className="grid gap-10 lg:grid-cols-[3fr_2fr]">
        <div className="space-y-10">
          {chain && (
            <section aria-label={t("total")}>
              <p className="text-note font-semibold text-soft">{t("total")}</p>
              <p className="font-display text-figure font-medium">
                <Amount amountMicros={together} decimals={2} />
              </p>
              <p className="mt-1 text-note text-soft">{t("totalNote")}</p>
            </section>
          )}
          <Section title={t("dollars")}>
            <DefinitionList numeric items={dollarRows(have.dollars)} />
          </Section>
          {have.chain && (
            <Section title={t("tokensAndStake", { symbol })}>
              <DefinitionList numeric items={chainRows(have.chain)} />
            </Section>
          )}
          <div className="flex flex-wrap gap-3">
            <LinkButton variant="secondary" href="/stake/dollars" link={NavLink}>
              {t("bring")}
            </LinkButton>
            {chain && facts.stakedMicros + chain.unbondingMicros > 0n && (
              <LinkButton variant="secondary" href="/stake/unstake" link={NavLink}>
                {t("unstake")}
              </LinkButton>
            )}
          </div>
          {chain && chain.ownOperators.length > 0 && (
            <YourOperators own={chain.ownOperators} rules={chain.rules} now={chain.asOf} />
          )}
        </div>
        <div className="space-y-10 max-lg:order-first">
          <NextStep facts={facts} symbol={symbol} />
          {journey(facts).some((step) => step.state !== "done") && <Journey facts={facts} symbol={symbol} />}
        </div>
      </div>
    </>
  );
}

const buttonHrefs = {
  identity: "/stake/identity",
  identityWaiting: "/stake/identity",
  identityRefused: "/stake/identity",
  identityRefresh: "/stake/identity",
  dollars: "/stake/dollars",
  convert: "/stake/dollars/convert",
  converting: "/stake/dollars",
  stake: "/stake/new",
  rewards: "/stake/rewards",
  earning: "/stake/rewards",
} as const;

function nextText(facts: JourneyFacts): keyof typeof buttonHrefs {
  const act = nextAct(facts);
  if (act === "connect") return "identity";
  if (act === "identity" && facts.identityState !== "none") return "identityWaiting";
  if (act === "convert" && facts.convertingMicros > 0n) return "converting";
  if (act === "rewards" && facts.claimableMicros === 0n) return "earning";
  return act;
}

function NextStep({ facts, symbol }: { facts: JourneyFacts; symbol: string }) {
  const t = translator("stake.next");
  const name = nextText(facts);
  const amount =
    name === "stake"
      ? formatToken(facts.tokensMicros, symbol)
      : `$${formatToken(facts.dollarsMicros, "").trim()}`;
  return (
    <Section title={t(`${name}.title`)} boxed className="border-l-8 border-l-accent">
      <p className="mb-5 text-soft">{t(`${name}.text`, { amount })}</p>
      <LinkButton href={buttonHrefs[name]} link={NavLink} wide>
        {t(`${name}.button`)}
      </LinkButton>
    </Section>
  );
}

function Journey({ facts, symbol }: { facts: JourneyFacts; symbol: string }) {
  const t = translator("stake.journey");
  const waiting = {
    identity: t("waiting.identity"),
    convert: t("waiting.convert"),
    rewards: t("waiting.rewards"),
  };
  return (
    <Section title={t("title")}>
      <StepList
        label={t("label")}
        steps={journey(facts).map((step) => ({
          id: step.id,
          state: step.state,
          title:
            step.href && step.state !== "todo" && step.id !== "connect" ? (
              <NavLink href={step.href} className="link">
                {t(`steps.${step.id}.title`, { symbol })}
              </NavLink>
            ) : (
              t(`steps.${step.id}.title`, { symbol })
            ),
          detail:
            step.state === "busy" && step.id in waiting
              ? waiting[step.id as keyof typeof waiting]
              : step.id === "connect"
                ? t("steps.connect.done")
                : step.state === "done"
                  ? undefined
                  : t(`steps.${step.id}.detail`),
        }))}
      />
    </Section>
  );
}

function Welcome() {
  const t = translator("stake.welcome");
  const tj = translator("stake.journey");
  const tc = translator("stake.connect");
  const { tokenName, tokenSymbol: symbol } = activeProfile();
  return (
    <div className="grid gap-12 lg:grid-cols-[3fr_2fr]">
      <div>
        <PageHeader title={t("title")} lead={t("lead", { token: tokenName })} />
        <ConnectHere
          isDemo={env.isDemo}
          words={{
            connect: tc("connect"),
            loading: tc("loading"),
            demoHint: tc("demoHint"),
            restore: translator("stake.demoWallet")("restore"),
          }}
          texts={strangersTexts()}
        />
        <div className="mt-10 space-y-1">
          <Why question={t("whyWallet")}>{t("whyWalletText")}</Why>
          <Why question={t("whySign")}>{t("whySignText")}</Why>
          <Why question={t("whyCost")}>{t("whyCostText")}</Why>
        </div>
      </div>
      <Section title={t("steps")}>
        <StepList
          label={t("steps")}
          steps={journeyIds.map((id, index) => ({
            id,
            state: index === 0 ? "now" : "todo",
            title: tj(`steps.${id}.title`, { symbol }),
            detail: id === "connect" ? undefined : tj(`steps.${id}.detail`),
          }))}
        />
      </Section>
    </div>
  );
}
