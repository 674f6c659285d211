import { notFound } from "next/navigation";
import { NavLink } from "@/app/nav-link";
import { customerPage } from "@/app/stake/customer-page";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { sealLine, WhySeal } from "@/app/stake/seal-note";
import { Amount } from "@/components/money/amount";
import { Banner } from "@/components/ui/banner";
import { Copyable } from "@/components/ui/copyable";
import { type Definition, DefinitionList } from "@/components/ui/definition-list";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import type { StepState } from "@/components/ui/step-list";
import { Timeline } from "@/components/ui/timeline";
import { Why } from "@/components/ui/why";
import { type ConversionView, conversionStatus, redemptionStatus } from "@/lib/collateral/queries";
import { AppError } from "@/lib/errors";
import { translator } from "@/lib/messages/server";
import { formatDollars } from "@/lib/money/format";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { RedemptionReceipt } from "./redemption-receipt";

export const generateMetadata = () => ({ title: translator("stake.title")("receipt") });

export default async function ReceiptPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await customerPage();
  const { id } = await params;
  const receipt = await orNothing(conversionStatus(ctx.actor, id));
  if (!receipt) {
    const redeemed = await orNothing(redemptionStatus(ctx.actor, id));
    if (!redeemed?.creditedAt) notFound();
    return <RedemptionReceipt receipt={redeemed} />;
  }
  const t = translator("stake.receipt");
  const { tokenSymbol: symbol } = activeProfile();
  const isUnderWay = receipt.state !== "minted" && receipt.state !== "refunded";

  return (
    <>
      <RefreshWhile waiting={isUnderWay || receipt.sealNumber === undefined} />
      <PageHeader
        title={t("title", { amount: formatDollars(receipt.grossMicros) })}
        lead={t("lead")}
        actions={
          receipt.state === "minted" && (
            <LinkButton href="/stake/new" link={NavLink}>
              {t("toStake")}
            </LinkButton>
          )
        }
      />
      <div className="space-y-10">
        {receipt.state === "refunded" ? (
          <Banner tone="warn" title={t("refunded")} money={t("refundedText")} />
        ) : (
          <Section title={t("progress")}>
            <Timeline label={t("progress")} moments={moments(receipt, t)} />
          </Section>
        )}
        <DefinitionList
          numeric
          className="max-w-form"
          items={[
            { term: t("gave"), value: <Amount amountMicros={receipt.grossMicros} /> },
            { term: t("fee"), value: <Amount amountMicros={receipt.feeMicros} flow="out" /> },
            {
              term: t("got"),
              value: <Amount amountMicros={receipt.grossMicros - receipt.feeMicros} symbol={symbol} />,
              total: true,
            },
          ]}
        />
        <DefinitionList
          items={[...papers(receipt, t), ...(isUnderWay ? [] : [sealLine(receipt.sealNumber)])]}
        />
        <div>
          <Why question={t("why")}>{t("whyText")}</Why>
          <WhySeal />
        </div>
      </div>
    </>
  );
}

async function orNothing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === "not_found") return undefined;
    throw thrown;
  }
}

type Words = ReturnType<typeof translator<"stake.receipt">>;

const order = ["requested", "receipted", "submitted", "minted"] as const;

function moments(receipt: ConversionView, t: Words) {
  const { timeZone } = activeProfile();
  const isWaiting = receipt.state === "awaiting_approval";
  const reached = isWaiting ? 0 : order.indexOf(receipt.state as (typeof order)[number]);
  const at: Record<(typeof order)[number], Date | null> = {
    requested: receipt.requestedAt,
    receipted: receipt.position.asOf,
    submitted: receipt.position.recordedAt,
    minted: receipt.mintedAt,
  };
  return order.map((id, index) => {
    const state: StepState = index <= reached ? "done" : index === reached + 1 ? "busy" : "todo";
    const known = state === "done" ? at[id] : null;
    const moment = known && known >= receipt.requestedAt ? known : null;
    const wait = isWaiting ? t("waits.approval") : t("waits.busy");
    return {
      id,
      title: t(`steps.${id}`),
      state,
      when: moment ? formatInstant(moment, timeZone) : state === "busy" ? wait : "",
      ...(moment && { at: moment }),
    };
  });
}

function papers(receipt: ConversionView, t: Words): Definition[] {
  const { timeZone } = activeProfile();
  const { position } = receipt;
  const hash = (value: string | null, what: string) =>
    value ? (
      <Copyable value={value} what={what} shorten />
    ) : (
      <span className="text-soft">{t("notFound")}</span>
    );
  return [
    { term: t("reference"), value: <Copyable value={receipt.issuanceId} what={t("reference")} shorten /> },
    { term: t("position"), value: hash(position.positionId, t("position")) },
    { term: t("receiptHash"), value: hash(position.receiptHash, t("receiptHash")) },
    { term: t("custodian"), value: hash(position.custodian, t("custodian")) },
    { term: t("valuer"), value: hash(position.valuer, t("valuer")) },
    ...(position.asOf ? [{ term: t("asOf"), value: formatInstant(position.asOf, timeZone) }] : []),
    { term: t("transaction"), value: hash(receipt.txHash, t("transaction")) },
    ...(receipt.blockNumber !== null ? [{ term: t("block"), value: String(receipt.blockNumber) }] : []),
  ];
}
