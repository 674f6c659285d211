import { randomUUID } from "node:crypto";
import { openDb } from "@/db/client";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { openIndexer } from "@/lib/chain/indexer";
import { settleFacts } from "@/lib/chain/settle";
import { NodeTrouble, ReorgPastFinal } from "@/lib/chain/trouble";
import { assertSafeForProduction, databaseUrl, env } from "@/lib/env";
import { jobContext } from "@/lib/jobs/job";
import { jobs } from "@/lib/jobs/registry";
import { type Scheduler, sessionOf, startScheduler } from "@/lib/jobs/scheduler";
import { jobTools } from "@/lib/jobs/tools";
import { log } from "@/lib/log";
import { beat } from "@/lib/processes/heartbeat";
import { onStop, startLoop } from "@/lib/processes/lifecycle";
import { isLostDatabase } from "@/lib/processes/lost-database";
import { haltChainEffects } from "@/lib/reconciliation/commands/halt-chain-effects";

assertSafeForProduction();
/** names this process, its lease and its sessions, so that another worker can tell and end what it left */
const worker = `worker:${randomUUID().slice(0, 8)}`;
const open = openDb(databaseUrl("worker"), { name: sessionOf(worker) });
const indexer = openIndexer({
  db: open.db,
  client: publicClient(),
  deployment: deployment(),
  finalityFile: env.chainFinalityFile,
  settle: async (tx, facts) => {
    try {
      await settleFacts(tx, facts);
    } catch (cause) {
      if (isLostDatabase(cause)) throw cause;
      throw new NodeTrouble("books_refuse", (cause as Error).message, { cause });
    }
  },
});

const indexing = startLoop("indexer", 200, async () => {
  try {
    const worked = await indexer.step();
    await beat(open.db, "indexer");
    return worked;
  } catch (error) {
    if (error instanceof NodeTrouble) await beat(open.db, "indexer", { trouble: error.trouble });
    if (error instanceof ReorgPastFinal) {
      log.fatal({ err: error }, "indexing is halted");
      await haltChainEffects(jobContext(open.db, "indexer"), { reason: error.message });
    }
    throw error;
  }
});

let scheduler: Scheduler | undefined;
async function begin(): Promise<Scheduler> {
  const begun = await startScheduler(open, jobTools(open.db), jobs, { worker });
  begun.ended.then(
    () => beginAgain(begun),
    (error: unknown) => beginAgain(begun, error),
  );
  return begun;
}

/** What the ended queue had locked is freed when its lease is over. */
function beginAgain(ended: Scheduler | undefined, error?: unknown): void {
  if (!ended || scheduler !== ended) return;
  log.warn({ err: error }, "the job queue ended; it is started again");
  scheduler = undefined;
  void ended.stop();
}

// the queue lets go of promises that fail while Postgres is away; anything else that nobody awaits is a defect
process.on("unhandledRejection", (error) => {
  if (!isLostDatabase(error)) throw error;
  beginAgain(scheduler, error);
});

// the queue's own pool gives up when Postgres is away at start: try until it is there
const starting = startLoop("scheduler", 500, async () => {
  scheduler ??= await begin();
  await beat(open.db, "worker");
  return false;
});

log.info("worker runs");
onStop(async () => {
  await Promise.all([indexing.stop(), starting.stop()]);
  await scheduler?.stop();
  await open.close();
});
