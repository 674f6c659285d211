import { NavLink } from "@/app/nav-link";
import { ChainDown } from "@/app/stake/chain-down";
import { customerPage } from "@/app/stake/customer-page";
import { dollarRows } from "@/app/stake/dollar-rows";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { isWalletVerified } from "@/app/stake/standing";
import { unlessChainDown } from "@/app/stake/unless-chain-down";
import { Amount } from "@/components/money/amount";
import { Banner } from "@/components/ui/banner";
import { DefinitionList } from "@/components/ui/definition-list";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { Stat } from "@/components/ui/stat";
import { StatusChip, type Tone } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { issuanceTerms } from "@/lib/collateral/queries";
import { ownIdentity } from "@/lib/customers/queries";
import { env } from "@/lib/env";
import { translator } from "@/lib/messages/server";
import { formatRate } from "@/lib/money/format";
import { stakeOverview } from "@/lib/staking/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { dollarAccount } from "@/lib/transfers/queries";
import { type Movement, movements } from "./movements";
import { TransferForm } from "./transfer-form";

export const generateMetadata = () => ({ title: translator("stake.title")("dollars") });

const tones: Record<Movement["state"], Tone> = {
  initiated: "busy",
  settled: "good",
  returned: "bad",
  awaiting_approval: "busy",
  requested: "busy",
  receipted: "busy",
  submitted: "busy",
  minted: "good",
  refunded: "warn",
  prepared: "neutral",
  credited: "good",
  releasing: "good",
  released: "good",
};

export default async function DollarsPage() {
  const ctx = await customerPage();
  const t = translator("stake.dollars");
  const { tokenSymbol: symbol, timeZone } = activeProfile();
  const [dollars, identity, rows, live] = await Promise.all([
    dollarAccount(ctx.actor),
    ownIdentity(ctx.actor),
    movements(ctx.actor),
    unlessChainDown(() => Promise.all([issuanceTerms(), stakeOverview(ctx.actor)])),
  ]);
  const isVerified = isWalletVerified(identity);
  const terms = live?.[0];
  const tokensMicros = live?.[1].walletMicros;
  const own = { profileId: ctx.actor.profileId, symbol };
  const rate = (bps: bigint | undefined) => (bps === undefined ? "–" : formatRate(bps * 100n));

  return (
    <>
      <RefreshWhile waiting={!dollars.isOpen || rows.some((row) => tones[row.state] === "busy")} />
      <PageHeader title={t("title")} lead={t("lead")} />
      <div className="space-y-12">
        {!dollars.isOpen && (
          <Banner tone="warn" title={t("reviewTitle")} money={t("reviewMoney")} next={t("reviewNext")} />
        )}
        <div className="grid items-start gap-8 lg:grid-cols-2">
          <Section title={t("account")} lead={env.isDemo ? t("demo") : undefined}>
            <DefinitionList numeric items={dollarRows(dollars)} />
          </Section>
          {tokensMicros !== undefined && (
            <Stat
              label={t("tokens", { symbol })}
              value={<Amount amountMicros={tokensMicros} symbol={symbol} />}
            />
          )}
        </div>
        {!live && <ChainDown />}
        {!isVerified && (
          <Banner
            tone="info"
            title={t("notVerified")}
            actions={
              <LinkButton href="/stake/identity" link={NavLink}>
                {t("toIdentity")}
              </LinkButton>
            }
          />
        )}
        <div className="grid items-start gap-8 lg:grid-cols-2">
          {isVerified && dollars.isOpen && (
            <Section boxed title={t("bringTitle")} lead={env.isDemo ? t("bringLeadDemo") : t("bringLead")}>
              <TransferForm direction="in" own={own} isDemo={env.isDemo} />
            </Section>
          )}
          <div className="space-y-8">
            <Section
              title={t("convertTitle", { symbol })}
              lead={t("convertText", { rate: rate(terms?.issuanceFeeBps) })}
            >
              <LinkButton
                href="/stake/dollars/convert"
                link={NavLink}
                variant={dollars.canUseMicros > 0n ? "primary" : "secondary"}
              >
                {t("convertButton")}
              </LinkButton>
            </Section>
            <Section title={t("redeemTitle")} lead={t("redeemText", { rate: rate(terms?.redemptionFeeBps) })}>
              <LinkButton variant="secondary" href="/stake/dollars/redeem" link={NavLink}>
                {t("redeemButton")}
              </LinkButton>
            </Section>
            {isVerified && dollars.isOpen && dollars.canUseMicros > 0n && (
              <Section title={t("sendTitle")} lead={env.isDemo ? t("sendLeadDemo") : t("sendLead")}>
                <TransferForm direction="out" own={own} isDemo={env.isDemo} />
              </Section>
            )}
          </div>
        </div>
        <Section title={t("historyTitle")}>
          {rows.length === 0 ? (
            <EmptyState title={t("historyEmpty")} />
          ) : (
            <Table
              caption={t("historyTitle")}
              hideCaption
              phone="stack"
              rows={rows}
              rowKey={(row) => `${row.kind}-${row.id}`}
              columns={[
                {
                  id: "when",
                  head: t("colWhen"),
                  rowHead: true,
                  cell: (row) => (
                    <time dateTime={row.at.toISOString()}>{formatInstant(row.at, timeZone)}</time>
                  ),
                },
                {
                  id: "what",
                  head: t("colWhat"),
                  cell: (row) =>
                    row.kind === "issuance" || row.kind === "redemption" ? (
                      <NavLink href={`/stake/dollars/receipt/${row.id}`} className="link">
                        {t(`what.${row.kind}`, { symbol })}
                      </NavLink>
                    ) : (
                      t(`what.${row.kind}`, { symbol })
                    ),
                },
                {
                  id: "state",
                  head: t("colState"),
                  cell: (row) => <StatusChip tone={tones[row.state]}>{t(`states.${row.state}`)}</StatusChip>,
                },
                {
                  id: "amount",
                  head: t("colAmount"),
                  numeric: true,
                  cell: (row) => <Amount amountMicros={row.amountMicros} />,
                },
              ]}
            />
          )}
        </Section>
      </div>
    </>
  );
}
