"use client";

import { useEffect, useState } from "react";
import { Amount } from "@/components/money/amount";

/** What has been earned, counted on between two looks at the chain; it never runs past what is known to come. */
export function EarnedTicker({
  earnedMicros,
  perDayMicros,
  untilMs,
  asOfMs,
}: {
  earnedMicros: bigint;
  /** own share of what is being paid out now, for a whole day */
  perDayMicros: bigint;
  untilMs: number;
  asOfMs: number;
}) {
  const [shown, setShown] = useState(earnedMicros);
  useEffect(() => {
    setShown(earnedMicros);
    if (perDayMicros === 0n) return;
    const offset = Date.now() - asOfMs;
    const timer = setInterval(() => {
      const now = Math.min(Date.now() - offset + 0, untilMs);
      const passedMs = BigInt(Math.max(0, Math.floor(now - asOfMs)));
      setShown(earnedMicros + (perDayMicros * passedMs) / 86_400_000n);
      if (now >= untilMs) clearInterval(timer);
    }, 500);
    return () => clearInterval(timer);
  }, [earnedMicros, perDayMicros, untilMs, asOfMs]);
  return <Amount amountMicros={shown} decimals={6} />;
}
