import type { ReactNode } from "react";
import { Amount, roomIn } from "@/components/money/amount";
import { Rate } from "@/components/money/rate";
import { cn } from "@/components/ui/cn";
import { Why } from "@/components/ui/why";

export type PayoutLine = {
  id: string;
  kind: "fee" | "federal" | "state" | "local";
  label: ReactNode;
  amountMicros: bigint;
  ratePpm?: bigint | number;
  /** Why this much: opens beneath the line. */
  why?: ReactNode;
};

export type PayoutSplitProps = {
  caption: ReactNode;
  hideCaption?: boolean;
  grossLabel?: ReactNode;
  netLabel?: ReactNode;
  whyLabel?: string;
  grossMicros: bigint;
  lines: readonly PayoutLine[];
  netMicros: bigint;
  className?: string;
};

const shades: Record<PayoutLine["kind"], string> = {
  fee: "hatch-dots text-soft",
  federal: "hatch-dense text-ink",
  state: "hatch-diagonal text-ink",
  local: "hatch-level text-ink",
};

const percent = (part: bigint, whole: bigint) =>
  whole > 0n ? Number((part * 1_000_000n) / whole) / 10_000 : 0;

function Bar({ from, to, order, shade }: { from: number; to: number; order: number; shade: string }) {
  return (
    <div aria-hidden="true" className="relative mt-1.5 h-3">
      <div
        className={cn("absolute inset-y-0 min-w-0.5 animate-pour border border-current", shade)}
        style={{
          left: `${from}%`,
          width: `${Math.max(0, to - from)}%`,
          transformOrigin: order === 0 || from === 0 ? "left" : "right",
          animationDelay: `${order * 0.28}s`,
        }}
      />
    </div>
  );
}

/** A payout as a bill: gross, each line taken from it, net. The bars pour in the order the money moves. */
export function PayoutSplit({
  caption,
  hideCaption,
  grossLabel = "Gross",
  netLabel = "You keep",
  whyLabel = "Why?",
  grossMicros,
  lines,
  netMicros,
  className,
}: PayoutSplitProps) {
  const roomFor = roomIn([grossMicros, netMicros, ...lines.map((line) => line.amountMicros)]);
  let left = grossMicros;
  const placed = lines.map((line) => {
    const to = percent(left, grossMicros);
    left -= line.amountMicros;
    return { ...line, from: percent(left, grossMicros), to };
  });
  return (
    <table className={cn("w-full border-collapse", className)}>
      <caption className={cn("pb-3 text-left font-semibold", hideCaption && "sr-only")}>{caption}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Line</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody>
        <tr className="border-t-2 border-ink">
          <th scope="row" className="w-full py-3 pr-4 text-left font-semibold">
            {grossLabel}
            <Bar from={0} to={100} order={0} shade="hatch-solid text-engrave" />
          </th>
          <td className="py-3 text-right align-top font-semibold">
            <Amount amountMicros={grossMicros} roomFor={roomFor} />
          </td>
        </tr>
        {placed.map((line, index) => (
          <tr key={line.id} className="border-t border-rule">
            <th scope="row" className="py-2.5 pr-4 text-left font-normal">
              <span className="flex flex-wrap items-baseline justify-between gap-x-3">
                <span>{line.label}</span>
                {line.ratePpm !== undefined && (
                  <span className="text-note text-soft">
                    <Rate ratePpm={line.ratePpm} />
                  </span>
                )}
              </span>
              <Bar from={line.from} to={line.to} order={index + 1} shade={shades[line.kind]} />
              {line.why && (
                <Why question={whyLabel} className="-mb-2 text-note">
                  {line.why}
                </Why>
              )}
            </th>
            <td className="py-2.5 text-right align-top">
              <Amount amountMicros={line.amountMicros} roomFor={roomFor} flow="out" />
            </td>
          </tr>
        ))}
        <tr className="border-y-2 border-ink">
          <th scope="row" className="py-3 pr-4 text-left font-semibold">
            {netLabel}
            <Bar
              from={0}
              to={percent(netMicros, grossMicros)}
              order={lines.length + 1}
              shade="hatch-solid text-accent"
            />
          </th>
          <td className="py-3 text-right align-top font-bold">
            <Amount amountMicros={netMicros} roomFor={roomFor} />
          </td>
        </tr>
      </tbody>
    </table>
  );
}
