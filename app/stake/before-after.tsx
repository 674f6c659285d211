import type { ReactNode } from "react";

export type BeforeAfterRow = {
  id: string;
  label: ReactNode;
  before: ReactNode;
  after: ReactNode;
  strong?: boolean;
};

/** What an act changes, side by side, before anything is signed. */
export function BeforeAfter({
  caption,
  heads,
  rows,
}: {
  caption: string;
  heads: { now: string; after: string };
  rows: readonly BeforeAfterRow[];
}) {
  return (
    <table className="w-full border-collapse border-y-2 border-ink text-left">
      <caption className="pb-3 text-left font-semibold">{caption}</caption>
      <thead>
        <tr className="border-b border-ink text-label text-soft">
          <th scope="col" className="py-2 pr-3">
            <span className="sr-only">{caption}</span>
          </th>
          <th scope="col" className="py-2 pr-3 text-right font-semibold">
            {heads.now}
          </th>
          <th scope="col" className="py-2 text-right font-semibold">
            {heads.after}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className="border-t border-rule first:border-t-0">
            <th scope="row" className="py-2.5 pr-3 align-top font-normal text-soft">
              {row.label}
            </th>
            <td className="py-2.5 pr-3 text-right align-top text-soft">{row.before}</td>
            <td
              className={
                row.strong ? "py-2.5 text-right align-top font-semibold" : "py-2.5 text-right align-top"
              }
            >
              {row.after}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
