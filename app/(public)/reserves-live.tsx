"use client";

import { useEffect, useState } from "react";
import { ReserveBalance } from "@/components/charts/reserve-balance";
import { Amount } from "@/components/money/amount";
import { formatDollars, formatShare } from "@/lib/money/format";
import type { ReservesWire } from "./reserves-wire";

export type LiveWords = {
  held: string;
  issued: string;
  cover: string;
  balance: string;
  asOf: string;
  stale: string;
  unknown: string;
};

const pollMs = 15_000;

/** Holds the last known count when a new one cannot be had; never shows a zero that was not counted. */
export function ReservesLive({
  first,
  symbol,
  timeZone,
  words,
}: {
  first: ReservesWire | null;
  symbol: string;
  timeZone: string;
  words: LiveWords;
}) {
  const [count, setCount] = useState(first);
  const [stale, setStale] = useState(false);

  useEffect(() => {
    const poll = async () => {
      if (document.hidden) return;
      try {
        const response = await fetch("/api/public/reserves", { cache: "no-store" });
        if (!response.ok) throw new Error(String(response.status));
        setCount((await response.json()) as ReservesWire);
        setStale(false);
      } catch {
        setStale(true);
      }
    };
    const timer = setInterval(poll, pollMs);
    return () => clearInterval(timer);
  }, []);

  if (!count) return <p className="py-16 text-center text-soft">{words.unknown}</p>;

  const heldMicros = BigInt(count.lendableMicros);
  const supplyMicros = BigInt(count.supplyMicros);
  const time = new Intl.DateTimeFormat("en-US", {
    timeZone,
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  }).format(new Date(count.asOf));
  const label = words.balance
    .replace("{held}", formatDollars(heldMicros))
    .replace("{issued}", formatDollars(supplyMicros));
  return (
    <>
      <ReserveBalance
        reservesMicros={heldMicros}
        supplyMicros={supplyMicros}
        label={label}
        className="mx-auto w-full max-w-md"
      />
      <dl className="mt-2 border-t-2 border-ink sm:grid sm:grid-cols-2 sm:gap-x-4">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 border-rule py-2 sm:block sm:border-r sm:py-3 sm:pr-3">
          <dt className="text-note text-soft">{words.held}</dt>
          <dd className="font-display text-heading font-medium">
            <Amount amountMicros={heldMicros} decimals={2} />
          </dd>
        </div>
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 border-t border-rule py-2 sm:block sm:border-t-0 sm:py-3 sm:text-right">
          <dt className="text-note text-soft">{words.issued}</dt>
          <dd className="font-display text-heading font-medium">
            <Amount amountMicros={supplyMicros} decimals={2} symbol={symbol} />
          </dd>
        </div>
        <div className="col-span-2 flex flex-wrap items-baseline justify-between gap-x-4 border-t border-rule py-3">
          <dt className="font-semibold">{words.cover}</dt>
          <dd className="font-bold text-good">{formatShare(heldMicros, supplyMicros)}</dd>
        </div>
      </dl>
      <p className="text-label text-soft" data-stale={stale || undefined}>
        {(stale ? words.stale : words.asOf).replace("{time}", time)}
      </p>
    </>
  );
}
