import { type ChildProcess, fork } from "node:child_process";
import { rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { dollarTransfer } from "@/db/schema/collateral";
import { auditRow } from "@/db/schema/control";
import { patience } from "@/lib/bars/rounds";
import { Fenced, fenced } from "@/lib/jobs/fence";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";
import { bundleOne } from "@/tools/bundle.mjs";

/** In `npm test` a lease is short; the bar takes the bank's own and holds it against 90 seconds. */
const leaseSeconds = process.env.BAR_ROUNDS ? 20 : 2;
const takeoverLimitMs = process.env.BAR_ROUNDS ? 90_000 : 20_000;

let database: TestDatabase;
let worker: Db;
let bundled: { folder: string; file: string };
const children = new Set<ChildProcess>();

beforeAll(async () => {
  [bundled, database] = await Promise.all([bundleOne("lib/faults/job-worker.ts"), testDatabase()]);
  worker = database.open("worker", 3).db;
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});
afterAll(async () => {
  await database.close();
  rmSync(bundled.folder, { recursive: true, force: true });
});

function start(name: string, pauseMs: number, isInside = false): ChildProcess {
  const child = fork(bundled.file, [], {
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "test",
      LOG_LEVEL: "silent",
      DATABASE_URL_WORKER: database.urls.worker,
      FAULTS_WORKER: name,
      FAULTS_LEASE: String(leaseSeconds),
      FAULTS_PAUSE: String(pauseMs),
      FAULTS_INSIDE: isInside ? "yes" : "no",
    },
  });
  children.add(child);
  return child;
}

const says = (child: ChildProcess, word: string) =>
  new Promise<void>((resolve) => child.on("message", (message) => message === word && resolve()));

const rows = (name: string) =>
  worker
    .select()
    .from(auditRow)
    .where(eq(auditRow.subject, `worker:${name}`))
    .orderBy(auditRow.id);
const rowsOf = async (name: string, command: string) =>
  (await rows(name)).filter((row) => row.command === command).length;

async function until(what: () => Promise<boolean>, limitMs: number): Promise<number> {
  const since = performance.now();
  while (!(await what())) {
    if (performance.now() - since > limitMs) throw new Error(`not within ${limitMs} ms`);
    await wait(50);
  }
  return performance.now() - since;
}

describe("the scheduler", () => {
  it(
    "gives the jobs of a killed worker to another one when its lease is over, not after hours",
    async () => {
      const dying = start("dying", 600_000);
      await says(dying, "begun");
      start("heir", 10);
      dying.kill("SIGKILL");
      const tookMs = await until(async () => (await rowsOf("heir", "slow-done")) > 0, takeoverLimitMs);
      expect(tookMs).toBeLessThan(takeoverLimitMs);
      expect(await rowsOf("dying", "slow-done")).toBe(0);
    },
    patience(60_000),
  );

  it.each([
    ["between two transactions", false],
    ["inside a transaction", true],
  ] as const)(
    "lets a worker that was paused %s and wakes commit nothing",
    async (where, isInside) => {
      const [sleeper, heir] = [`sleeper ${where}`, `heir ${where}`];
      const paused = start(sleeper, 1_000, isInside);
      await says(paused, isInside ? "inside" : "begun");
      paused.kill("SIGSTOP");
      start(heir, 10);
      await until(async () => (await rowsOf(heir, "slow-done")) > 0, takeoverLimitMs);
      const lost = (await rows(sleeper)).find((row) => row.command === "slow-begun");
      // it wakes longer after its job should have been done, so that going on is the first thing it does
      paused.kill("SIGCONT");
      await wait(2_500);
      const ofLostRun = (await rows(sleeper)).filter((row) => row.requestId === lost?.requestId);
      expect(ofLostRun.map((row) => row.command)).toEqual(["slow-begun"]);
    },
    patience(60_000),
  );
});

describe("a run's own database", () => {
  const take = async (heldBy: string) => {
    const { rows: made } = await worker.execute<{ id: string }>(
      sql`select id from graphile_worker.add_job('fence-test', '{}'::json)`,
    );
    const id = made[0]?.id as string;
    await worker.execute(
      sql`update graphile_worker._private_jobs set locked_by = ${heldBy}, locked_at = now() where id = ${id}::bigint`,
    );
    return id;
  };

  it("commits while the run is held, and nothing after it was given away", async () => {
    const id = await take("one");
    const own = fenced(worker, { id, heldBy: "one" });
    expect(await own.transaction(async () => 7)).toBe(7);
    await worker.execute(sql`select graphile_worker.force_unlock_workers(array['one'])`);
    await expect(own.transaction(async () => 7)).rejects.toThrow(Fenced);
    expect(await own.transaction(async () => 8, { accessMode: "read only" })).toBe(8);
  });

  it("makes whoever takes over wait for a transaction under way", async () => {
    const id = await take("two");
    const own = fenced(worker, { id, heldBy: "two" });
    const order: string[] = [];
    let unlocking: Promise<unknown> | undefined;
    await own.transaction(async () => {
      unlocking = worker
        .execute(sql`select graphile_worker.force_unlock_workers(array['two'])`)
        .then(() => order.push("taken over"));
      await wait(200);
      order.push("committed");
    });
    await unlocking;
    expect(order).toEqual(["committed", "taken over"]);
  });

  it("refuses writes outside a transaction, and reads as ever", async () => {
    const own = fenced(worker, { id: "1", heldBy: "x" });
    expect(() => own.delete(dollarTransfer)).toThrow("writes inside a transaction");
    expect(await own.select().from(dollarTransfer)).toEqual([]);
  });
});
