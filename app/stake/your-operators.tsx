import { NavLink } from "@/app/nav-link";
import { VoteRow } from "@/components/charts/vote-row";
import { Amount } from "@/components/money/amount";
import { Rate } from "@/components/money/rate";
import { Banner } from "@/components/ui/banner";
import { DefinitionList } from "@/components/ui/definition-list";
import { LinkButton } from "@/components/ui/link-button";
import { Section } from "@/components/ui/section";
import { Stat } from "@/components/ui/stat";
import { translator } from "@/lib/messages/server";
import { formatToken } from "@/lib/money/format";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import type { OperatorOverview } from "@/lib/validators/queries";
import { type RegistryRules, type StakerAlert, stakerAlert } from "@/lib/validators/staker-watch";
import { recordWords } from "./operator-words";

export type OwnOperator = { operator: OperatorOverview; ownMicros: bigint };

type Facts = { rules: RegistryRules; now: Date };

/** The command centre's strip for who has stake: money at risk, then duties, and one thing to do where there is one. */
export function YourOperators({ own, ...facts }: { own: readonly OwnOperator[] } & Facts) {
  const t = translator("operators.strip");
  const { tokenSymbol: symbol } = activeProfile();
  const sum = (of: (one: OwnOperator) => bigint) => own.reduce((all, one) => all + of(one), 0n);
  return (
    <Section title={t("title")} lead={t("lead")}>
      <div className="grid gap-6 border-y-2 border-ink py-5 sm:max-lg:grid-cols-2">
        <Stat
          label={t("atRisk")}
          value={<Amount amountMicros={sum(({ ownMicros }) => ownMicros)} symbol={symbol} />}
          note={t("atRiskNote")}
        />
        <Stat
          label={t("bonds")}
          value={<Amount amountMicros={sum(({ operator }) => operator.bondMicros)} symbol={symbol} />}
          note={t("bondsNote")}
        />
      </div>
      <ul className="divide-y divide-rule">
        {own.map((one) => (
          <li key={one.operator.operatorId} className="space-y-4 py-6">
            <One {...one} {...facts} symbol={symbol} />
          </li>
        ))}
      </ul>
      <NavLink href="/register" className="link">
        {t("more")}
      </NavLink>
    </Section>
  );
}

function One({ operator, ownMicros, rules, now, symbol }: OwnOperator & Facts & { symbol: string }) {
  const t = translator("operators");
  const { timeZone } = activeProfile();
  const { name, lastEpochs, strikes } = operator;
  const alert = stakerAlert(operator, { rules, now });
  const record = recordWords(operator);
  return (
    <>
      <div className="flex flex-wrap items-baseline justify-between gap-x-6">
        <h3 className="font-semibold">{name}</h3>
        <p className="text-note text-soft">
          {t(`owner.${operator.owner}`)}. {t("strip.yours", { amount: formatToken(ownMicros, symbol) })}.
        </p>
      </div>
      {alert && <Alert alert={alert} name={name} amount={formatToken(ownMicros, symbol)} />}
      <DefinitionList
        numeric
        items={[
          {
            term: t("strip.epochs", { count: lastEpochs.length }),
            note: record,
            value:
              lastEpochs.length > 0 ? (
                <VoteRow
                  label={record}
                  votes={lastEpochs.map(({ number, signed }) => ({
                    id: String(number),
                    vote: signed ? "agreed" : "missed",
                  }))}
                />
              ) : (
                ""
              ),
          },
          { term: t("strip.fee"), value: <Rate ratePpm={operator.commissionPpm} /> },
          {
            term: t("strip.bond"),
            value: <Amount amountMicros={operator.bondMicros} decimals={0} symbol={symbol} />,
          },
          {
            term: t("strip.marks"),
            value:
              strikes === 0 && operator.slashedMicros === 0n
                ? t("record.clean")
                : `${t("record.strikes", { strikes, limit: rules.strikeLimit })}, ${
                    operator.slashedMicros === 0n
                      ? t("record.neverSlashed")
                      : t("record.slashed", { amount: formatToken(operator.slashedMicros, symbol) })
                  }`,
          },
          {
            term: t("strip.certified"),
            value: operator.certifiedUntil
              ? formatInstant(operator.certifiedUntil, timeZone)
              : t("strip.notCertified"),
          },
        ]}
      />
    </>
  );
}

function Alert({ alert, name, amount }: { alert: StakerAlert; name: string; amount: string }) {
  const t = translator("operators.alert");
  const { timeZone } = activeProfile();
  const words = {
    no_seat: () => t("no_seat", { name, amount }),
    certificate_over: () => t("certificate_over", { name, amount }),
    missed: (one: Extract<StakerAlert, { id: "missed" }>) => t("missed", { name, epochs: one.epochs }),
    bond_low: () => t("bond_low", { name, amount }),
    strikes: (one: Extract<StakerAlert, { id: "strikes" }>) =>
      t("strikes", { name, amount, strikes: one.strikes, limit: one.limit }),
    certificate_ends: (one: Extract<StakerAlert, { id: "certificate_ends" }>) =>
      t("certificate_ends", { name, amount, until: formatInstant(one.until, timeZone) }),
  };
  return (
    <Banner
      tone={alert.severity === "act" ? "error" : "warn"}
      title={words[alert.id](alert as never)}
      money={t("safe")}
      next={t(alert.do)}
      actions={
        <LinkButton
          variant="secondary"
          link={NavLink}
          href={alert.do === "move" ? "/stake/unstake" : "/register"}
        >
          {alert.do === "move" ? t("moveButton", { name }) : t("watchButton")}
        </LinkButton>
      }
    />
  );
}
