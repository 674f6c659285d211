import Link from "next/link";
import { notFound } from "next/navigation";
import { ActForm } from "@/app/staff/(desk)/certification/act-form";
import { Acts } from "@/app/staff/(desk)/certification/acts";
import { operatorChips } from "@/app/staff/(desk)/certification/words";
import { Amount } from "@/components/money/amount";
import { Rate } from "@/components/money/rate";
import { Breadcrumb } from "@/components/ui/breadcrumb";
import { Copyable } from "@/components/ui/copyable";
import { DefinitionList } from "@/components/ui/definition-list";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { StatusChip } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { staffPage } from "@/lib/auth/page";
import { hasPermission } from "@/lib/auth/permissions";
import { namesOfActors } from "@/lib/auth/queries";
import { AppError } from "@/lib/errors";
import { activeProfile, bankTime } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { operatorById } from "@/lib/validators/register/queries";

export const metadata = { title: "Operator" };

const historyWords: Record<string, string> = {
  certified: "Certified",
  struck: "Strike",
  slashed: "Slashed",
  revoked: "Revoked by an order",
  changed: "New keys or terms",
  double_sign: "Two signatures proven",
};

export default async function OperatorPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await staffPage("certification:read", `/staff/certification/operators/${id}`);
  const found = await operatorById(ctx.actor, Number(id), ctx.db).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === "not_found") notFound();
    throw thrown;
  });
  const { entry, row, history, acts } = found;
  const now = await bankTime(ctx.db);
  const names = await namesOfActors(
    ctx,
    acts.flatMap(({ act, decidedBy }) => [act.askedBy, decidedBy]),
  );
  const { timeZone, tokenSymbol } = activeProfile();
  const { record } = entry;
  const chip = operatorChips[entry.state];
  const isOver = row.state === "revoked" || row.state === "exited";
  const waits = acts.some(({ approvalState }) => approvalState === "submitted");
  const mayAsk = hasPermission(ctx.actor, "certification:ask");
  const tomorrow = new Date(now.getTime() + 86_400_000).toISOString().slice(0, 10);
  const key = (value: string | null, what: string) =>
    value ? <Copyable value={value} what={what} shorten /> : "As the registry was founded with";
  return (
    <>
      <PageHeader
        crumbs={
          <Breadcrumb
            link={Link}
            crumbs={[{ label: "Certification", href: "/staff/certification" }, { label: entry.name }]}
          />
        }
        title={entry.name}
        lead={`Operator ${row.operatorId}, ${entry.isAffiliated ? "of the bank's house" : "independent"}.`}
        actions={<StatusChip tone={chip.tone}>{chip.word}</StatusChip>}
      />
      <div className="grid gap-10 2xl:grid-cols-[3fr_2fr]">
        <div className="space-y-10">
          <Section title="Decide" lead="Each of these needs a second person.">
            {isOver || waits || !mayAsk ? (
              <p className="text-soft">
                {waits
                  ? "A second person is asked. See Approvals."
                  : isOver
                    ? "Its certificate is over for good."
                    : "Your role may look at this and not decide it."}
              </p>
            ) : (
              <div className="flex flex-wrap gap-3">
                <ActForm
                  act="renew"
                  operatorId={row.operatorId}
                  affiliated={row.affiliated}
                  tomorrow={tomorrow}
                />
                {row.state === "jailed" && (
                  <ActForm act="reinstate" operatorId={row.operatorId} tomorrow={tomorrow} />
                )}
                {hasPermission(ctx.actor, "certification:revoke") && (
                  <ActForm act="revoke" operatorId={row.operatorId} tomorrow={tomorrow} />
                )}
              </div>
            )}
          </Section>
          <Section title="Acts">
            <Acts acts={acts} names={names} timeZone={timeZone} />
          </Section>
          <Section title="What happened" lead="From the chain, newest first.">
            <Table
              caption="History"
              hideCaption
              dense
              phone="stack"
              rows={history}
              rowKey={(one) => `${one.blockNumber} ${one.logIndex}`}
              columns={[
                { id: "at", head: "When", cell: ({ at }) => formatInstant(at, timeZone) },
                {
                  id: "what",
                  head: "What",
                  rowHead: true,
                  cell: ({ kind, state }) =>
                    kind === "state"
                      ? `Now: ${operatorChips[state as keyof typeof operatorChips].word.toLowerCase()}`
                      : historyWords[kind],
                },
                {
                  id: "why",
                  head: "More",
                  cell: ({ reason, certifiedUntil }) => (
                    <span className="break-all">
                      {reason ?? (certifiedUntil && `until ${formatInstant(certifiedUntil, timeZone)}`)}
                    </span>
                  ),
                },
              ]}
            />
          </Section>
        </div>
        <div className="space-y-10">
          <Section title="Standing">
            <DefinitionList
              items={[
                {
                  term: "Certified until",
                  value: entry.certifiedUntil ? formatInstant(entry.certifiedUntil, timeZone) : "never",
                },
                { term: "Has a seat", value: entry.isSeated ? "Yes" : "No" },
                {
                  term: "Bond",
                  value: <Amount amountMicros={entry.bondMicros} decimals={2} symbol={tokenSymbol} />,
                },
                { term: "Fee", value: <Rate ratePpm={entry.commissionPpm} /> },
                { term: "Strikes", value: entry.strikes },
              ]}
            />
          </Section>
          <Section title="Record in final epochs">
            <DefinitionList
              items={[
                { term: "Signed", value: `${record.signed} of ${record.seats}` },
                { term: "Refused", value: record.refused },
                { term: "Wrong", value: record.wrong },
                { term: "Missed", value: record.missed },
                {
                  term: "Paid to its stakers",
                  value: <Amount amountMicros={record.paidMicros} decimals={2} symbol={tokenSymbol} />,
                },
              ]}
            />
          </Section>
          <Section title="Keys and owner">
            <DefinitionList
              items={[
                { term: "Wallet", value: <Copyable value={row.controller} what="wallet" shorten /> },
                { term: "Owner, sealed", value: <Copyable value={row.ownerHash} what="owner" shorten /> },
                { term: "Signs with", value: key(row.signer, "signing key") },
                { term: "Makes blocks with", value: key(row.node, "node key") },
              ]}
            />
          </Section>
        </div>
      </div>
    </>
  );
}
