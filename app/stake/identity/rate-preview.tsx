"use client";

import { useEffect, useState } from "react";
import { useTranslations } from "use-intl/react";
import { act } from "@/app/stake/act";
import { type RateLine, WithholdingLines } from "@/app/stake/withholding-lines";
import { Lagging } from "@/components/ui/skeleton";
import type { FilingStatus } from "@/lib/tax/figures";
import type { Election } from "@/lib/tax/withholding";
import { previewRates } from "./actions";

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
  const [lines, setLines] = useState<RateLine[] | null>(null);
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
  return (
    <Lagging lagging={lagging}>
      <div aria-live="polite">
        <p className="mb-2 font-semibold">{t("title")}</p>
        <WithholdingLines lines={lines} />
      </div>
    </Lagging>
  );
}
