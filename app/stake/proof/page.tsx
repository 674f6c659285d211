import { NavLink } from "@/app/nav-link";
import { type Customer, customerPage } from "@/app/stake/customer-page";
import { RefreshWhile } from "@/app/stake/refresh-while";
import { Amount } from "@/components/money/amount";
import { Breadcrumb } from "@/components/ui/breadcrumb";
import { Copyable } from "@/components/ui/copyable";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { Table } from "@/components/ui/table";
import { Why } from "@/components/ui/why";
import type { CommandContext } from "@/lib/auth/actor";
import { type OwnBalance, type OwnInclusion, ownInclusion } from "@/lib/epochs/proofs/queries";
import { pickMessages } from "@/lib/messages/catalogue";
import { MessagesProvider } from "@/lib/messages/provider";
import { translator } from "@/lib/messages/server";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatDuration } from "@/lib/time/duration";
import { formatInstant } from "@/lib/time/instant";
import { operatorNames } from "@/lib/validators/queries";
import { CheckPanel } from "./check-panel";

export const generateMetadata = () => ({ title: translator("proof")("crumb") });

const command = "npm run --silent cli -- epoch prove proof.json --rpc https://a-node-you-trust";

export default async function ProofPage() {
  const ctx = await customerPage();
  const t = translator("proof");
  const own = await ownInclusion(ctx.actor, { db: ctx.db });
  const isEmpty = own && own.document.balances.length + own.document.receipts.length === 0;
  return (
    <>
      <RefreshWhile waiting={!own || isEmpty === true} everyMs={8_000} />
      <PageHeader
        crumbs={
          <Breadcrumb
            link={NavLink}
            crumbs={[{ label: t("back"), href: "/stake/account" }, { label: t("crumb") }]}
          />
        }
        title={t("title")}
        lead={t("lead")}
      />
      <div className="max-w-form space-y-12">
        {!own || isEmpty ? <Nothing isReady={own !== undefined} /> : <Check own={own} ctx={ctx} />}
        <Section title={t("means.title")}>
          <Why question={t("means.yes")}>{t("means.yesText")}</Why>
          <Why question={t("means.no")}>{t("means.noText")}</Why>
          <Why question={t("means.who")}>{t("means.whoText")}</Why>
        </Section>
      </div>
    </>
  );
}

function Nothing({ isReady }: { isReady: boolean }) {
  const t = translator("proof.balances");
  const { epochSeconds } = activeProfile();
  return (
    <EmptyState title={isReady ? t("none") : t("preparing")}>
      {isReady ? t("noneText", { epoch: formatDuration(epochSeconds) }) : t("preparingText")}
    </EmptyState>
  );
}

async function Check({ own, ctx }: { own: OwnInclusion; ctx: CommandContext & { actor: Customer } }) {
  const t = translator("proof");
  const { tokenSymbol: symbol, timeZone } = activeProfile();
  const nameOf = await operatorNames(ctx.db);
  const { epoch, balances, document } = own;
  const ids = new Set([...epoch.signers, ...document.balances.flatMap(({ operatorId }) => operatorId ?? [])]);
  const number = String(epoch.number);
  return (
    <>
      <Section
        title={t("balances.title")}
        lead={t("balances.final", { number, at: formatInstant(epoch.proposedAt, timeZone) })}
      >
        <Table
          caption={t("balances.caption", { number })}
          hideCaption
          phone="stack"
          rows={balances}
          rowKey={(row) => `${row.class} ${row.operatorId}`}
          columns={[
            { id: "what", head: t("balances.name"), rowHead: true, cell: (row) => whatOf(row, nameOf) },
            {
              id: "then",
              head: t("balances.then", { number }),
              numeric: true,
              cell: (row) => <Sum row={row} micros={row.micros} symbol={symbol} />,
            },
            {
              id: "now",
              head: t("balances.now"),
              numeric: true,
              cell: (row) => <Sum row={row} micros={row.nowMicros} symbol={symbol} />,
            },
            {
              id: "since",
              head: t("balances.since"),
              numeric: true,
              cell: (row) =>
                row.nowMicros === row.micros ? (
                  <span className="text-soft">{t("balances.same")}</span>
                ) : (
                  <Sum
                    row={row}
                    micros={row.nowMicros - row.micros}
                    symbol={symbol}
                    flow={row.nowMicros < row.micros ? "out" : "in"}
                  />
                ),
            },
          ]}
        />
        <p className="mt-4 text-soft">{own.isMoving ? t("balances.moved") : t("balances.nothingMoved")}</p>
      </Section>
      <Section title={t("check.title")} lead={t("check.lead")} boxed>
        <MessagesProvider messages={pickMessages("proof", "shared")} timeZone={timeZone}>
          <CheckPanel
            symbol={symbol}
            operators={Object.fromEntries([...ids].map((id) => [id, nameOf(id)]))}
          />
        </MessagesProvider>
      </Section>
      <Section title={t("keep.title")} lead={t("keep.lead")}>
        <LinkButton href="/stake/proof/file" download variant="secondary">
          {t("keep.button")}
        </LinkButton>
        <Why className="mt-4" question={t("keep.check")}>
          <p className="mb-3">{t("keep.checkText")}</p>
          <Copyable value={command} what={t("keep.command")} />
          <p className="mt-3">{t("keep.contract")}</p>
        </Why>
      </Section>
    </>
  );
}

type NameOf = (operatorId: number) => string;

function whatOf({ class: of, operatorId }: OwnBalance, nameOf: NameOf): string {
  const t = translator("proof.what");
  const operator = operatorId === undefined ? "" : nameOf(operatorId);
  switch (of) {
    case "stake_mirror":
    case "unbonding_mirror":
      return t(of, { operator });
    case "dollar_deposit":
    case "wallet_mirror":
    case "custodial_token":
      return t(of);
    default:
      return t("other");
  }
}

function Sum(props: { row: OwnBalance; micros: bigint; symbol: string; flow?: "in" | "out" }) {
  const { row, micros, symbol, flow } = props;
  return <Amount amountMicros={micros} {...(row.asset === "TOKEN" && { symbol })} {...(flow && { flow })} />;
}
