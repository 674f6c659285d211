import { Amount, roomIn } from "@/components/money/amount";
import { cn } from "@/components/ui/cn";

export type BarPart = { id: string; label: string; amountMicros: bigint };
export type EvenBar = { id: string; title: string; total: string; parts: readonly BarPart[] };

const shades = [
  "hatch-dense text-engrave",
  "hatch-diagonal text-accent",
  "hatch-level text-ink",
  "hatch-dots text-ink",
  "hatch-diagonal text-ink",
  "hatch-dense text-soft",
] as const;

const sumOf = (parts: readonly BarPart[]) => parts.reduce((sum, part) => sum + part.amountMicros, 0n);
const percent = (part: bigint, whole: bigint) =>
  whole > 0n ? Number((part * 1_000_000n) / whole) / 10_000 : 0;

/** Bars on one scale: two sums are equal when the bars are as long as each other. What each part is stands beneath. */
export function EvenBars({ bars, className }: { bars: readonly EvenBar[]; className?: string }) {
  const [scale = 0n] = bars.map(({ parts }) => sumOf(parts)).sort((a, b) => (a > b ? -1 : 1));
  const roomFor = roomIn(bars.flatMap(({ parts }) => parts.map((part) => part.amountMicros)));
  return (
    <div className={cn("grid items-start gap-x-14 gap-y-10 md:grid-cols-2", className)}>
      <div aria-hidden="true" className="space-y-2 md:col-span-2">
        {bars.map(({ id, title, parts }) => (
          <div key={id} className="grid grid-cols-[5.5rem_1fr] items-center gap-3">
            <span className="text-note font-semibold text-soft">{title}</span>
            <div className="flex h-9">
              {parts.map((part, at) =>
                part.amountMicros > 0n ? (
                  <div
                    key={part.id}
                    className={cn("min-w-1 border border-current", shades[at % shades.length])}
                    style={{ width: `${percent(part.amountMicros, scale)}%` }}
                  />
                ) : null,
              )}
            </div>
          </div>
        ))}
      </div>
      {bars.map(({ id, title, total, parts }) => (
        <table key={id} className="w-full border-collapse">
          <caption className="border-t-2 border-ink pt-3 pb-2 text-left font-semibold">{title}</caption>
          <tbody>
            {parts.map((part, at) => (
              <tr key={part.id} className="border-t border-rule">
                <th scope="row" className="w-full py-2.5 pr-4 text-left font-normal">
                  <span className="flex items-center gap-3">
                    <span
                      aria-hidden="true"
                      className={cn("size-4 shrink-0 border border-current", shades[at % shades.length])}
                    />
                    {part.label}
                  </span>
                </th>
                <td className="py-2.5 text-right">
                  <Amount amountMicros={part.amountMicros} roomFor={roomFor} />
                </td>
              </tr>
            ))}
            <tr className="border-y-2 border-ink">
              <th scope="row" className="py-3 pr-4 text-left font-semibold">
                {total}
              </th>
              <td className="py-3 text-right font-bold">
                <Amount amountMicros={sumOf(parts)} roomFor={roomFor} />
              </td>
            </tr>
          </tbody>
        </table>
      ))}
    </div>
  );
}
