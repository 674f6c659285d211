"use client";

import { useTranslations } from "use-intl/react";
import { Rate } from "@/components/money/rate";
import { Why } from "@/components/ui/why";

export type RateLine = {
  level: "federal" | "state" | "local";
  name: string;
  withheldPpm: bigint;
  why: string;
  source: string;
};

/** The three rates of a wallet, each with its reason and its source. */
export function WithholdingLines({ lines }: { lines: readonly RateLine[] }) {
  const t = useTranslations("stake.rates");
  const total = lines.reduce((sum, line) => sum + line.withheldPpm, 0n);
  return (
    <dl className="max-w-form border-y-2 border-ink">
      {lines.map((line) => (
        <div
          key={line.level}
          className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 border-t border-rule py-2 first:border-t-0"
        >
          <dt>{line.name === t(line.level) ? line.name : `${t(line.level)}: ${line.name}`}</dt>
          <dd className="font-semibold">
            <Rate ratePpm={line.withheldPpm} />
          </dd>
          <dd className="col-span-2">
            <Why question={t("why", { name: line.name })}>
              <p>{line.why}</p>
              <p className="mt-2 text-note">{t("source", { source: line.source })}</p>
            </Why>
          </dd>
        </div>
      ))}
      <div className="flex items-baseline justify-between gap-4 border-t-2 border-ink py-2 font-semibold">
        <dt>{t("together")}</dt>
        <dd>
          <Rate ratePpm={total} />
        </dd>
      </div>
    </dl>
  );
}
