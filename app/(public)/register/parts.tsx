import { NavLink } from "@/app/nav-link";
import { Amount } from "@/components/money/amount";
import { Rate } from "@/components/money/rate";
import { Banner } from "@/components/ui/banner";
import { Copyable } from "@/components/ui/copyable";
import { EmptyState } from "@/components/ui/empty-state";
import { Stat } from "@/components/ui/stat";
import { StatusChip, type Tone } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { translator } from "@/lib/messages/server";
import { formatInstant } from "@/lib/time/instant";
import { type OperatorOverview, quorumLeast } from "@/lib/validators/queries";
import type { CertificationKind, RegisterEntry, RegisterEvent } from "@/lib/validators/register/queries";

const t = translator("public.register");
const reserves = translator("public.reserves");

export function Unknown() {
  return (
    <Banner
      tone="warn"
      title={reserves("unknownTitle")}
      money={reserves("unknownMoney")}
      next={reserves("unknownNext")}
    />
  );
}

/** The command centre's first figures for everybody: money at risk, then duties. */
export function Together({ operators, symbol }: { operators: readonly OperatorOverview[]; symbol: string }) {
  const words = translator("operators.public");
  const sum = (of: (one: OperatorOverview) => bigint) => operators.reduce((all, one) => all + of(one), 0n);
  const seated = operators.filter((one) => one.isOpen);
  const [last] = operators[0]?.lastEpochs ?? [];
  const tookPart = operators.filter(({ lastEpochs: [newest] }) => newest?.signed).length;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      role="group"
      aria-label={words("label")}
      className="mb-10 grid gap-6 border-y-2 border-ink py-6 sm:grid-cols-2 xl:grid-cols-4"
    >
      <Stat
        label={words("customers")}
        value={
          <Amount
            amountMicros={sum((one) => one.activeMicros + one.pendingMicros)}
            decimals={0}
            symbol={symbol}
          />
        }
        note={words("customersNote")}
      />
      <Stat
        label={words("bonds")}
        value={<Amount amountMicros={sum((one) => one.bondMicros)} decimals={0} symbol={symbol} />}
        note={words("bondsNote")}
      />
      <Stat
        label={words("seats")}
        value={words("of", { done: seated.length, all: operators.length })}
        note={words("seatsNote", {
          outside: seated.filter(({ owner }) => owner === "outside").length,
          least: quorumLeast.outside,
        })}
      />
      {last && (
        <Stat
          label={words("duty")}
          value={words("of", { done: tookPart, all: operators.length })}
          note={words("dutyNote", { number: String(last.number) })}
        />
      )}
    </div>
  );
}

const choices = [undefined, "validator", "wallet", "subsidiary"] as const;

export function Kinds({ kind }: { kind: CertificationKind | undefined }) {
  return (
    <nav aria-label={t("filter")} className="mb-6 overflow-x-auto border-b-2 border-ink">
      <ul className="flex gap-1">
        {choices.map((choice) => (
          <li key={choice ?? "all"}>
            <NavLink
              href={choice ? `/register?kind=${choice}` : "/register"}
              aria-current={choice === kind ? "true" : undefined}
              className={`inline-flex min-h-11 items-center px-3 py-2 font-semibold -outline-offset-3 sm:px-4 ${
                choice === kind ? "bg-ink text-paper" : "text-soft hover:text-ink"
              }`}
            >
              {t(`kinds.${choice ?? "all"}`)}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const tones: Record<RegisterEntry["state"], Tone> = {
  approved: "neutral",
  bonded: "busy",
  active: "good",
  exiting: "neutral",
  exited: "neutral",
  jailed: "warn",
  revoked: "bad",
  expired: "warn",
};

export function Entries({
  entries,
  kind,
  timeZone,
  symbol,
}: {
  entries: RegisterEntry[];
  kind: CertificationKind | undefined;
  timeZone: string;
  symbol: string;
}) {
  if (entries.length === 0)
    return <EmptyState title={t("emptyTitle")}>{t(kind ? "emptyKind" : "empty")}</EmptyState>;
  return (
    <Table
      caption={t("caption")}
      hideCaption
      phone="stack"
      rows={entries}
      rowKey={({ kind: of, operatorId }) => `${of} ${operatorId}`}
      columns={[
        {
          id: "name",
          head: t("who"),
          rowHead: true,
          cell: (one) => (
            <>
              <span className="block">{one.name}</span>
              <span className="block text-note font-normal text-soft">
                {t(`for.${one.kind}`)}, {t(one.isAffiliated ? "ours" : "outside")}
              </span>
            </>
          ),
        },
        {
          id: "state",
          head: t("state"),
          cell: (one) => (
            <>
              <StatusChip tone={tones[one.state]}>{t(`states.${one.state}`)}</StatusChip>
              {one.state === "revoked" && (
                <span className="mt-1 block max-w-xs text-note">
                  {one.revokedBecause ?? t("reasonUnknown")}
                  {one.orderHash && (
                    <span className="block text-soft">
                      {t("seal")} <Copyable value={one.orderHash} what={t("seal")} shorten />
                    </span>
                  )}
                </span>
              )}
            </>
          ),
        },
        {
          id: "until",
          head: t("until"),
          className: "text-note",
          cell: (one) => {
            if (one.state === "revoked" || one.state === "exited")
              return t("ended", { at: formatInstant(one.stateSince, timeZone) });
            return one.certifiedUntil ? formatInstant(one.certifiedUntil, timeZone) : t("never");
          },
        },
        {
          id: "bond",
          head: t("bond"),
          numeric: true,
          cell: (one) => <Amount amountMicros={one.bondMicros} decimals={2} symbol={symbol} />,
        },
        {
          id: "fee",
          head: t("fee"),
          numeric: true,
          cell: (one) => <Rate ratePpm={one.commissionPpm} />,
        },
        {
          id: "record",
          head: t("record"),
          numeric: true,
          cell: ({ record }) =>
            record.seats === 0 ? (
              t("noRecord")
            ) : (
              <>
                {t("signedOf", { signed: record.signed, seats: record.seats })}
                {record.refused + record.wrong > 0 && (
                  <span className="block text-note text-soft">
                    {t("refusedOrWrong", { refused: record.refused, wrong: record.wrong })}
                  </span>
                )}
              </>
            ),
        },
        { id: "strikes", head: t("strikes"), numeric: true, cell: (one) => one.strikes },
        {
          id: "paid",
          head: t("paid"),
          numeric: true,
          cell: ({ record }) => <Amount amountMicros={record.paidMicros} decimals={2} symbol={symbol} />,
        },
      ]}
    />
  );
}

const reasons = ["missed", "wrong reveal", "canary", "double sign", "bad entry"] as const;
const slugOf = {
  missed: "missed",
  "wrong reveal": "wrong",
  canary: "canary",
  "double sign": "double",
  "bad entry": "entry",
} as const;

function why({ kind, reason }: RegisterEvent): string {
  const known = reasons.find((one) => one === reason);
  if (known) return t(`reasons.${slugOf[known]}`);
  if (kind === "struck" || kind === "slashed" || kind === "revoked") return t("byOrder");
  return "";
}

export function Marks({
  marks,
  timeZone,
  symbol,
}: {
  marks: RegisterEvent[];
  timeZone: string;
  symbol: string;
}) {
  if (marks.length === 0) return <EmptyState title={t("marksEmpty")}>{t("marksEmptyNote")}</EmptyState>;
  return (
    <Table
      caption={t("marksTitle")}
      hideCaption
      phone="stack"
      rows={marks}
      rowKey={(one) => `${one.at.getTime()} ${one.operatorId} ${one.kind} ${one.strikes ?? ""}`}
      columns={[
        { id: "who", head: t("who"), rowHead: true, cell: ({ name }) => name },
        { id: "what", head: t("what"), cell: ({ kind }) => t(`marks.${kind}`) },
        { id: "why", head: t("why"), cell: why },
        {
          id: "taken",
          head: t("taken"),
          numeric: true,
          cell: ({ slashedMicros }) =>
            slashedMicros > 0n ? (
              <Amount amountMicros={slashedMicros} decimals={2} symbol={symbol} />
            ) : (
              t("nothing")
            ),
        },
        {
          id: "when",
          head: t("when"),
          className: "text-note",
          cell: ({ at }) => formatInstant(at, timeZone),
        },
      ]}
    />
  );
}
