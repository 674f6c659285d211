import { Amount } from "@/components/money/amount";
import { Copyable } from "@/components/ui/copyable";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { StatusChip } from "@/components/ui/status-chip";
import { Table } from "@/components/ui/table";
import { staffPage } from "@/lib/auth/page";
import { env } from "@/lib/env";
import {
  chainNow,
  epochsNow,
  heartbeatsNow,
  jobsNow,
  outboxNow,
  partnersNow,
  reconciliationNow,
  sealNow,
  suspenseNow,
} from "@/lib/operations/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatDuration } from "@/lib/time/duration";
import { formatInstant } from "@/lib/time/instant";
import { HealthStrip } from "../health-strip";
import { Refresh } from "../refresh";

export const metadata = { title: "Operations" };

export default async function OperationsPage() {
  const ctx = await staffPage("operations:read", "/staff/operations");
  const [outbox, chain, jobs, heartbeats, epochs, reconciliation, seal, suspenseMicros, partners] =
    await Promise.all([
      outboxNow(ctx),
      chainNow(ctx),
      jobsNow(ctx),
      heartbeatsNow(ctx),
      epochsNow(ctx),
      reconciliationNow(ctx),
      sealNow(ctx),
      suspenseNow(ctx),
      partnersNow(ctx),
    ]);
  const { timeZone, epochSeconds } = activeProfile();
  return (
    <>
      <Refresh seconds={5} />
      <PageHeader title="Operations" lead="What the bank's machines are doing at this moment." />
      <div className="space-y-12">
        <HealthStrip
          facts={{
            outbox,
            chain,
            jobs,
            heartbeats,
            epoch: epochs[0],
            reconciliation,
            seal,
            suspenseMicros,
            epochSeconds,
          }}
        />
        <Section title="Chain and indexer" lead="Money is credited at final blocks only.">
          <Table
            caption="Block numbers"
            hideCaption
            dense
            rows={[
              { name: "Head of the chain", block: chain.head, note: "as the node says" },
              { name: "Final", block: chain.finalized, note: "the last block that may be credited" },
              ...chain.indexed.map(({ name, blockNumber, ageSeconds }) => ({
                name: `Read by ${name}`,
                block: blockNumber,
                note: `${formatDuration(ageSeconds)} ago`,
              })),
            ]}
            rowKey={({ name }) => name}
            columns={[
              { id: "name", head: "What", rowHead: true, cell: ({ name }) => name },
              { id: "block", head: "Block", numeric: true, cell: ({ block }) => block?.toString() ?? "none" },
              { id: "note", head: "When", cell: ({ note }) => note },
            ]}
          />
        </Section>
        <Section title="Outbox" lead="What the bank wants to happen on the chain, each effect once.">
          <Table
            phone="stack"
            caption="Not yet final"
            dense
            rows={outbox.open}
            rowKey={({ id }) => id}
            empty="Nothing waits to be sent."
            columns={[
              { id: "kind", head: "Effect", rowHead: true, cell: ({ kind }) => kind },
              { id: "sender", head: "Key", cell: ({ sender }) => sender },
              {
                id: "state",
                head: "State",
                cell: ({ state }) => <StatusChip tone="busy">{state}</StatusChip>,
              },
              {
                id: "tx",
                head: "Transaction",
                cell: ({ txHash }) =>
                  txHash ? <Copyable value={txHash} what="transaction hash" shorten /> : "not signed yet",
              },
            ]}
          />
          {outbox.reverted.length > 0 && (
            <Table
              phone="stack"
              className="mt-8"
              caption="Refused by a contract"
              dense
              rows={outbox.reverted}
              rowKey={({ id }) => id}
              columns={[
                { id: "kind", head: "Effect", rowHead: true, cell: ({ kind }) => kind },
                { id: "error", head: "Why", cell: ({ error }) => error ?? "no reason given" },
                { id: "at", head: "When", cell: ({ updatedAt }) => formatInstant(updatedAt, timeZone) },
                {
                  id: "reference",
                  head: "Reference",
                  cell: ({ requestId }) => <Copyable value={requestId} what="reference" shorten />,
                },
              ]}
            />
          )}
        </Section>
        <Section title="Epochs" lead="Rewards flow only out of epochs that the validators have signed.">
          <Table
            phone="stack"
            caption="Newest epochs"
            hideCaption
            dense
            rows={epochs}
            rowKey={({ number, state }) => `${number} ${state}`}
            empty="No epoch has been proposed yet."
            columns={[
              { id: "number", head: "Epoch", rowHead: true, cell: ({ number }) => number.toString() },
              {
                id: "state",
                head: "State",
                cell: ({ state }) => (
                  <StatusChip tone={state === "final" ? "good" : "busy"}>
                    {state === "final" ? "Final" : "Proposed"}
                  </StatusChip>
                ),
              },
              {
                id: "collected",
                head: "Fees collected",
                numeric: true,
                cell: ({ collectedMicros }) => <Amount amountMicros={collectedMicros} />,
              },
              {
                id: "distributed",
                head: "Distributed",
                numeric: true,
                cell: ({ distributedMicros }) => <Amount amountMicros={distributedMicros} />,
              },
              { id: "signers", head: "Signed by", cell: ({ signers }) => signers.join(", ") || "nobody yet" },
              { id: "at", head: "Proposed", cell: ({ proposedAt }) => formatInstant(proposedAt, timeZone) },
            ]}
          />
        </Section>
        <Section
          title="Reconciliation"
          lead="Every minute the books are held against the chain, and against themselves: customers' sums and holds, supply and reserves, debits and credits, each dollar counted once. Any difference stops minting, conversions and the bank's own payouts until people have looked; claims, unstaking and withdrawals go on."
        >
          <Table
            phone="stack"
            caption={
              reconciliation
                ? `Compared at block ${reconciliation.blockNumber}, ${formatInstant(reconciliation.at, timeZone)}`
                : "Not compared yet"
            }
            dense
            rows={reconciliation?.differences ?? []}
            rowKey={({ what }) => what}
            empty={reconciliation ? "Every total is equal." : "The first comparison has not run."}
            columns={[
              { id: "what", head: "Total", rowHead: true, cell: ({ what }) => what },
              {
                id: "expected",
                head: "Should be",
                numeric: true,
                cell: ({ expectedMicros }) => <Amount amountMicros={BigInt(expectedMicros)} decimals={6} />,
              },
              {
                id: "booked",
                head: "Is booked",
                numeric: true,
                cell: ({ bookedMicros }) => <Amount amountMicros={BigInt(bookedMicros)} decimals={6} />,
              },
            ]}
          />
        </Section>
        <Section
          title="Partners"
          lead={
            env.isDemo
              ? "In this demo small stand-ins play the custodian, the valuer and the outside validators, each with its own key."
              : "Those whose signatures the bank needs and cannot make."
          }
        >
          <Table
            phone="stack"
            caption="Partners"
            hideCaption
            dense
            rows={partners}
            rowKey={({ name }) => name}
            columns={[
              { id: "name", head: "Who", rowHead: true, cell: ({ name }) => name },
              { id: "url", head: "Address", cell: ({ url }) => <code className="break-all">{url}</code> },
              {
                id: "state",
                head: "State",
                cell: ({ isUp }) => (
                  <StatusChip tone={isUp ? "good" : "bad"}>{isUp ? "Answers" : "Silent"}</StatusChip>
                ),
              },
            ]}
          />
        </Section>
      </div>
    </>
  );
}
