import type { CommandContext } from "@/lib/auth/actor";
import { gauge } from "@/lib/metrics";
import { machinesNow } from "@/lib/operations/queries";

/** Fills the gauges that are read from the books and the chain when somebody asks. */
export async function readGauges(ctx: CommandContext): Promise<void> {
  const { outbox, chain, jobs, heartbeats, epoch, reconciliation, seal } = await machinesNow(ctx);

  const intents = gauge("granary_outbox_intents", "Chain effects by state", ["state"]);
  intents.reset();
  for (const [state, n] of Object.entries(outbox.byState)) intents.set({ state }, n);
  gauge("granary_outbox_oldest_open_seconds", "Age of the oldest unfinished chain effect").set(
    outbox.oldestOpenSeconds,
  );

  const blocks = gauge("granary_chain_block", "Block numbers by what they stand for", ["what"]);
  blocks.reset();
  if (chain.head !== null) blocks.set({ what: "head" }, Number(chain.head));
  if (chain.finalized !== null) blocks.set({ what: "finalized" }, Number(chain.finalized));
  const lag = gauge("granary_indexer_lag_blocks", "Finalized blocks not yet indexed", ["cursor"]);
  lag.reset();
  for (const { name, blockNumber } of chain.indexed) {
    blocks.set({ what: `indexed ${name}` }, Number(blockNumber));
    if (chain.finalized !== null)
      lag.set({ cursor: name }, Math.max(0, Number(chain.finalized - blockNumber)));
  }

  if (jobs) {
    gauge("granary_jobs_waiting", "Jobs that are due and not taken").set(jobs.waiting);
    gauge("granary_jobs_failing", "Jobs whose last run failed").set(jobs.failing);
    gauge("granary_jobs_oldest_seconds", "How long the oldest due job has waited").set(jobs.oldestSeconds);
  }

  if (epoch)
    gauge("granary_epoch_age_seconds", "Time since the newest epoch was proposed").set(epoch.ageSeconds);

  gauge("granary_seal_number", "The newest seal of the books").set(Number(seal.last));
  gauge("granary_seal_waiting_seconds", "How long the oldest entry waits to be sealed").set(
    seal.unsealedSeconds,
  );

  const differences = gauge(
    "granary_reconciliation_difference_micros",
    "What should be less what is booked",
    ["what"],
  );
  differences.reset();
  for (const { what, expectedMicros, bookedMicros } of reconciliation?.differences ?? [])
    differences.set({ what }, Number(BigInt(expectedMicros) - BigInt(bookedMicros)));
  gauge(
    "granary_reconciliation_equal",
    "1 when the books last agreed with the chain and with themselves",
  ).set(reconciliation?.outcome === "different" ? 0 : 1);

  const beats = gauge("granary_heartbeat_age_seconds", "Time since a process last said it lives", [
    "process",
  ]);
  beats.reset();
  for (const { process, ageSeconds } of heartbeats) beats.set({ process }, ageSeconds);
}
