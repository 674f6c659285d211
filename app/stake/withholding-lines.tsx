import { Rate } from "@/components/money/rate";
import { Why } from "@/components/ui/why";
import { translator } from "@/lib/messages/server";
import type { WithholdingLine } from "@/lib/tax/withholding";

/** The three rates of a wallet, each with its reason and its source. */
export function WithholdingLines({ lines }: { lines: readonly WithholdingLine[] }) {
  const t = translator("stake.rates");
  const total = lines.reduce((sum, line) => sum + line.withheldPpm, 0n);
  return (
    <dl className="max-w-form border-y-2 border-ink">
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
      <div className="flex items-baseline justify-between gap-4 border-t-2 border-ink py-2 font-semibold">
        <dt>{t("together")}</dt>
        <dd>
          <Rate ratePpm={total} />
        </dd>
      </div>
    </dl>
  );
}
