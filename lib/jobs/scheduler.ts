import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { Logger, type Runner, run, type TaskList } from "graphile-worker";
import type { OpenDb } from "@/db/client";
import { type Job, type JobTools, jobContext } from "@/lib/jobs/job";
import { log } from "@/lib/log";
import { beat } from "@/lib/processes/heartbeat";

const tickMs = 500;
/** a worker that has not said it lives for this long has lost its jobs */
const leaseSeconds = 20;

export interface Scheduler {
  /** settles when the queue's runner ended by itself */
  ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Puts each job into the queue once a slot (run id = job and slot) and runs what is queued, one run of a job at a time.
 * A worker that died leaves its jobs locked: another one frees them when its lease is over.
 */
export async function startScheduler(
  open: OpenDb,
  tools: JobTools,
  jobs: readonly Job[],
): Promise<Scheduler> {
  const { db, pool } = open;
  const name = `worker:${randomUUID().slice(0, 8)}`;
  const known = jobs.filter((job) => tools.isDemo || !job.isDemoOnly);
  const taskList: TaskList = Object.fromEntries(
    known.map((job) => [job.name, () => job.run(tools, jobContext(db, job.name))]),
  );
  const runner: Runner = await run({
    pgPool: pool,
    taskList,
    concurrency: 3,
    pollInterval: 1_000,
    noHandleSignals: true,
    logger: new Logger(() => (level, message) => {
      if (level === "error") log.warn({ queue: message }, "a job failed");
    }),
  });
  const workerIds = new Set<string>();
  runner.events.on("worker:create", ({ worker }) => workerIds.add(worker.workerId));

  const lastSlot = new Map<string, number>();
  const enqueueDue = async () => {
    const seconds = Date.now() / 1000;
    for (const job of known) {
      const slot = Math.floor(seconds / job.everySeconds);
      if (lastSlot.get(job.name) === slot) continue;
      await runner.addJob(
        job.name,
        { slot },
        { jobKey: job.name, jobKeyMode: "preserve_run_at", queueName: job.name, maxAttempts: 1 },
      );
      lastSlot.set(job.name, slot);
    }
  };

  let lastLease = 0;
  const renewLease = async () => {
    if (Date.now() - lastLease < (leaseSeconds * 1000) / 6) return;
    lastLease = Date.now();
    await beat(db, name, { workers: [...workerIds] });
    await db.execute(sql`
      with live as (
        select jsonb_array_elements_text(detail -> 'workers') as worker from bank.heartbeat
        where process like 'worker:%' and at > clock_timestamp() - make_interval(secs => ${leaseSeconds})
      ), dead as (
        select distinct locked_by from graphile_worker.jobs
        where locked_by is not null and locked_at < clock_timestamp() - make_interval(secs => ${leaseSeconds})
          and locked_by not in (select worker from live)
      )
      select graphile_worker.force_unlock_workers(array_agg(locked_by)) from dead having count(*) > 0`);
  };

  let stopped = false;
  const ticking = (async () => {
    let failures = 0;
    while (!stopped) {
      try {
        await renewLease();
        await enqueueDue();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1 || failures % 30 === 0) log.warn({ err: error, failures }, "cannot schedule jobs");
      }
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(tickMs * 2 ** Math.min(failures, 4), 5_000)),
      );
    }
  })();

  return {
    ended: runner.promise,
    async stop() {
      stopped = true;
      await ticking;
      await runner.stop().catch(() => undefined);
    },
  };
}
