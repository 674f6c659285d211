import Link from "next/link";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { StatusChip } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { staffPage } from "@/lib/auth/page";
import { identityQueue, type QueueRow } from "@/lib/customers/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { Refresh } from "../refresh";

export const metadata = { title: "Identity" };

const pageSize = 25;
const states = { submitted: "Waiting", approved: "Approved", refused: "Refused" } as const;
const tones = { submitted: "warn", approved: "good", refused: "bad" } as const;

type Search = { searchParams: Promise<{ state?: string; page?: string }> };

export default async function IdentityQueuePage({ searchParams }: Search) {
  const ctx = await staffPage("identity:read", "/staff/identity");
  const asked = await searchParams;
  const state = (asked.state && asked.state in states ? asked.state : "submitted") as QueueRow["state"];
  const page = Math.min(Math.max(1, Math.trunc(Number(asked.page)) || 1), 1_000);
  const { rows, total } = await identityQueue(
    ctx.actor,
    { state, limit: pageSize, offset: (page - 1) * pageSize },
    ctx.db,
  );
  const { timeZone } = activeProfile();
  return (
    <>
      {state === "submitted" && <Refresh seconds={10} />}
      <PageHeader title="Identity" lead="Who asks to be let in. The oldest comes first." />
      <nav aria-label="State" className="mb-6 flex flex-wrap gap-x-6 border-b border-rule">
        {Object.entries(states).map(([key, label]) => (
          <Link
            key={key}
            href={`/staff/identity?state=${key}`}
            aria-current={key === state ? "page" : undefined}
            className="inline-flex min-h-11 items-center border-b-3 border-transparent aria-[current=page]:border-accent aria-[current=page]:font-semibold"
          >
            {label}
          </Link>
        ))}
      </nav>
      {rows.length === 0 ? (
        <EmptyState title={state === "submitted" ? "Nobody waits" : "Nobody yet"}>
          {state === "submitted" ? "New applications appear here by themselves." : "Decisions appear here."}
        </EmptyState>
      ) : (
        <Table
          caption={`${total} ${total === 1 ? "application" : "applications"}`}
          phone="stack"
          rows={rows}
          rowKey={({ id }) => id}
          columns={[
            {
              id: "name",
              head: "Name",
              rowHead: true,
              cell: ({ id, fullName }) => (
                <Link href={`/staff/identity/${id}`} className="link">
                  {fullName}
                </Link>
              ),
            },
            {
              id: "place",
              head: "Lives in",
              cell: ({ county, residenceState }) => `${county ?? "unknown county"}, ${residenceState}`,
            },
            { id: "tax", head: "Tax number", cell: ({ taxNumberMasked }) => taxNumberMasked },
            { id: "at", head: "Asked", cell: ({ submittedAt }) => formatInstant(submittedAt, timeZone) },
            {
              id: "state",
              head: "State",
              cell: (row) => <StatusChip tone={tones[row.state]}>{states[row.state]}</StatusChip>,
            },
          ]}
        />
      )}
      <Pagination
        page={page}
        pages={Math.ceil(total / pageSize)}
        link={Link}
        href={(to) => `/staff/identity?state=${state}&page=${to}`}
      />
    </>
  );
}
