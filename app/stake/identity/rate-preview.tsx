"use client";

import { useEffect, useState } from "react";
import { useTranslations } from "use-intl/react";
import { Rate } from "@/components/money/rate";
import { Lagging } from "@/components/ui/skeleton";
import { Why } from "@/components/ui/why";
import type { FilingStatus } from "@/lib/tax/figures";
import type { Election } from "@/lib/tax/withholding";
import { act } from "../act";
import { previewRates } from "./actions";

type Line = { level: "federal" | "state" | "local"; name: string; withheldPpm: bigint; why: string; source: string };

/** The three lines as the bank itself would set them, for what stands in the form now. */
export function RatePreview(asked: {
  state: string;
  countyFips: string;
  city: string;
  filingStatus: FilingStatus;
  election: Election;
  otherIncome: string;
}) {
  const t = useTranslations("stake.rates");
  const [lines, setLines] = useState<Line[] | null>(null);
  const [lagging, setLagging] = useState(false);
  const key = JSON.stringify(asked);

  useEffect(() => {
    const input = JSON.parse(key) as typeof asked;
    if (!input.countyFips) {
      setLines(null);
      return;
    }
    let gone = false;
    setLagging(true);
    const timer = setTimeout(async () => {
      const answer = await act(() => previewRates(input));
      if (gone) return;
      setLagging(false);
      if (answer.ok) setLines(answer.data);
    }, 300);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [key]);

  if (!lines) return <p className="border-y border-rule py-4 text-soft">{t("chooseCounty")}</p>;
  const total = lines.reduce((sum, line) => sum + line.withheldPpm, 0n);
  return (
    <Lagging lagging={lagging}>
      <div className="border-y-2 border-ink py-4" aria-live="polite">
        <p className="mb-2 font-semibold">{t("title")}</p>
        <dl>
          {lines.map((line) => (
            <div key={line.level} className="border-t border-rule py-2 first:border-t-0">
              <div className="flex items-baseline justify-between gap-4">
                <dt>
                  {t(line.level)}: {line.name}
                </dt>
                <dd className="font-semibold">
                  <Rate ratePpm={line.withheldPpm} />
                </dd>
              </div>
              <Why question={t("why", { name: line.name })}>
                <p>{line.why}</p>
                <p className="mt-2 text-note">{t("source", { source: line.source })}</p>
              </Why>
            </div>
          ))}
          <div className="flex items-baseline justify-between gap-4 border-t-2 border-ink pt-2 font-semibold">
            <dt>{t("together")}</dt>
            <dd>
              <Rate ratePpm={total} />
            </dd>
          </div>
        </dl>
      </div>
    </Lagging>
  );
}
