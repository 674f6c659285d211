import { NavLink } from "@/app/nav-link";
import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { StatusChip, type Tone } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { TextInput } from "@/components/ui/text-input";
import { staffPage } from "@/lib/auth/page";
import { findCustomers } from "@/lib/customers/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";

export const metadata = { title: "Customers" };

const identityWords: Record<string, { tone: Tone; word: string }> = {
  none: { tone: "neutral", word: "Not applied" },
  submitted: { tone: "warn", word: "Waiting" },
  approved: { tone: "busy", word: "Registering" },
  verified: { tone: "good", word: "Verified" },
  refused: { tone: "bad", word: "Refused" },
  refresh_needed: { tone: "warn", word: "Refresh needed" },
};

export default async function CustomersPage({ searchParams }: { searchParams: Promise<{ find?: string }> }) {
  const ctx = await staffPage("customer:find", "/staff/customers");
  const find = ((await searchParams).find ?? "").slice(0, 100);
  const customers = await findCustomers(ctx.actor, find, ctx.db);
  const { timeZone } = activeProfile();
  return (
    <>
      <PageHeader title="Customers" lead="Find somebody by name or by wallet." />
      <form action="/staff/customers" className="mb-8 flex flex-wrap items-end gap-3">
        <TextInput
          label="Name or wallet address"
          name="find"
          defaultValue={find}
          maxLength={100}
          autoComplete="off"
          className="grow sm:max-w-md"
        />
        <Button type="submit">Find</Button>
      </form>
      {customers.length === 0 ? (
        <EmptyState title="Nobody found">Try a part of the name, or the whole address.</EmptyState>
      ) : (
        <Table
          caption={find ? `Matches for “${find}”` : "Newest customers"}
          phone="stack"
          rows={customers}
          rowKey={({ profileId, walletAddress }) => `${profileId} ${walletAddress}`}
          columns={[
            {
              id: "name",
              head: "Name",
              rowHead: true,
              cell: ({ profileId, fullName }) => (
                <NavLink href={`/staff/customers/${profileId}`} className="link">
                  {fullName ?? "Not told yet"}
                </NavLink>
              ),
            },
            {
              id: "wallet",
              head: "Wallet",
              cell: ({ walletAddress }) => <Copyable value={walletAddress} what="wallet address" shorten />,
            },
            {
              id: "identity",
              head: "Identity",
              cell: ({ identityState }) => {
                const { tone, word } = identityWords[identityState] ?? {
                  tone: "neutral",
                  word: identityState,
                };
                return <StatusChip tone={tone}>{word}</StatusChip>;
              },
            },
            { id: "state", head: "Lives in", cell: ({ residenceState }) => residenceState ?? "unknown" },
            { id: "since", head: "Since", cell: ({ openedAt }) => formatInstant(openedAt, timeZone) },
          ]}
        />
      )}
    </>
  );
}
