"use client";

import { useEffect, useState } from "react";
import { useTranslations } from "use-intl/react";
import { formatDuration } from "@/lib/time/duration";

/** "in 43 seconds", counted by the chain's time as it stood when the page was drawn. */
export function TimeLeft({ untilMs, asOfMs }: { untilMs: number; asOfMs: number }) {
  const t = useTranslations("stake.time");
  const [seconds, setSeconds] = useState(Math.ceil((untilMs - asOfMs) / 1000));
  useEffect(() => {
    const startedAt = Date.now();
    const count = () => setSeconds(Math.ceil((untilMs - asOfMs - (Date.now() - startedAt)) / 1000));
    count();
    const timer = setInterval(count, 1_000);
    return () => clearInterval(timer);
  }, [untilMs, asOfMs]);
  return <span>{seconds > 0 ? t("in", { wait: formatDuration(seconds) }) : t("now")}</span>;
}
