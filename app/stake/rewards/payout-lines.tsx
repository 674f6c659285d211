import { Amount, roomIn } from "@/components/money/amount";
import { Rate } from "@/components/money/rate";
import { Copyable } from "@/components/ui/copyable";
import { Why } from "@/components/ui/why";
import { translator } from "@/lib/messages/server";

type Line = {
  level: "federal" | "state" | "local";
  amountMicros: bigint;
  name?: string;
  statutoryPpm?: number;
  withheldPpm?: number;
  why?: string;
  source?: string;
};

type Payout = {
  grossMicros: bigint;
  operatorFeeMicros: bigint;
  lines: readonly Line[];
  netMicros: bigint;
  txHash?: string;
};

/** One payout from gross to net, in the order the money goes; each tax line can say why. */
export function PayoutLines({ caption, of }: { caption: string; of: Payout }) {
  const t = translator("stake.rewards");
  const roomFor = roomIn([
    of.grossMicros,
    of.operatorFeeMicros,
    of.netMicros,
    ...of.lines.map(({ amountMicros }) => amountMicros),
  ]);
  return (
    <dl aria-label={caption} className="max-w-form border-y-2 border-ink text-ink">
      <Row term={t("colGross")} value={<Amount amountMicros={of.grossMicros} roomFor={roomFor} />} />
      <Row
        term={t("fee")}
        value={<Amount amountMicros={of.operatorFeeMicros} roomFor={roomFor} flow="out" />}
      />
      {of.lines.map((line) => (
        <div
          key={line.level}
          className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 border-t border-rule py-2"
        >
          <dt>
            {t(line.level)}
            {line.name && line.name !== t(line.level) && <span className="text-soft"> · {line.name}</span>}{" "}
            {line.withheldPpm !== undefined && (
              <span className="text-soft">
                <Rate ratePpm={line.withheldPpm} />
              </span>
            )}
          </dt>
          <dd>
            <Amount amountMicros={line.amountMicros} roomFor={roomFor} flow="out" />
          </dd>
          {line.why && (
            <dd className="col-span-2">
              <Why question={t("whyLine")} className="text-note">
                <p>{line.why}</p>
                {line.source && <p className="mt-1">{t("sourceOf", { source: line.source })}</p>}
              </Why>
            </dd>
          )}
        </div>
      ))}
      <div className="flex items-baseline justify-between gap-4 border-t-2 border-ink py-2 font-semibold">
        <dt>{t("net")}</dt>
        <dd>
          <Amount amountMicros={of.netMicros} roomFor={roomFor} />
        </dd>
      </div>
      {of.txHash && (
        <div className="flex items-baseline justify-between gap-4 border-t border-rule py-2 text-note text-soft">
          <dt>{t("transaction")}</dt>
          <dd>
            <Copyable value={of.txHash} what={t("transaction")} shorten />
          </dd>
        </div>
      )}
    </dl>
  );
}

function Row({ term, value }: { term: string; value: React.ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-4 border-t border-rule py-2 first:border-t-0">
      <dt>{term}</dt>
      <dd>{value}</dd>
    </div>
  );
}
