import Link from "next/link";
import { NavLink } from "@/app/nav-link";
import { Amount } from "@/components/money/amount";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { StatusChip } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { staffPage } from "@/lib/auth/page";
import { hasPermission } from "@/lib/auth/permissions";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { listApplications, register } from "@/lib/validators/register/queries";
import { applicationChips, operatorChips } from "./words";

export const metadata = { title: "Certification" };

export default async function CertificationPage() {
  const ctx = await staffPage("certification:read", "/staff/certification");
  const [applications, operators] = await Promise.all([
    listApplications(ctx.actor, ctx.db),
    register("validator", ctx.db),
  ]);
  const { timeZone, tokenSymbol } = activeProfile();
  return (
    <>
      <PageHeader
        title="Certification"
        lead="Who may check the books. An application is looked at point by point, and two people certify."
        actions={
          hasPermission(ctx.actor, "certification:apply") && (
            <LinkButton href="/staff/certification/new" link={Link} variant="secondary">
              Take down an application
            </LinkButton>
          )
        }
      />
      <div className="space-y-12">
        <Section title="Applications">
          {applications.length === 0 ? (
            <EmptyState title="Nobody has applied">
              The first operators were certified when the bank was founded. New ones appear here.
            </EmptyState>
          ) : (
            <Table
              caption="Applications, those that wait first"
              hideCaption
              phone="stack"
              rows={applications}
              rowKey={({ id }) => id}
              columns={[
                {
                  id: "name",
                  head: "Who",
                  rowHead: true,
                  cell: ({ id, name }) => (
                    <NavLink href={`/staff/certification/${id}`} className="link">
                      {name}
                    </NavLink>
                  ),
                },
                {
                  id: "house",
                  head: "House",
                  cell: ({ affiliated }) => (affiliated ? "The bank's" : "Independent"),
                },
                { id: "at", head: "Applied", cell: ({ appliedAt }) => formatInstant(appliedAt, timeZone) },
                {
                  id: "state",
                  head: "State",
                  cell: ({ state }) => (
                    <StatusChip tone={applicationChips[state]?.tone}>
                      {applicationChips[state]?.word}
                    </StatusChip>
                  ),
                },
              ]}
            />
          )}
        </Section>
        <Section
          title="Operators"
          lead="As the chain has them. Whoever asks at the public register reads the same."
        >
          <Table
            caption="Operators"
            hideCaption
            phone="stack"
            rows={operators}
            rowKey={({ operatorId }) => String(operatorId)}
            empty="The chain has not been read yet."
            columns={[
              {
                id: "name",
                head: "Operator",
                rowHead: true,
                cell: ({ operatorId, name }) => (
                  <NavLink href={`/staff/certification/operators/${operatorId}`} className="link">
                    {name}
                  </NavLink>
                ),
              },
              {
                id: "house",
                head: "House",
                cell: ({ isAffiliated }) => (isAffiliated ? "The bank's" : "Independent"),
              },
              {
                id: "state",
                head: "State",
                cell: ({ state }) => (
                  <StatusChip tone={operatorChips[state].tone}>{operatorChips[state].word}</StatusChip>
                ),
              },
              {
                id: "until",
                head: "Certified until",
                className: "text-note",
                cell: ({ state, stateSince, certifiedUntil }) =>
                  state === "revoked" || state === "exited"
                    ? `ended ${formatInstant(stateSince, timeZone)}`
                    : certifiedUntil
                      ? formatInstant(certifiedUntil, timeZone)
                      : "never",
              },
              { id: "strikes", head: "Strikes", numeric: true, cell: ({ strikes }) => strikes },
              {
                id: "bond",
                head: "Bond",
                numeric: true,
                cell: ({ bondMicros }) => (
                  <Amount amountMicros={bondMicros} decimals={2} symbol={tokenSymbol} />
                ),
              },
            ]}
          />
        </Section>
      </div>
    </>
  );
}
