import { Rate } from "@/components/money/rate";
import { Section } from "@/components/ui/section";
import { Table } from "@/components/ui/table";
import type { ApplicationView } from "@/lib/customers/queries";
import { withholdingCaseFrom } from "@/lib/customers/withholding-case";
import { rateClassFor } from "@/lib/tax/withholding";

/** What the chain will withhold, so that whoever approves knows what they approve. */
export function Withholding({ seen }: { seen: ApplicationView }) {
  const locality = seen.address.city;
  const { class: rateClass, lines } = rateClassFor(
    withholdingCaseFrom({ ...seen, locality, at: seen.decidedAt ?? seen.submittedAt }),
  );
  return (
    <Section
      title="Withholding"
      lead={`On chain as class ${(seen.rateClass ?? rateClass).toString(16).padStart(6, "0").toUpperCase()}: one byte each for federal, state and local, counting half percentage points.`}
    >
      <Table
        caption="Lines of every payout"
        hideCaption
        dense
        phone="stack"
        rows={lines}
        rowKey={({ level, jurisdiction }) => `${level} ${jurisdiction}`}
        columns={[
          { id: "name", head: "Authority", rowHead: true, cell: ({ name }) => name },
          {
            id: "statutory",
            head: "By law",
            numeric: true,
            cell: ({ statutoryPpm }) => <Rate ratePpm={statutoryPpm} />,
          },
          {
            id: "withheld",
            head: "Withheld",
            numeric: true,
            cell: ({ withheldPpm }) => <Rate ratePpm={withheldPpm} />,
          },
          { id: "why", head: "Why", cell: ({ why }) => why, className: "max-sm:block max-sm:text-left" },
        ]}
      />
    </Section>
  );
}
