import Link from "next/link";
import { notFound } from "next/navigation";
import { NavLink } from "@/app/nav-link";
import { Amount } from "@/components/money/amount";
import { Breadcrumb } from "@/components/ui/breadcrumb";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { StatusChip } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { staffPage } from "@/lib/auth/page";
import { hasPermission } from "@/lib/auth/permissions";
import { namesOfActors } from "@/lib/auth/queries";
import { type CustomerAccount, customerAccounts } from "@/lib/customers/queries";
import { AppError } from "@/lib/errors";
import { chartOfAccounts } from "@/lib/ledger/chart-of-accounts";
import { auditTrail } from "@/lib/operations/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { StateForm } from "./state-form";

export const metadata = { title: "Accounts" };

const chips = {
  open: { tone: "good", word: "Open" },
  frozen: { tone: "bad", word: "Frozen" },
  closed: { tone: "neutral", word: "Closed" },
} as const;

export default async function CustomerAccountsPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await staffPage("customer:find", `/staff/customers/${id}`);
  const { fullName, accounts } = await customerAccounts(ctx.actor, id, ctx.db).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === "not_found") notFound();
    throw thrown;
  });
  const { timeZone, tokenSymbol } = activeProfile();
  const mayChange = hasPermission(ctx.actor, "account:set_state");
  const trails = hasPermission(ctx.actor, "audit:read")
    ? await Promise.all(
        accounts.filter(({ isMirror }) => !isMirror).map((one) => auditTrail(ctx, `account:${one.id}`)),
      )
    : [];
  const trail = trails.flat();
  const names = await namesOfActors(
    ctx,
    trail.map(({ actor }) => actor),
  );
  const amount = (one: CustomerAccount, micros: bigint) => (
    <Amount amountMicros={micros} symbol={one.asset === "TOKEN" ? tokenSymbol : undefined} />
  );
  return (
    <>
      <PageHeader
        crumbs={
          <Breadcrumb
            link={Link}
            crumbs={[{ label: "Customers", href: "/staff/customers" }, { label: fullName ?? "Not told yet" }]}
          />
        }
        title={fullName ?? "Not told yet"}
        lead="What this customer has, what of it is on hold and why, and what can be used."
      />
      <div className="space-y-12">
        <Section
          title="Accounts"
          lead="Accounts that repeat the chain are frozen on the chain alone, and by a served order alone."
        >
          {accounts.length === 0 ? (
            <EmptyState title="No account yet">One opens with the first dollar or token.</EmptyState>
          ) : (
            <Table
              caption="Accounts"
              hideCaption
              phone="stack"
              rows={accounts}
              rowKey={(one) => one.id}
              columns={[
                {
                  id: "name",
                  head: "Account",
                  rowHead: true,
                  cell: (one) => (
                    <>
                      <span className="block first-letter:uppercase">
                        {chartOfAccounts[one.class].purpose}
                      </span>
                      <span className="block text-note font-normal text-soft">number {one.id}</span>
                    </>
                  ),
                },
                { id: "have", head: "Has", numeric: true, cell: (one) => amount(one, one.haveMicros) },
                {
                  id: "hold",
                  head: "On hold",
                  numeric: true,
                  cell: (one) => (
                    <>
                      {amount(one, one.onHoldMicros)}
                      {one.holds.map((hold) => (
                        <span key={hold.key + hold.seq} className="block text-note text-soft">
                          {hold.kind === "conversion-requested"
                            ? "until its conversion is done"
                            : `until ${formatInstant(hold.expiresAt, timeZone)}`}
                        </span>
                      ))}
                    </>
                  ),
                },
                { id: "use", head: "Can use", numeric: true, cell: (one) => amount(one, one.canUseMicros) },
                {
                  id: "state",
                  head: "State",
                  cell: (one) => (
                    <>
                      <StatusChip tone={chips[one.state].tone}>{chips[one.state].word}</StatusChip>
                      {one.openingApprovalId && (
                        <NavLink
                          href={`/staff/approvals/${one.openingApprovalId}`}
                          className="link block text-note"
                        >
                          Waits for a second person
                        </NavLink>
                      )}
                    </>
                  ),
                },
                ...(mayChange
                  ? [
                      {
                        id: "change",
                        head: <span className="sr-only">Change the state</span>,
                        cell: (one: CustomerAccount) => <Changes one={one} />,
                      },
                    ]
                  : []),
              ]}
            />
          )}
        </Section>
        {trail.length > 0 && (
          <Section title="Record" lead="Who froze, opened or closed what.">
            <Table
              caption="Record"
              hideCaption
              dense
              phone="stack"
              rows={trail}
              rowKey={({ id: row }) => row.toString()}
              columns={[
                { id: "at", head: "When", cell: ({ at }) => formatInstant(at, timeZone) },
                { id: "who", head: "Who", cell: ({ actor }) => names.get(actor) ?? actor.replace(/:.*/, "") },
                { id: "what", head: "What", rowHead: true, cell: (row) => whatWasDone(row) },
                { id: "why", head: "Reason", cell: ({ detail }) => String(detail.reason ?? "") },
              ]}
            />
          </Section>
        )}
      </div>
    </>
  );
}

function whatWasDone({ command, detail }: { command: string; detail: Record<string, unknown> }): string {
  if (command === "ask-to-open-account") return "Asked to open it again";
  return { open: "Opened", frozen: "Frozen", closed: "Closed" }[String(detail.to)] ?? command;
}

function Changes({ one }: { one: CustomerAccount }) {
  if (one.isMirror || one.state === "closed") return null;
  const own = { accountId: one.id, name: chartOfAccounts[one.class].purpose };
  const isEmpty = one.haveMicros === 0n && one.onHoldMicros === 0n;
  return (
    <div className="flex flex-wrap gap-2">
      {one.state === "open" && <StateForm {...own} to="frozen" />}
      {one.state === "frozen" && !one.openingApprovalId && <StateForm {...own} to="open" />}
      {isEmpty && <StateForm {...own} to="closed" />}
    </div>
  );
}
