import Link from "next/link";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { StatusChip } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { listApprovals } from "@/lib/approvals/queries";
import { staffPage } from "@/lib/auth/page";
import { namesOfActors } from "@/lib/auth/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { kindWords, stateChip } from "./words";

export const metadata = { title: "Approvals" };

export default async function ApprovalsPage() {
  const ctx = await staffPage("approval:read", "/staff/approvals");
  const approvals = await listApprovals(ctx.actor, ctx.db);
  const names = await namesOfActors(
    ctx,
    approvals.flatMap(({ submittedBy, decidedBy }) => [submittedBy, decidedBy]),
  );
  const { timeZone } = activeProfile();
  const nameOf = (actor: string | null) =>
    actor ? (names.get(actor) ?? actor.replace(/:.*/, "")) : "nobody";
  return (
    <>
      <PageHeader
        title="Approvals"
        lead="Acts that one person asked for and another must allow. What you see is exactly what happens."
      />
      {approvals.length === 0 ? (
        <EmptyState title="Nothing has been asked for">
          Requests appear here when somebody does what needs a second person.
        </EmptyState>
      ) : (
        <Table
          caption="Requests, open ones first"
          hideCaption
          phone="stack"
          rows={approvals}
          rowKey={({ id }) => id}
          columns={[
            {
              id: "kind",
              head: "What",
              rowHead: true,
              cell: ({ id, kind }) => (
                <Link href={`/staff/approvals/${id}`} className="link">
                  {kindWords[kind] ?? kind}
                </Link>
              ),
            },
            { id: "by", head: "Asked by", cell: ({ submittedBy }) => nameOf(submittedBy) },
            { id: "at", head: "Asked", cell: ({ submittedAt }) => formatInstant(submittedAt, timeZone) },
            {
              id: "state",
              head: "State",
              cell: (row) => <StatusChip tone={stateChip(row).tone}>{stateChip(row).word}</StatusChip>,
            },
            { id: "decided", head: "Decided by", cell: ({ decidedBy }) => nameOf(decidedBy) },
          ]}
        />
      )}
    </>
  );
}
