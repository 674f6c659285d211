import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export type Column<Row> = {
  id: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Numbers stand to the right, so that their digits line up. */
  numeric?: boolean;
  /** The cell that names the row. */
  rowHead?: boolean;
  className?: string;
};

export type TableProps<Row> = {
  caption: ReactNode;
  hideCaption?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  foot?: readonly ReactNode[];
  /** Shown in place of the body when there are no rows. */
  empty?: ReactNode;
  /** On a phone: scroll sideways, or stack each row as label and value. */
  phone?: "scroll" | "stack";
  dense?: boolean;
  className?: string;
};

export function Table<Row>({
  caption,
  hideCaption,
  columns,
  rows,
  rowKey,
  foot,
  empty,
  phone = "scroll",
  dense,
  className,
}: TableProps<Row>) {
  const stack = phone === "stack";
  const pad = dense ? "py-1.5" : "py-3";
  const label = typeof caption === "string" ? caption : undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      role="group"
      tabIndex={stack ? undefined : 0}
      aria-label={label}
      className={cn("max-w-full overflow-x-auto", className)}
    >
      <table className={cn("w-full border-collapse border-y-2 border-ink text-left", dense && "text-note")}>
        <caption className={cn("pb-3 text-left font-semibold", hideCaption && "sr-only")}>{caption}</caption>
        <thead className={cn(stack && "max-sm:sr-only")}>
          <tr className="border-b border-ink">
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={cn(
                  "py-2 pr-4 align-bottom text-label font-semibold text-soft last:pr-0",
                  column.numeric && "text-right",
                )}
              >
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.length === 0 && (
            <tr>
              <td colSpan={columns.length} className="py-8 text-soft">
                {empty ?? "Nothing here yet."}
              </td>
            </tr>
          )}
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              className={cn("border-t border-rule first:border-t-0", stack && "max-sm:block max-sm:py-3")}
            >
              {columns.map((column) => {
                const Cell = column.rowHead ? "th" : "td";
                return (
                  <Cell
                    key={column.id}
                    scope={column.rowHead ? "row" : undefined}
                    className={cn(
                      pad,
                      "pr-4 align-top font-normal last:pr-0",
                      column.rowHead && "font-semibold",
                      column.numeric && "text-right whitespace-nowrap",
                      stack &&
                        "max-sm:flex max-sm:justify-between max-sm:gap-6 max-sm:py-1 max-sm:pr-0 max-sm:text-right",
                      stack && column.rowHead && "max-sm:text-left",
                      column.className,
                    )}
                  >
                    {stack && !column.rowHead && (
                      <span
                        aria-hidden="true"
                        className="max-w-2/5 shrink-0 text-left text-note text-soft sm:hidden"
                      >
                        {column.head}
                      </span>
                    )}
                    {stack ? <div className="min-w-0">{column.cell(row)}</div> : column.cell(row)}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
        {foot && (
          <tfoot className="border-t border-ink font-semibold">
            <tr>
              {foot.map((cell, index) => (
                <td
                  key={columns[index]?.id ?? index}
                  className={cn(
                    pad,
                    "pr-4 last:pr-0",
                    columns[index]?.numeric && "text-right whitespace-nowrap",
                  )}
                >
                  {cell}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}
