import { TimeChart } from "@/components/charts/time-chart";
import { Amount, roomIn } from "@/components/money/amount";
import { Banner } from "@/components/ui/banner";
import { Copyable } from "@/components/ui/copyable";
import { DefinitionList } from "@/components/ui/definition-list";
import { EmptyState } from "@/components/ui/empty-state";
import { Stat } from "@/components/ui/stat";
import { StatusChip, type Tone } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import type { Deployment } from "@/lib/chain/addresses";
import { contractNames } from "@/lib/chain/addresses";
import type { reservesHistory, reservesNow } from "@/lib/collateral/queries";
import type { EpochRow, feesAndRewards } from "@/lib/epochs/queries";
import { translator } from "@/lib/messages/server";
import { formatDollars, formatShare } from "@/lib/money/format";
import { formatInstant } from "@/lib/time/instant";
import { readFinding } from "@/lib/validators/finding";
import { refusalSentence } from "@/lib/validators/refusal-sentence";

const t = translator("public.reserves");
const whole = translator("public");

type Now = Awaited<ReturnType<typeof reservesNow>>;
type History = Awaited<ReturnType<typeof reservesHistory>>;
type Fees = Awaited<ReturnType<typeof feesAndRewards>>;

/** Stands in for a part whose figures could not be read; the other parts stay. */
export function Unknown() {
  return <Banner tone="warn" title={t("unknownTitle")} money={t("unknownMoney")} next={t("unknownNext")} />;
}

export function Cover({ now, symbol }: { now: Now; symbol: string }) {
  const covered = now.lendableMicros >= now.supplyMicros;
  const share = formatShare(now.lendableMicros, now.supplyMicros);
  return (
    <>
      <div className="grid gap-6 border-y-2 border-ink py-6 sm:grid-cols-3">
        <Stat
          label={t("market")}
          note={t("marketNote")}
          value={<Amount amountMicros={now.marketMicros} decimals={2} />}
        />
        <Stat
          label={t("lendable")}
          note={t("lendableNote")}
          value={<Amount amountMicros={now.lendableMicros} decimals={2} />}
        />
        <Stat
          label={t("supply")}
          note={t("supplyNote")}
          value={<Amount amountMicros={now.supplyMicros} decimals={2} symbol={symbol} />}
        />
      </div>
      <Banner
        className="mt-5"
        tone={covered ? "success" : "error"}
        title={t(covered ? "yes" : "no", { share })}
      />
      {now.stale && <Banner className="mt-3" tone="warn" title={t("stale")} />}
    </>
  );
}

export function Classes({ now }: { now: Now }) {
  return (
    <Table
      caption={t("classTitle")}
      hideCaption
      phone="stack"
      rows={now.byClass}
      rowKey={(row) => String(row.class)}
      empty={t("classEmpty")}
      columns={[
        {
          id: "class",
          head: t("class"),
          rowHead: true,
          cell: (row) => whole(`class.${row.class}` as "class.0"),
        },
        { id: "positions", head: t("positions"), numeric: true, cell: (row) => row.positions },
        {
          id: "market",
          head: t("market"),
          numeric: true,
          cell: (row) => <Amount amountMicros={row.marketMicros} decimals={2} />,
        },
        {
          id: "lendable",
          head: t("lendable"),
          numeric: true,
          cell: (row) => <Amount amountMicros={row.lendableMicros} decimals={2} />,
        },
      ]}
    />
  );
}

export function OverTime({ history, timeZone }: { history: History; timeZone: string }) {
  const last = history.at(-1);
  if (!last) return <EmptyState title={t("historyEmpty")} />;
  const line = (pick: (day: History[number]) => bigint) =>
    history.map((day) => ({ at: day.at, amountMicros: pick(day) }));
  return (
    <TimeChart
      caption={t("history")}
      summary={t("historySummary", {
        market: formatDollars(last.marketMicros, { decimals: 2 }),
        lendable: formatDollars(last.lendableMicros, { decimals: 2 }),
        supply: formatDollars(last.supplyMicros, { decimals: 2 }),
      })}
      tableLabel={t("table")}
      timeZone={timeZone}
      series={[
        {
          id: "market",
          label: t("market"),
          mark: "area",
          tone: "soft",
          points: line((day) => day.marketMicros),
        },
        {
          id: "lendable",
          label: t("lendable"),
          mark: "dashes",
          tone: "ink",
          points: line((day) => day.lendableMicros),
        },
        { id: "supply", label: t("supply"), tone: "accent", points: line((day) => day.supplyMicros) },
      ]}
    />
  );
}

const isRefused = ({ state, verdicts }: EpochRow) =>
  state !== "final" &&
  state !== "canary" &&
  2 * verdicts.filter(({ verdict }) => verdict === "refused").length > verdicts.length;

/** What is found in an epoch, each once, with who says so. */
function findingsOf(row: EpochRow): { names: string; sentence: string }[] {
  const byFinding = new Map<string, string[]>();
  for (const { verdict, name, findings } of row.verdicts) {
    if (verdict !== "refused") continue;
    const sentence = refusalSentence(readFinding(findings[0]));
    byFinding.set(sentence, [...(byFinding.get(sentence) ?? []), name]);
  }
  return [...byFinding].map(([sentence, names]) => ({ names: listed(names), sentence }));
}

const listed = (names: readonly string[]) => new Intl.ListFormat("en-US").format(names);

/** While an epoch that is not final is refused, it stands above everything else. */
export function StandingRefusal({ epochs }: { epochs: readonly EpochRow[] }) {
  const lastFinal = epochs.findIndex(({ state }) => state === "final");
  const open = lastFinal === -1 ? epochs : epochs.slice(0, lastFinal);
  const refused = open.find(
    ({ state, verdicts }) => state !== "canary" && verdicts.some(({ verdict }) => verdict === "refused"),
  );
  if (!refused) return null;
  const findings = findingsOf(refused);
  return (
    <Banner
      tone="error"
      live
      className="mb-8"
      title={t("refusalTitle", {
        number: refused.number.toString(),
        sentence: findings.map(({ sentence }) => sentence).join(" "),
      })}
      money={t("refusalMoney")}
      next={t("refusalNext")}
    >
      {findings.map(({ names, sentence }) => (
        <p key={sentence}>{t("refusalBy", { names })}</p>
      ))}
    </Banner>
  );
}

const tones: Record<EpochRow["state"], Tone> = {
  proposed: "busy",
  final: "good",
  replaced: "neutral",
  canary: "neutral",
};

export function Epochs({ epochs, timeZone }: { epochs: EpochRow[]; timeZone: string }) {
  return (
    <Table
      caption={t("epochsTitle")}
      hideCaption
      phone="stack"
      rows={epochs}
      rowKey={(row) => row.digest}
      empty={t("epochsEmpty")}
      columns={[
        {
          id: "number",
          head: t("epoch"),
          rowHead: true,
          cell: (row) => `No. ${row.number}`,
          className: "whitespace-nowrap",
        },
        {
          id: "closed",
          head: t("closed"),
          cell: (row) => formatInstant(row.proposedAt, timeZone),
          className: "text-note",
        },
        {
          id: "state",
          head: t("status"),
          cell: (row) =>
            isRefused(row) ? (
              <StatusChip tone="bad">{t("isRefused")}</StatusChip>
            ) : (
              <StatusChip tone={tones[row.state]}>{whole(`status.${row.state}`)}</StatusChip>
            ),
        },
        {
          id: "signed",
          head: t("signed"),
          className: "text-note",
          cell: (row) => {
            const signed = row.verdicts.filter(({ verdict }) => verdict === "signed");
            const refused = row.verdicts.filter(({ verdict }) => verdict === "refused");
            if (row.state === "canary")
              return (
                <>
                  {t("canary")}
                  {refused.length > 0 && (
                    <span className="block text-soft">
                      {t("noticedBy", { names: listed(refused.map(({ name }) => name)) })}
                    </span>
                  )}
                </>
              );
            return (
              <>
                {signed.length > 0 ? signed.map(({ name }) => name).join(", ") : t("nobody")}
                {refused.length > 0 && (
                  <span className="block text-bad">
                    {t("refused")} {refused.map(({ name }) => name).join(", ")}
                    {findingsOf(row).map(({ sentence }) => (
                      <span key={sentence} className="block text-soft">
                        {sentence}
                      </span>
                    ))}
                  </span>
                )}
              </>
            );
          },
        },
        {
          id: "paid",
          head: t("paid"),
          numeric: true,
          cell: (row) => (
            <Amount amountMicros={row.state === "canary" ? 0n : row.distributedMicros} roomFor={4} />
          ),
        },
      ]}
    />
  );
}

/** Sources on the left side of the book, uses on the right: both add up to the same sum. */
export function Sources({ fees }: { fees: Fees }) {
  if (fees.collected.length === 0) return <EmptyState title={t("sourcesEmpty")} />;
  const total = fees.collected.reduce((sum, { micros }) => sum + micros, 0n);
  const roomFor = roomIn([total, fees.distributedMicros, ...fees.collected.map(({ micros }) => micros)]);
  return (
    <div className="grid items-start gap-x-14 gap-y-8 md:grid-cols-2">
      <DefinitionList
        numeric
        items={[
          ...fees.collected.map(({ kind, micros }) => ({
            term: whole(`fee.${kind}`),
            value: <Amount amountMicros={micros} roomFor={roomFor} />,
          })),
          { term: t("in"), value: <Amount amountMicros={total} roomFor={roomFor} />, total: true },
        ]}
      />
      <DefinitionList
        numeric
        items={[
          { term: t("out"), value: <Amount amountMicros={fees.distributedMicros} roomFor={roomFor} /> },
          {
            term: t("waiting"),
            value: <Amount amountMicros={total - fees.distributedMicros} roomFor={roomFor} />,
          },
          { term: t("in"), value: <Amount amountMicros={total} roomFor={roomFor} />, total: true },
        ]}
      />
    </div>
  );
}

export function Contracts({ deployment }: { deployment: Deployment }) {
  return (
    <Table
      caption={t("contractsTitle")}
      hideCaption
      phone="stack"
      rows={contractNames}
      rowKey={(name) => name}
      columns={[
        { id: "what", head: t("what"), rowHead: true, cell: (name) => whole(`contracts.${name}`) },
        {
          id: "address",
          head: t("address"),
          cell: (name) => <Copyable value={deployment.contracts[name]} what={`${t("address")}: ${name}`} />,
        },
      ]}
    />
  );
}
