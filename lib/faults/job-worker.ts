import { setTimeout as wait } from "node:timers/promises";
import { openDb } from "@/db/client";
import { recordAudit } from "@/lib/audit/record";
import { databaseUrl } from "@/lib/env";
import type { Job, JobTools } from "@/lib/jobs/job";
import { sessionOf, startScheduler } from "@/lib/jobs/scheduler";

/** A worker with one job that takes its time, between two transactions or inside one; it writes down how far it came. */
const worker = `worker:${process.env.FAULTS_WORKER}`;
const leaseSeconds = Number(process.env.FAULTS_LEASE);
const pauseMs = Number(process.env.FAULTS_PAUSE);
const isInside = process.env.FAULTS_INSIDE === "yes";

const slow: Job = {
  name: "slow",
  everySeconds: 1,
  async run(_tools, ctx) {
    const note = (tx: Parameters<typeof recordAudit>[0], what: string) =>
      recordAudit(tx, ctx, { command: what, subject: worker, permission: "operations:read" });
    await ctx.db.transaction((tx) => note(tx, "slow-begun"));
    process.send?.("begun");
    if (!isInside) {
      await wait(pauseMs);
      // sessions that ended while it slept are shaken off, so that only the fence is left to stop it
      for (let at = 0; at < 12; at++) await open.pool.query("select 1").catch(() => undefined);
    }
    await ctx.db.transaction(async (tx) => {
      await note(tx, "slow-done");
      if (!isInside) return;
      process.send?.("inside");
      await wait(pauseMs);
    });
  },
};

const open = openDb(databaseUrl("worker"), { name: sessionOf(worker), max: 6 });
process.on("unhandledRejection", () => undefined);
await startScheduler(open, { db: open.db, isDemo: true } as JobTools, [slow], { worker, leaseSeconds });
process.send?.("ready");
