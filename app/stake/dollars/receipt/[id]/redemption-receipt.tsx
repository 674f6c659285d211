import { NavLink } from "@/app/nav-link";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { sealLine, WhySeal } from "@/app/stake/seal-note";
import { Amount } from "@/components/money/amount";
import { Copyable } from "@/components/ui/copyable";
import { DefinitionList } from "@/components/ui/definition-list";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import type { RedemptionView, Sealed } from "@/lib/collateral/queries";
import { translator } from "@/lib/messages/server";
import { formatDollars } from "@/lib/money/format";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";

/** What somebody got for tokens that were given back. */
export function RedemptionReceipt({ receipt }: { receipt: RedemptionView & Sealed }) {
  const t = translator("stake.receipt");
  const { tokenSymbol: symbol, timeZone } = activeProfile();
  return (
    <>
      <RefreshWhile waiting={receipt.sealNumber === undefined} />
      <PageHeader
        title={t("titleRedeemed", { amount: formatDollars(receipt.grossMicros) })}
        lead={t("leadRedeemed")}
        actions={
          <LinkButton href="/stake/dollars" link={NavLink} variant="secondary">
            {t("toDollars")}
          </LinkButton>
        }
      />
      <div className="space-y-10">
        <DefinitionList
          numeric
          className="max-w-form"
          items={[
            { term: t("gaveTokens"), value: <Amount amountMicros={receipt.grossMicros} symbol={symbol} /> },
            { term: t("feeRedeemed"), value: <Amount amountMicros={receipt.feeMicros} flow="out" /> },
            { term: t("gotDollars"), value: <Amount amountMicros={receipt.netMicros} />, total: true },
          ]}
        />
        <DefinitionList
          items={[
            {
              term: t("reference"),
              value: <Copyable value={receipt.redemptionId} what={t("reference")} shorten />,
            },
            ...(receipt.creditedAt
              ? [{ term: t("when"), value: formatInstant(receipt.creditedAt, timeZone) }]
              : []),
            ...(receipt.txHash
              ? [
                  {
                    term: t("transaction"),
                    value: <Copyable value={receipt.txHash} what={t("transaction")} shorten />,
                  },
                ]
              : []),
            ...(receipt.blockNumber === null
              ? []
              : [{ term: t("block"), value: String(receipt.blockNumber) }]),
            sealLine(receipt.sealNumber),
          ]}
        />
        <WhySeal />
      </div>
    </>
  );
}
