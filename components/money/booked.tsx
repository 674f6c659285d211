import { Amount } from "@/components/money/amount";
import { Table } from "@/components/ui/table";
import { Why } from "@/components/ui/why";
import type { AccountClass } from "@/lib/ledger/chart-of-accounts";
import type { Entry } from "@/lib/ledger/previews";

export type BookedWords = {
  question: string;
  lead: string;
  debited: string;
  credited: string;
  amount: string;
  onHold: string;
  account: (name: AccountClass) => string;
};

/** The entries an act will make in the books, folded away for whoever wants to see them. */
export function Booked({
  steps,
  symbol,
  words,
}: {
  steps: readonly { title: string; entries: readonly Entry[] }[];
  symbol: string;
  words: BookedWords;
}) {
  return (
    <Why question={words.question}>
      <p>{words.lead}</p>
      {steps.map(({ title, entries }) => (
        <Table
          key={title}
          className="mt-4 text-ink"
          caption={title}
          dense
          phone="stack"
          rows={entries}
          rowKey={({ debit, credit, isHold }) => `${debit.class} ${credit.class} ${isHold}`}
          columns={[
            {
              id: "debit",
              head: words.debited,
              rowHead: true,
              cell: ({ debit }) => (
                <>
                  <span className="font-normal text-soft sm:hidden">{words.debited}: </span>
                  <span className="inline-block first-letter:uppercase">{words.account(debit.class)}</span>
                </>
              ),
            },
            {
              id: "credit",
              head: words.credited,
              cell: ({ credit }) => (
                <span className="inline-block first-letter:uppercase">{words.account(credit.class)}</span>
              ),
            },
            {
              id: "amount",
              head: words.amount,
              numeric: true,
              cell: ({ amountMicros, asset, isHold }) => (
                <>
                  <Amount amountMicros={amountMicros} symbol={asset === "TOKEN" ? symbol : undefined} />
                  {isHold && <span className="block text-soft">{words.onHold}</span>}
                </>
              ),
            },
          ]}
        />
      ))}
    </Why>
  );
}
