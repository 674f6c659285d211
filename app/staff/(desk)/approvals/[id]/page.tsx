import Link from "next/link";
import { notFound } from "next/navigation";
import { Amount } from "@/components/money/amount";
import { Breadcrumb } from "@/components/ui/breadcrumb";
import { Copyable } from "@/components/ui/copyable";
import { DefinitionList } from "@/components/ui/definition-list";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { StatusChip } from "@/components/ui/status-chip";
import { approvalById } from "@/lib/approvals/queries";
import { staffPage } from "@/lib/auth/page";
import { namesOfActors } from "@/lib/auth/queries";
import { AppError } from "@/lib/errors";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { blockedWords, kindWords, payloadWords, stateChip } from "../words";
import { ConversionBooked } from "./conversion-booked";
import { DecisionForm } from "./decision-form";

export const metadata = { title: "Approval" };

export default async function ApprovalPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await staffPage("approval:read", `/staff/approvals/${id}`);
  const asked = await approvalById(ctx.actor, id, ctx.db).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === "not_found") notFound();
    throw thrown;
  });
  const names = await namesOfActors(ctx, [asked.submittedBy, asked.decidedBy]);
  const { timeZone } = activeProfile();
  const chip = stateChip(asked);
  return (
    <>
      <PageHeader
        crumbs={
          <Breadcrumb
            link={Link}
            crumbs={[{ label: "Approvals", href: "/staff/approvals" }, { label: "Request" }]}
          />
        }
        title={kindWords[asked.kind] ?? asked.kind}
        actions={<StatusChip tone={chip.tone}>{chip.word}</StatusChip>}
      />
      <div className="grid gap-10 xl:grid-cols-[3fr_2fr]">
        <Section title="What will happen">
          <DefinitionList
            items={Object.entries(asked.payload).map(([name, value]) => ({
              term: payloadWords[name] ?? name,
              value: name.endsWith("Micros") ? (
                <Amount amountMicros={BigInt(String(value))} />
              ) : (
                <code className="break-all">{String(value)}</code>
              ),
            }))}
          />
          {asked.kind === "issuance_above_limit" && <ConversionBooked payload={asked.payload} />}
          {asked.kind === "account_opened" && (
            <p className="mt-4">
              <Link href={`/staff/customers/${asked.payload.profileId}`} className="link">
                See the customer's accounts
              </Link>
            </p>
          )}
          <p className="mt-4 text-note text-soft">
            Seal of what you see: <Copyable value={asked.payloadHash} what="seal" shorten />
          </p>
        </Section>
        <div className="space-y-10">
          <Section title="Who and when">
            <DefinitionList
              items={[
                { term: "Asked by", value: names.get(asked.submittedBy) ?? asked.submittedBy },
                { term: "Asked", value: formatInstant(asked.submittedAt, timeZone) },
                { term: "Can be decided until", value: formatInstant(asked.expiresAt, timeZone) },
                ...(asked.decidedBy && asked.decidedAt
                  ? [
                      {
                        term: "Decided",
                        value: `${names.get(asked.decidedBy) ?? asked.decidedBy}, ${formatInstant(asked.decidedAt, timeZone)}`,
                        note: asked.reason,
                      },
                    ]
                  : []),
                {
                  term: "Reference",
                  value: <Copyable value={asked.requestId} what="reference" shorten />,
                },
              ]}
            />
          </Section>
          <Section title="Decide">
            {asked.blockedBy ? (
              <p className="text-soft">{blockedWords[asked.blockedBy]}</p>
            ) : (
              <DecisionForm approvalId={asked.id} seenHash={asked.payloadHash} />
            )}
          </Section>
        </div>
      </div>
    </>
  );
}
