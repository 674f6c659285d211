import { EventEmitter } from "node:events";
import { sql } from "drizzle-orm";
import { Logger, type Runner, run, type TaskList, type WorkerEvents } from "graphile-worker";
import type { OpenDb } from "@/db/client";
import { fenced } from "@/lib/jobs/fence";
import { type Job, type JobTools, jobContext } from "@/lib/jobs/job";
import { log } from "@/lib/log";
import { beat } from "@/lib/processes/heartbeat";

const tickMs = 500;
const keepFailedHours = 24;

export interface SchedulerOptions {
  /** the process: names its heartbeat, and the database sessions that end when its lease does */
  worker: string;
  /** a worker that has not said it lives for this long has lost its jobs */
  leaseSeconds?: number;
}

export interface Scheduler {
  /** settles when the queue's runner ended by itself */
  ended: Promise<void>;
  stop(): Promise<void>;
}

/** What a worker process calls its database sessions. */
export const sessionOf = (worker: string) => `granary ${worker}`;

/**
 * Puts each job into the queue once a slot (run id = job and slot) and runs what is queued, one run of a job at a time.
 * A worker that died leaves its jobs locked: another one ends its sessions and frees its jobs when its lease is over,
 * and each run is fenced (fence.ts), so that one that only slept cannot commit what another has begun anew.
 */
export async function startScheduler(
  open: OpenDb,
  tools: JobTools,
  jobs: readonly Job[],
  { worker, leaseSeconds = 20 }: SchedulerOptions,
): Promise<Scheduler> {
  const { db, pool } = open;
  const known = jobs.filter((job) => tools.isDemo || !job.isDemoOnly);
  const taskList: TaskList = Object.fromEntries(
    known.map((job) => [
      job.name,
      (_payload, { job: { id, locked_by } }) => {
        const own = fenced(db, { id, heldBy: locked_by ?? "" });
        return job.run({ ...tools, db: own }, jobContext(own, job.name));
      },
    ]),
  );
  const events = new EventEmitter() as WorkerEvents;
  /** what the queue writes into the jobs that this process takes */
  let queue: string | undefined;
  events.on("pool:create", ({ workerPool }) => {
    queue = workerPool.id;
  });
  const runner: Runner = await run({
    pgPool: pool,
    taskList,
    events,
    concurrency: 3,
    pollInterval: 1_000,
    noHandleSignals: true,
    logger: new Logger(() => (level, message) => {
      if (level === "error") log.warn({ queue: message }, "a job failed");
    }),
  });

  const lastSlot = new Map<string, number>();
  const enqueueDue = async () => {
    const seconds = Date.now() / 1000;
    const due = known
      .map((job) => ({ job, slot: Math.floor(seconds / job.everySeconds) }))
      .filter(({ job, slot }) => lastSlot.get(job.name) !== slot);
    // side by side: a slot waits while its job's last run holds the row, and the others need not wait with it
    await Promise.all(
      due.map(async ({ job, slot }) => {
        await runner.addJob(
          job.name,
          { slot },
          { jobKey: job.name, jobKeyMode: "preserve_run_at", queueName: job.name, maxAttempts: 1 },
        );
        lastSlot.set(job.name, slot);
      }),
    );
  };

  // by a clock that nobody sets: a lease must not lapse because the machine's time was put back
  let lastLease = Number.NEGATIVE_INFINITY;
  const renewLease = async () => {
    if (performance.now() - lastLease < (leaseSeconds * 1000) / 6) return;
    await beat(db, worker, { queue, session: sessionOf(worker) });
    lastLease = performance.now();
    await takeOver();
  };

  /** First the sessions end, with whatever they had not committed; then the jobs are free. */
  const takeOver = async () => {
    const { rows } = await db.execute<{ queues: string[]; sessions: string[] | null }>(sql`
      with worker as (
        select detail ->> 'queue' as queue, detail ->> 'session' as session,
               at > clock_timestamp() - make_interval(secs => ${leaseSeconds}) as lives
        from bank.heartbeat where process like 'worker:%'
      ), held as (
        select locked_by as queue from graphile_worker._private_jobs
        where locked_by is not null and locked_at < clock_timestamp() - make_interval(secs => ${leaseSeconds})
        union select locked_by from graphile_worker._private_job_queues
        where locked_by is not null and locked_at < clock_timestamp() - make_interval(secs => ${leaseSeconds})
      )
      select array_agg(distinct queue) as queues,
             (select array_agg(distinct session) from worker
              where not lives and queue in (select queue from held)
                and session not in (select session from worker where lives)) as sessions
      from held
      where queue <> ${queue ?? ""} and queue not in (select queue from worker where lives and queue is not null)
      having count(*) > 0`);
    const [lost] = rows;
    if (!lost) return;
    log.warn({ ...lost, by: worker }, "a worker's lease is over: its jobs are taken over");
    await db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name in (select jsonb_array_elements_text(${JSON.stringify(lost.sessions ?? [])}::jsonb))`,
    );
    await db.execute(
      sql`select graphile_worker.force_unlock_workers(array(select jsonb_array_elements_text(${JSON.stringify(lost.queues)}::jsonb)))`,
    );
  };

  /** A run that failed is not tried again (the next slot is), so its row is only of use to whoever looks. */
  let lastClear = Number.NEGATIVE_INFINITY;
  const clearFailed = async () => {
    if (performance.now() - lastClear < 3_600_000) return;
    lastClear = performance.now();
    await db.execute(sql`delete from graphile_worker._private_jobs
      where locked_at is null and attempts >= max_attempts
        and updated_at < clock_timestamp() - make_interval(hours => ${keepFailedHours})`);
  };

  let stopped = false;
  /** each by itself: a lease is renewed while a slot waits for a row that a job holds */
  const everyTick = async (name: string, step: () => Promise<void>) => {
    let failures = 0;
    while (!stopped) {
      try {
        await step();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1 || failures % 30 === 0)
          log.warn({ err: error, failures, name }, "cannot schedule jobs");
      }
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(tickMs * 2 ** Math.min(failures, 4), 5_000)),
      );
    }
  };
  const ticking = Promise.all([
    everyTick("slots", enqueueDue),
    everyTick("lease", renewLease),
    everyTick("clear", clearFailed),
  ]);

  return {
    ended: runner.promise,
    async stop() {
      stopped = true;
      await ticking;
      await runner.stop().catch(() => undefined);
    },
  };
}
