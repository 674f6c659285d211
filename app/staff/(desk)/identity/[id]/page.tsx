import Link from "next/link";
import { notFound } from "next/navigation";
import { Refresh } from "@/app/staff/(desk)/refresh";
import { Breadcrumb } from "@/components/ui/breadcrumb";
import { Copyable } from "@/components/ui/copyable";
import { DefinitionList } from "@/components/ui/definition-list";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { StatusChip } from "@/components/ui/status-chip";
import { StepList } from "@/components/ui/step-list";
import { Table } from "@/components/ui/table";
import { staffPage } from "@/lib/auth/page";
import { hasPermission } from "@/lib/auth/permissions";
import { namesOfActors } from "@/lib/auth/queries";
import { identityApplicationById } from "@/lib/customers/queries";
import { AppError } from "@/lib/errors";
import { auditTrail, registrationOf } from "@/lib/operations/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { Decision } from "./decision";
import { Identifying } from "./identifying";
import { registrationSteps } from "./registration";
import { Withholding } from "./withholding";

export const metadata = { title: "Application" };

const chips = {
  submitted: { tone: "warn", word: "Waiting" },
  approved: { tone: "good", word: "Approved" },
  refused: { tone: "bad", word: "Refused" },
} as const;

export default async function ApplicationPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await staffPage("identity:read", `/staff/identity/${id}`);
  const seen = await identityApplicationById(ctx.actor, id, ctx.db).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === "not_found") notFound();
    throw thrown;
  });
  const mayRead = hasPermission(ctx.actor, "audit:read");
  const [chain, trail] = await Promise.all([
    registrationOf(ctx, id),
    mayRead ? auditTrail(ctx, `identity_application:${id}`) : [],
  ]);
  const names = await namesOfActors(
    ctx,
    trail.map(({ actor }) => actor),
  );
  const { timeZone } = activeProfile();
  const steps = registrationSteps(chain.steps, { state: seen.state, walletStatus: chain.walletStatus });
  const isMoving = seen.state === "approved" && steps.some(({ state }) => state === "busy");
  const chip = chips[seen.state];
  return (
    <>
      {isMoving && <Refresh seconds={3} />}
      <PageHeader
        crumbs={
          <Breadcrumb
            link={Link}
            crumbs={[{ label: "Identity", href: "/staff/identity" }, { label: seen.fullName }]}
          />
        }
        title={seen.fullName}
        lead={`Asked ${formatInstant(seen.submittedAt, timeZone)}`}
        actions={<StatusChip tone={chip.tone}>{chip.word}</StatusChip>}
      />
      <div className="grid gap-10 xl:grid-cols-[3fr_2fr]">
        <div className="space-y-10">
          <Section title="What the applicant says">
            <DefinitionList
              items={[
                { term: "Full legal name", value: seen.fullName },
                {
                  term: "County",
                  value: seen.county ?? "unknown",
                  note: `FIPS ${seen.countyFips}`,
                },
                { term: "Wallet", value: <Copyable value={seen.walletAddress} what="wallet address" /> },
              ]}
            />
            <Identifying
              applicationId={seen.id}
              masked={{ birthDate: seen.birthDateMasked, taxNumber: seen.taxNumberMasked }}
              town={`${seen.address.city}, ${seen.residenceState} ${seen.address.zip}`}
              mayReveal={hasPermission(ctx.actor, "identity:reveal")}
            />
          </Section>
          <Withholding seen={seen} />
          {mayRead && (
            <Section title="Record" lead="Who did what with this application.">
              <Table
                caption="Record"
                hideCaption
                dense
                rows={trail}
                rowKey={({ id: row }) => row.toString()}
                columns={[
                  { id: "at", head: "When", cell: ({ at }) => formatInstant(at, timeZone) },
                  {
                    id: "who",
                    head: "Who",
                    cell: ({ actor }) => names.get(actor) ?? actor.replace(/:.*/, ""),
                  },
                  { id: "what", head: "What", rowHead: true, cell: ({ command }) => command },
                  {
                    id: "reference",
                    head: "Reference",
                    cell: ({ requestId }) => <Copyable value={requestId} what="reference" shorten />,
                  },
                ]}
              />
            </Section>
          )}
        </div>
        <div className="space-y-10">
          <Section title="Decision" boxed>
            {seen.state === "submitted" ? (
              hasPermission(ctx.actor, "identity:decide") ? (
                <Decision applicationId={seen.id} fullName={seen.fullName} />
              ) : (
                <p className="text-soft">Your role may look at this and not decide it.</p>
              )
            ) : (
              <div className="space-y-2">
                <p>
                  {seen.state === "approved" ? "Approved by" : "Refused by"}{" "}
                  <span className="font-semibold">{seen.decidedBy ?? "somebody"}</span>
                  {seen.decidedAt && `, ${formatInstant(seen.decidedAt, timeZone)}`}
                </p>
                {seen.refusalReason && (
                  <blockquote className="border-l-4 border-rule pl-4">{seen.refusalReason}</blockquote>
                )}
              </div>
            )}
          </Section>
          <Section title="On the chain">
            <StepList label="From decision to verified wallet" steps={steps} />
          </Section>
        </div>
      </div>
    </>
  );
}
