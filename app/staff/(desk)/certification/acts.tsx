import { NavLink } from "@/app/nav-link";
import { StatusChip } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { formatInstant } from "@/lib/time/instant";
import type { operatorById } from "@/lib/validators/register/queries";
import { actStanding, actWords } from "./words";

type Acts = Awaited<ReturnType<typeof operatorById>>["acts"];

/** What two people decided, or are asked to. */
export function Acts({
  acts,
  names,
  timeZone,
}: {
  acts: Acts;
  names: ReadonlyMap<string, string>;
  timeZone: string;
}) {
  const nameOf = (actor: string | null) =>
    actor ? (names.get(actor) ?? actor.replace(/:.*/, "")) : "nobody yet";
  return (
    <Table
      caption="Acts"
      hideCaption
      phone="stack"
      rows={acts}
      rowKey={({ act }) => act.id}
      empty="Nothing has been asked for."
      columns={[
        {
          id: "what",
          head: "What",
          rowHead: true,
          cell: ({ act }) => (
            <NavLink href={`/staff/approvals/${act.approvalId}`} className="link">
              {actWords[act.kind]}
            </NavLink>
          ),
        },
        { id: "why", head: "Reason", cell: ({ act }) => act.reason },
        {
          id: "who",
          head: "Asked and decided by",
          cell: ({ act, decidedBy }) => `${nameOf(act.askedBy)}, ${nameOf(decidedBy)}`,
        },
        {
          id: "at",
          head: "Asked",
          className: "text-note",
          cell: ({ act }) => formatInstant(act.at, timeZone),
        },
        {
          id: "state",
          head: "State",
          cell: (one) => {
            const { tone, word } = actStanding(one);
            return (
              <>
                <StatusChip tone={tone}>{word}</StatusChip>
                {one.intentError && <code className="block text-note break-all">{one.intentError}</code>}
              </>
            );
          },
        },
      ]}
    />
  );
}
