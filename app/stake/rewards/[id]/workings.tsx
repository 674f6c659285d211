import { NavLink } from "@/app/nav-link";
import { Amount } from "@/components/money/amount";
import { cn } from "@/components/ui/cn";
import { DefinitionList } from "@/components/ui/definition-list";
import { Pagination } from "@/components/ui/pagination";
import { Section } from "@/components/ui/section";
import { Table } from "@/components/ui/table";
import { Why } from "@/components/ui/why";
import { translator } from "@/lib/messages/server";
import { formatDollars, formatRate } from "@/lib/money/format";
import { formatNanos, nanoSteps, nanosOf } from "@/lib/rewards/exact";
import type { Stretch } from "@/lib/rewards/explain";
import type { RewardExplained, SourceEpoch } from "@/lib/rewards/queries";
import { unpackRateClass } from "@/lib/tax/split-payout";
import { formatMoment } from "@/lib/time/instant";

const rowsAPage = 40;

type Props = { reward: RewardExplained; operator: string; timeZone: string; page: number };

/** The whole arithmetic of a payout, in the order in which it is done, with every figure that goes into it. */
export function Workings({ reward, operator, timeZone, page: asked }: Props) {
  const { row, explained } = reward;
  const t = translator("reward");
  const moment = (seconds: number, zone = timeZone) => formatMoment(new Date(seconds * 1000), zone);
  const from = explained.fromAt ?? explained.toAt;

  const all = partsOf(reward);
  const pages = Math.max(1, Math.ceil(all.shown.length / rowsAPage));
  const page = Number.isInteger(asked) ? Math.min(Math.max(1, asked), pages) : 1;
  const rows = all.shown.slice((page - 1) * rowsAPage, page * rowsAPage);

  return (
    <Section title={t("how")} lead={t("howLead")}>
      <div className="space-y-10">
        <DefinitionList
          items={[
            {
              term: t("period"),
              value: t("periodValue", { from: moment(from), to: moment(explained.toAt) }),
              note: (
                <>
                  <p>
                    {t("periodUtc", {
                      from: moment(from, "UTC"),
                      to: moment(explained.toAt, "UTC"),
                    })}
                  </p>
                  <p>
                    {t(`periodFrom.${explained.fromBecause}`)}{" "}
                    {t(`periodTo.${explained.toBecause === "class_changed" ? "class_changed" : "paid"}`)}
                  </p>
                </>
              ),
            },
            {
              term: t("operator"),
              value: operator,
              note: t("operatorFee", { rate: commissionOf(explained.stretches) }),
            },
            {
              term: t("rateClass"),
              value: t("rateClassValue", {
                class: row.rateClass.toString(16).padStart(6, "0"),
                version: String(row.ruleVersion),
              }),
            },
          ]}
        />
        <div>
          <h3 className="font-semibold">{t("step1")}</h3>
          <p className="mb-3 max-w-text text-soft">{t("step1Text")}</p>
          <Table
            caption={t("step1")}
            hideCaption
            dense
            phone="stack"
            rows={rows}
            rowKey={({ stretch }) => `${stretch.epoch}-${stretch.fromAt}`}
            columns={[
              {
                id: "epoch",
                head: t("epoch"),
                rowHead: true,
                className: "font-normal",
                cell: ({ stretch }) => (
                  <>
                    <span className="font-semibold">
                      <span className="sm:hidden">{t("epoch")} </span>
                      {stretch.epoch - 1}
                    </span>
                    <span className="block text-soft">
                      {t("epochWhen", { from: moment(stretch.fromAt), to: moment(stretch.toAt) })}
                    </span>
                    <Why question={t("sources")} className="-mb-2 max-w-text font-normal">
                      <Sources
                        stretch={stretch}
                        source={reward.sources.get(stretch.epoch - 1)}
                        operator={operator}
                      />
                    </Why>
                  </>
                ),
              },
              {
                id: "paid",
                head: t("paidOut"),
                numeric: true,
                cell: ({ stretch }) => <Amount amountMicros={stretch.paidMicros} decimals={6} />,
              },
              {
                id: "own",
                head: `× ${t("yourStake")}`,
                numeric: true,
                cell: ({ stretch }) => <Amount amountMicros={stretch.ownShares} />,
              },
              {
                id: "all",
                head: `÷ ${t("allStake")}`,
                numeric: true,
                cell: ({ stretch }) => <Amount amountMicros={stretch.allShares} />,
              },
              {
                id: "part",
                head: `= ${t("yourPart")}`,
                numeric: true,
                cell: ({ nanos }) => <span className="tabular-nums">{formatNanos(nanos)}</span>,
              },
            ]}
          />
          <p className="flex flex-wrap justify-between gap-x-6 border-b-2 border-ink py-2 text-note font-semibold">
            <span>{t("sumAll", { count: all.shown.length })}</span>
            <span className="tabular-nums">{formatNanos(all.sum)}</span>
          </p>
          <Pagination
            page={page}
            pages={pages}
            link={NavLink}
            label={t("pages")}
            href={(to) => `/stake/rewards/${row.id}?page=${to}`}
          />
          {all.quiet > 0 && <p className="mt-2 text-note text-soft">{t("quiet", { count: all.quiet })}</p>}
        </div>
        <Totals reward={reward} sum={all.sum} />
      </div>
    </Section>
  );
}

/** The rows with money in them, each with its part as the step of the running total, so that they sum. */
function partsOf({ explained: { stretches, carriedIn } }: RewardExplained) {
  const base = nanoSteps(
    stretches.map(({ own }) => own.base),
    carriedIn.base,
  );
  const fee = nanoSteps(
    stretches.map(({ own }) => own.fee),
    carriedIn.fee,
  );
  const rows = stretches.map((stretch, i) => ({
    stretch,
    nanos: (base[i] as bigint) + (fee[i] as bigint),
  }));
  const shown = rows.filter(({ stretch }) => stretch.paidMicros > 0n);
  return {
    shown,
    quiet: rows.length - shown.length,
    sum: rows.reduce((sum, { nanos }) => sum + nanos, 0n),
  };
}

function commissionOf(stretches: readonly Stretch[]): string {
  const rates = new Set(
    stretches
      .filter(({ paidMicros }) => paidMicros >= 10_000n)
      .map(({ paidFeeMicros, paidMicros }) => (paidFeeMicros * 10_000n + paidMicros / 2n) / paidMicros),
  );
  return [...rates].map((bps) => formatRate(bps * 100n)).join(", ") || "–";
}

function Sources({
  stretch,
  source,
  operator,
}: {
  stretch: Stretch;
  source: SourceEpoch | undefined;
  operator: string;
}) {
  const t = translator("reward");
  if (!source) return <p>{t("sourcesHidden")}</p>;
  const { collectedMicros, distributedMicros, fees } = source;
  const kinds = fees.map(({ kind, micros }) => t(`kind.${kind}`, { amount: formatDollars(micros) }));
  return (
    <div className="space-y-1.5">
      <p>
        {collectedMicros > 0n
          ? t("collected", {
              epoch: source.number,
              amount: formatDollars(collectedMicros),
              kinds: kinds.join(", "),
            })
          : t("collectedNothing", { epoch: source.number })}{" "}
        {distributedMicros === collectedMicros
          ? t("sharedAll")
          : t("sharedPart", {
              amount: formatDollars(distributedMicros),
              waiting: formatDollars(source.carriedMicros),
            })}
      </p>
      <p>
        {source.signed
          ? t("operatorPart", {
              operator,
              stake: formatDollars(source.operatorStakeMicros),
              all: formatDollars(source.signersStakeMicros),
              amount: formatDollars(source.operatorGrossMicros),
            })
          : t("operatorMissed", { operator })}
      </p>
      {stretch.paidMicros !== stretch.wholeMicros && (
        <p>
          {t("dripped", {
            part: formatDollars(stretch.paidMicros),
            whole: formatDollars(stretch.wholeMicros),
          })}
        </p>
      )}
      <p>
        {t("feePart", {
          own: formatNanos(nanosOf(stretch.own.fee)),
          fee: formatDollars(stretch.paidFeeMicros),
        })}
      </p>
    </div>
  );
}

function Totals({ reward: { row, explained, recomputed }, sum }: { reward: RewardExplained; sum: bigint }) {
  const t = translator("reward");
  const levels = translator("stake.rewards");
  const { carriedIn, kept, exact, carriedOut } = explained;
  const carried = nanosOf(carriedIn.base) + nanosOf(carriedIn.fee);
  const fee = nanosOf(exact.fee);
  const base = nanosOf(exact.base);
  const cutOff = fee + base - carried - sum;
  const baseMicros = recomputed.grossMicros - recomputed.operatorFeeMicros;
  const class_ = unpackRateClass(row.rateClass);
  const taxes = (["federal", "state", "local"] as const).map((level) => ({
    level,
    ratePpm: BigInt(class_[level]) * 5_000n,
    nanos: baseMicros * BigInt(class_[level]) * 5n,
    micros: recomputed[`${level}Micros`],
  }));
  const taxDust = taxes.reduce((all, { nanos, micros }) => all + nanos - micros * 1_000n, 0n);
  const dust = nanosOf(carriedOut.base) + nanosOf(carriedOut.fee);

  return (
    <div className="grid gap-x-14 gap-y-10 lg:grid-cols-2">
      <Sum title={t("step2")}>
        {carried !== 0n && <Line term={t("carriedIn")} exact={carried} />}
        <Line term={t("parts")} exact={sum} />
        {kept.length > 0 && cutOff !== 0n && <Line term={t("kept")} exact={cutOff} />}
        <Line term={t("ofThemFee")} exact={fee} micros={recomputed.operatorFeeMicros} />
        <Line term={t("restAfterFee")} exact={base} micros={baseMicros} />
        <Line term={t("gross")} micros={recomputed.grossMicros} total />
      </Sum>
      <Sum title={t("step3")}>
        {taxes.map(({ level, ratePpm, nanos, micros }) => (
          <Line
            key={level}
            term={t("taxOf", {
              level: levels(level),
              rate: formatRate(ratePpm),
              base: formatDollars(baseMicros),
            })}
            exact={nanos}
            micros={micros}
          />
        ))}
        <Line term={t("netIs")} micros={recomputed.netMicros} total />
      </Sum>
      <div className="lg:col-span-2">
        <h3 className="mb-2 font-semibold">{t("step4")}</h3>
        <div className="max-w-text space-y-1 text-soft">
          <p>{dust > 0n ? t("dust", { amount: formatNanos(dust) }) : t("noDust")}</p>
          {taxDust > 0n && <p>{t("dustTax", { amount: formatNanos(taxDust) })}</p>}
        </div>
      </div>
    </div>
  );
}

function Sum({ title, children }: { title: string; children: React.ReactNode }) {
  const t = translator("reward.column");
  return (
    <table className="w-full border-collapse border-y-2 border-ink text-left text-note">
      <caption className="pb-2 text-left text-base font-semibold">{title}</caption>
      <thead>
        <tr className="border-b border-ink text-label text-soft">
          <th scope="col" className="py-2 pr-4 font-semibold">
            {t("what")}
          </th>
          <th scope="col" className="py-2 pr-4 text-right font-semibold">
            {t("exact")}
          </th>
          <th scope="col" className="py-2 text-right font-semibold">
            {t("counted")}
          </th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function Line({
  term,
  exact,
  micros,
  total,
}: {
  term: string;
  exact?: bigint;
  micros?: bigint;
  total?: boolean;
}) {
  return (
    <tr className={total ? "border-t-2 border-ink font-semibold" : "border-t border-rule first:border-t-0"}>
      <th scope="row" className={cn("py-2 pr-4 align-top", !total && "font-normal")}>
        {term}
      </th>
      <td className="py-2 pr-4 text-right align-top whitespace-nowrap tabular-nums">
        {exact !== undefined && formatNanos(exact)}
      </td>
      <td className="py-2 text-right align-top">
        {micros !== undefined && <Amount amountMicros={micros} decimals={6} />}
      </td>
    </tr>
  );
}
