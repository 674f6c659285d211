import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

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
        <tr className="border-b border-ink text-label text-soft max-sm:grid max-sm:grid-cols-2">
          <th scope="col" className="py-2 pr-3 max-sm:sr-only">
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
          <tr
            key={row.id}
            className="border-t border-rule first:border-t-0 max-sm:grid max-sm:grid-cols-2 max-sm:py-2"
          >
            <th
              scope="row"
              className="py-2.5 pr-3 align-top font-normal text-soft max-sm:col-span-2 max-sm:py-0.5"
            >
              {row.label}
            </th>
            <td
              className={cn(
                "py-2.5 pr-3 text-right align-top text-soft max-sm:py-0.5",
                row.before === "" && "max-sm:hidden",
              )}
            >
              {row.before}
            </td>
            <td
              className={cn(
                "py-2.5 text-right align-top max-sm:py-0.5",
                row.before === "" && "max-sm:col-span-2",
                row.strong && "font-semibold",
              )}
            >
              {row.after}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
