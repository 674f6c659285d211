import Link from "next/link";
import { EpochLife } from "@/components/charts/epoch-life";
import { ReachBar, VoteRow } from "@/components/charts/vote-row";
import { Amount } from "@/components/money/amount";
import { Rate } from "@/components/money/rate";
import { EmptyState } from "@/components/ui/empty-state";
import { Icon } from "@/components/ui/icon";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { Stat } from "@/components/ui/stat";
import { StatusChip, type Tone } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { staffPage } from "@/lib/auth/page";
import { canCheat } from "@/lib/cheats/queries";
import { lifeOf, type Stage, type StageId } from "@/lib/epochs/life";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant, instantFromChain } from "@/lib/time/instant";
import type { Alert } from "@/lib/validators/alerts";
import { type CommandCentre, commandCentre, type OperatorRow } from "@/lib/validators/queries";
import { Refresh } from "../refresh";

export const metadata = { title: "Command centre" };

const stateWords: Record<string, [word: string, tone: Tone]> = {
  approved: ["Approved", "busy"],
  bonded: ["Bonded", "busy"],
  active: ["Active", "good"],
  exiting: ["Leaving", "warn"],
  exited: ["Left", "neutral"],
  jailed: ["Jailed", "bad"],
  revoked: ["Revoked", "bad"],
};
const voteWords = {
  agreed: ["Agreed", "good"],
  refused: ["Refused", "warn"],
  wrong: ["Wrong digest", "bad"],
  committed: ["Committed", "busy"],
  missed: ["Missed", "bad"],
  waiting: ["Awaited", "neutral"],
} as const satisfies Record<string, readonly [string, Tone]>;
const stageTitles: Record<StageId, string> = {
  batch: "Books proposed",
  commits: "Sealed votes",
  reveals: "Votes opened",
  quorum: "Quorum",
  payout: "Rewards paid",
};
const stageNotes: Record<StageId, (stage: Stage) => string> = {
  batch: () => "The bank stated its totals and roots.",
  commits: ({ done, of }) => `${done} of ${of} operators`,
  reveals: ({ done, of }) => `${done} of ${of} that committed`,
  quorum: ({ done, of, state }) =>
    state === "stopped" ? `Only ${done} of ${of} agree.` : `${done} of ${of} agree`,
  payout: ({ state }) =>
    state === "done" ? "Shared among the operators that signed." : "Nothing flows before the quorum.",
};

export default async function CommandCentrePage() {
  const ctx = await staffPage("operations:read", "/staff/validators");
  const centre = await commandCentre(ctx);
  const { timeZone } = activeProfile();
  return (
    <>
      <Refresh seconds={3} />
      <PageHeader
        title="Command centre"
        lead="What the validators are doing, what it holds up, and what wants a person."
        actions={
          canCheat() && (
            <Link href="/try-to-cheat" prefetch={false} className="link inline-flex min-h-11 items-center">
              Try to cheat (demo)
            </Link>
          )
        }
      />
      <div className="space-y-12">
        <Money centre={centre} timeZone={timeZone} />
        <Section
          title="What to do"
          lead="The costliest first. When nothing stands here, nothing wants a person."
        >
          <Alerts alerts={centre.alerts} />
        </Section>
        <Section title={centre.proposal ? `Epoch ${centre.proposal.number}` : "This epoch"}>
          <Life proposal={centre.proposal} />
        </Section>
        <Section
          title="Operators"
          lead="Their own bond answers for a fault first. The last epochs stand newest at the right."
        >
          <Operators rows={centre.operators} timeZone={timeZone} />
        </Section>
        <Section
          title="Hosts"
          lead="As each validator says of itself; one that does not answer is not listed."
        >
          <Hosts rows={centre.operators} />
        </Section>
      </div>
    </>
  );
}

function Money({ centre, timeZone }: { centre: CommandCentre; timeZone: string }) {
  return (
    <div className="grid gap-6 border-y-2 border-ink py-6 sm:grid-cols-2 xl:grid-cols-4">
      <Stat
        label="Rewards that wait"
        value={<Amount amountMicros={centre.waitingMicros} decimals={2} />}
        note={
          centre.lastFinalAt
            ? `Last epoch final ${formatInstant(centre.lastFinalAt, timeZone)}`
            : "No epoch is final yet"
        }
      />
      <Stat
        label="Shared a day"
        value={<Amount amountMicros={centre.dailyMicros} decimals={2} />}
        note="Over the last seven days"
      />
      <Stat
        label="Bonds"
        value={<Amount amountMicros={centre.bondsMicros} decimals={0} />}
        note="The operators' own, lost first"
      />
      <Stat
        label="Stake delegated"
        value={<Amount amountMicros={centre.stakeMicros} decimals={0} />}
        note="Customers', lost only beyond a bond"
      />
    </div>
  );
}

function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  if (alerts.length === 0)
    return (
      <p className="flex items-center gap-2">
        <Icon name="check" className="text-good" /> Nothing. All operators sit, sign and are bonded.
      </p>
    );
  return (
    <ul className="space-y-4">
      {alerts.map(({ id, severity, what, atStake, action }) => (
        <li key={id} className={`border-l-4 pl-4 ${severity === "act" ? "border-bad" : "border-warn"}`}>
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 font-semibold">
            <StatusChip tone={severity === "act" ? "bad" : "warn"}>
              {severity === "act" ? "Now" : "Soon"}
            </StatusChip>
            {what}
          </p>
          <p className="text-soft">{atStake}</p>
          <p>{action}</p>
        </li>
      ))}
    </ul>
  );
}

const shareOf = (part: bigint, whole: bigint) => (whole > 0n ? Number((part * 10_000n) / whole) / 100 : 0);

function Life({ proposal }: { proposal: CommandCentre["proposal"] }) {
  if (!proposal) return <EmptyState title="No epoch has been proposed yet." />;
  const total = (proposal.neededWeight * 3n) / 2n;
  const share = proposal.isFinal ? 100 : shareOf(proposal.signedWeight, total);
  return (
    <div className="space-y-8">
      {proposal.isCanary && (
        <p className="border-l-2 border-accent pl-4">
          A test: this proposal is wrong on purpose, and {proposal.refused} of {proposal.seats} refuse it, as
          they should. Whoever agrees gets a strike; whoever refuses is paid. The epoch&apos;s own proposal
          follows at once.
        </p>
      )}
      <EpochLife
        label={`Life of epoch ${proposal.number}`}
        stages={lifeOf(proposal).map((stage) => ({
          id: stage.id,
          title: stageTitles[stage.id],
          note: stageNotes[stage.id](stage),
          state: stage.state,
        }))}
      />
      <div className="grid gap-x-14 gap-y-8 lg:grid-cols-2">
        <div>
          <p className="mb-3 font-semibold">Weight that agrees</p>
          <ReachBar
            share={share}
            mark={66.67}
            label={`${Math.round(share)} percent of the weight agrees; two thirds are needed`}
          />
          <p className="mt-3 text-note text-soft">
            {proposal.signedOutside} of at least {proposal.neededOutside} operators outside the bank. The bank
            and its affiliates count for a third at most.
          </p>
        </div>
        <ul className="grid content-start gap-y-2">
          {proposal.seatsOf.map(({ operatorId, name, vote }) => (
            <li
              key={operatorId}
              className="flex items-center justify-between gap-4 border-b border-rule pb-2"
            >
              <span className="min-w-0">{name}</span>
              <StatusChip tone={voteWords[vote][1]}>{voteWords[vote][0]}</StatusChip>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Operators({ rows, timeZone }: { rows: readonly OperatorRow[]; timeZone: string }) {
  return (
    <Table
      phone="stack"
      caption="Operators"
      hideCaption
      dense
      rows={rows}
      rowKey={({ operatorId }) => String(operatorId)}
      empty="Nobody has been certified yet."
      columns={[
        {
          id: "name",
          head: "Operator",
          rowHead: true,
          cell: ({ name, isOfBank }) => (
            <>
              {name}
              {isOfBank && <span className="block text-note text-soft">the bank's own or an affiliate</span>}
            </>
          ),
        },
        {
          id: "state",
          head: "State",
          cell: ({ state, strikes }) => (
            <span className="flex flex-wrap items-center gap-2">
              <StatusChip tone={stateWords[state]?.[1] ?? "neutral"}>
                {stateWords[state]?.[0] ?? state}
              </StatusChip>
              {strikes > 0 && <span className="text-note text-bad">{strikes} strikes</span>}
            </span>
          ),
        },
        {
          id: "record",
          head: "Last epochs",
          cell: ({ votes, name }) =>
            votes.length === 0 ? (
              "none yet"
            ) : (
              <VoteRow
                votes={votes.map(({ number, vote }) => ({ id: number.toString(), vote }))}
                label={`${name}: ${votes.filter(({ vote }) => vote === "agreed").length} of the last ${votes.length} epochs agreed`}
              />
            ),
        },
        {
          id: "bond",
          head: "Bond",
          numeric: true,
          cell: ({ bondMicros }) => <Amount amountMicros={bondMicros} decimals={0} />,
        },
        {
          id: "stake",
          head: "Stake",
          numeric: true,
          cell: ({ stakeMicros }) => <Amount amountMicros={stakeMicros} decimals={0} />,
        },
        {
          id: "fee",
          head: "Fee",
          numeric: true,
          cell: ({ commissionPpm }) => <Rate ratePpm={commissionPpm} />,
        },
        {
          id: "until",
          head: "Certified until",
          cell: ({ certifiedUntil }) =>
            certifiedUntil === undefined
              ? "not limited"
              : formatInstant(instantFromChain(certifiedUntil), timeZone),
        },
      ]}
    />
  );
}

function Hosts({ rows }: { rows: readonly OperatorRow[] }) {
  return (
    <Table
      phone="stack"
      caption="Hosts"
      hideCaption
      dense
      rows={rows.filter(({ state }) => state === "active")}
      rowKey={({ operatorId }) => String(operatorId)}
      empty="No operator sits."
      columns={[
        { id: "name", head: "Validator", rowHead: true, cell: ({ name }) => name },
        {
          id: "says",
          head: "Now",
          cell: ({ host }) => {
            if (!host) return <StatusChip tone="warn">Silent</StatusChip>;
            return host.problem ? (
              <>
                <StatusChip tone="bad">In trouble</StatusChip>
                <span className="mt-1 block text-note">{host.problem}</span>
              </>
            ) : (
              <StatusChip tone="good">Well</StatusChip>
            );
          },
        },
        {
          id: "behind",
          head: "Blocks behind",
          numeric: true,
          cell: ({ host }) => host?.lagBlocks.toString() ?? "unknown",
        },
      ]}
    />
  );
}
