import { PageHeader } from "@/components/ui/page-header";
import { StatusChip } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { staffPage } from "@/lib/auth/page";
import { hasPermission } from "@/lib/auth/permissions";
import { namesOfActors } from "@/lib/auth/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { listSwitches } from "@/lib/switches/queries";
import { formatInstant } from "@/lib/time/instant";
import { SwitchForm } from "./switch-form";

export const metadata = { title: "Switches" };

const words: Record<string, { label: string; note: string }> = {
  mint: { label: "Minting", note: "New tokens on the chain" },
  issue: { label: "Conversion", note: "Requests to turn dollars into tokens" },
  stake: { label: "Staking", note: "Help for new stakes, such as coins for network fees" },
  payout: { label: "Payouts", note: "Dollars that leave the bank, and claims pushed by the bank" },
  sign_in: { label: "Sign-in", note: "Customers who sign in with a wallet" },
  send: {
    label: "Sending",
    note: "The bank's own transactions; off after a restore, until chain and books were compared",
  },
  redeem: { label: "Redemption", note: "Tokens turned back into dollars; requests queue while it is off" },
};

export default async function SwitchesPage() {
  const ctx = await staffPage("switch:read", "/staff/switches");
  const switches = await listSwitches(ctx.actor, ctx.db);
  const names = await namesOfActors(
    ctx,
    switches.map(({ changedBy }) => changedBy),
  );
  const mayTurn = hasPermission(ctx.actor, "switch:set");
  const { timeZone } = activeProfile();
  return (
    <>
      <PageHeader
        title="Switches"
        lead="Each stops one service for everybody, at once. Claims, unstaking and withdrawals are behind none of them."
      />
      <Table
        caption="Services"
        hideCaption
        phone="stack"
        rows={switches}
        rowKey={({ name }) => name}
        columns={[
          {
            id: "name",
            head: "Service",
            rowHead: true,
            cell: ({ name }) => (
              <>
                {words[name]?.label ?? name}
                <span className="block text-note font-normal text-soft">{words[name]?.note}</span>
              </>
            ),
          },
          {
            id: "state",
            head: "State",
            cell: ({ isOn }) => <StatusChip tone={isOn ? "good" : "bad"}>{isOn ? "On" : "Off"}</StatusChip>,
          },
          { id: "reason", head: "Reason", cell: ({ reason }) => reason ?? "as delivered" },
          {
            id: "by",
            head: "Last turned",
            cell: ({ changedBy, changedAt }) =>
              `${names.get(changedBy) ?? (changedBy.startsWith("system:") ? "the bank itself" : changedBy)}, ${formatInstant(changedAt, timeZone)}`,
          },
          ...(mayTurn
            ? [
                {
                  id: "turn",
                  head: <span className="sr-only">Turn on or off</span>,
                  cell: ({ name, isOn }: (typeof switches)[number]) => (
                    <SwitchForm name={name} label={words[name]?.label ?? name} isOn={isOn} />
                  ),
                },
              ]
            : []),
        ]}
      />
    </>
  );
}
