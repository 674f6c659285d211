import {
  axisDollars,
  axisTimes,
  isWithinDays,
  niceTicks,
  placePoints,
  type TimePoint,
} from "@/components/charts/time-scale";
import { Amount } from "@/components/money/amount";
import { cn } from "@/components/ui/cn";
import { Table } from "@/components/ui/table";
import { Why } from "@/components/ui/why";

export type TimeSeries = {
  id: string;
  label: string;
  points: readonly TimePoint[];
  /** area: shaded to zero · line · dashes */
  mark?: "area" | "line" | "dashes";
  /** step: the value holds until the next point */
  step?: boolean;
  tone?: "accent" | "ink" | "soft";
};

export type TimeChartProps = {
  /** Names the drawing and the table behind it. */
  caption: string;
  /** where the caption stands above already */
  hideCaption?: boolean;
  /** What the drawing shows, in a sentence, for those who do not see it. */
  summary: string;
  series: readonly TimeSeries[];
  timeZone: string;
  tableLabel?: string;
  className?: string;
};

const tones = { accent: "text-accent", ink: "text-ink", soft: "text-soft" } as const;

function outline(places: readonly { x: number; y: number }[], step: boolean): { x: number; y: number }[] {
  if (!step) return [...places];
  return places.flatMap((place, index) => {
    const before = places[index - 1];
    return before ? [{ x: place.x, y: before.y }, place] : [place];
  });
}

/** Amounts over time, drawn on the server; all exact figures stand in the table beneath. */
export function TimeChart({
  caption,
  hideCaption,
  summary,
  series,
  timeZone,
  tableLabel = "Show these figures as a table",
  className,
}: TimeChartProps) {
  const times = [...new Set(series.flatMap((one) => one.points.map((point) => point.at.getTime())))].sort(
    (a, b) => a - b,
  );
  const from = times[0] ?? 0;
  const to = times.at(-1) ?? 0;
  const largest = Math.max(
    0,
    ...series.flatMap((one) => one.points.map((p) => Number(p.amountMicros) / 1e6)),
  );
  const ticks = niceTicks(largest);
  const top = ticks.at(-1) ?? 1;
  const percent = (share: number) => `${Math.round(share * 10_000) / 100}%`;
  const drawn = series.map((one) => ({
    ...one,
    places: outline(placePoints(one.points, { from, to, top }), one.step ?? false),
  }));
  const marks = axisTimes({ from, to, timeZone });
  const clock = isWithinDays(from, to) ? ({ hour: "numeric", minute: "2-digit" } as const) : {};
  const when = new Intl.DateTimeFormat("en-US", { timeZone, month: "short", day: "numeric", ...clock });
  return (
    <figure className={className}>
      <figcaption className="mb-3 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-2">
        <span className={cn("font-semibold", hideCaption && "sr-only")}>{caption}</span>
        <span className="flex flex-wrap gap-x-5 gap-y-1 text-note">
          {drawn.map((one) => (
            <span key={one.id} className="inline-flex items-center gap-2">
              <svg width="26" height="12" aria-hidden="true" className={tones[one.tone ?? "ink"]}>
                <path
                  d="M0 6h26"
                  stroke="currentColor"
                  strokeWidth="3"
                  strokeDasharray={one.mark === "dashes" ? "5 3" : undefined}
                />
              </svg>
              {one.label}
            </span>
          ))}
        </span>
      </figcaption>
      <div role="img" aria-label={summary} className="relative mr-1 mb-7 ml-16 h-56 sm:h-72">
        {ticks.map((tick) => (
          <div
            key={tick}
            className={cn("absolute inset-x-0 border-t", tick === 0 ? "border-ink" : "border-rule")}
            style={{ top: percent(1 - tick / top) }}
          >
            <span className="absolute right-full mr-2 -translate-y-1/2 text-label text-soft">
              {axisDollars(tick)}
            </span>
          </div>
        ))}
        {drawn.map(
          (one) =>
            one.mark === "area" &&
            one.places.length > 1 && (
              <div
                key={one.id}
                className={cn("hatch-diagonal absolute inset-0 opacity-30", tones[one.tone ?? "ink"])}
                style={{
                  clipPath: `polygon(${percent(one.places[0]?.x ?? 0)} 100%, ${one.places
                    .map((place) => `${percent(place.x)} ${percent(place.y)}`)
                    .join(", ")}, ${percent(one.places.at(-1)?.x ?? 1)} 100%)`,
                }}
              />
            ),
        )}
        <svg
          viewBox="0 0 1000 1000"
          preserveAspectRatio="none"
          aria-hidden="true"
          className="absolute inset-0 size-full overflow-visible"
        >
          {drawn.map((one) => (
            <polyline
              key={one.id}
              points={one.places.map((p) => `${Math.round(p.x * 1000)},${Math.round(p.y * 1000)}`).join(" ")}
              fill="none"
              stroke="currentColor"
              strokeWidth="2.5"
              strokeLinejoin="round"
              strokeDasharray={one.mark === "dashes" ? "7 4" : undefined}
              vectorEffect="non-scaling-stroke"
              className={tones[one.tone ?? "ink"]}
            />
          ))}
        </svg>
        {times.length > 1 &&
          marks.map((mark) => (
            <span
              key={mark.share}
              className={cn(
                "absolute top-full mt-1.5 text-label whitespace-nowrap text-soft",
                mark.share === 1 ? "-translate-x-full" : mark.share > 0 && "-translate-x-1/2",
              )}
              style={{ left: percent(mark.share) }}
            >
              {mark.label}
            </span>
          ))}
      </div>
      <Why question={tableLabel}>
        <Table
          dense
          caption={caption}
          hideCaption
          className="max-h-96 overflow-y-auto"
          rows={[...times].reverse()}
          rowKey={(time) => String(time)}
          columns={[
            { id: "at", head: "Date", rowHead: true, cell: (time) => when.format(new Date(time)) },
            ...series.map((one) => {
              const known = new Map(one.points.map((point) => [point.at.getTime(), point.amountMicros]));
              return {
                id: one.id,
                head: one.label,
                numeric: true,
                cell: (time: number) => {
                  const amountMicros = known.get(time);
                  return amountMicros === undefined ? "–" : <Amount amountMicros={amountMicros} />;
                },
              };
            }),
          ]}
        />
      </Why>
    </figure>
  );
}
