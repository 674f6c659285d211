import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDb } from "@/db/client";
import { event } from "@/db/schema/ledger";
import { keepBackup } from "@/lib/backups/keep";
import { restoreDrill } from "@/lib/backups/restore-drill";
import { restoreInPlace } from "@/lib/backups/restore-in-place";
import { serverWithArchive } from "@/lib/backups/test-server";
import { maySend } from "@/lib/chain/signer";
import { cash, railClearing } from "@/lib/ledger/accounts";
import { post } from "@/lib/ledger/posting";
import { trialBalance } from "@/lib/ledger/queries";
import { transfers } from "@/lib/ledger/transfer";
import { homeAt } from "@/lib/processes/home";

let server: Awaited<ReturnType<typeof serverWithArchive>>;
beforeAll(async () => {
  server = await serverWithArchive();
});
afterAll(() => server.stop());

let posted = 0;
async function postSome(url: string, count: number): Promise<void> {
  const open = openDb(url, { max: 4, name: "test" });
  try {
    for (let n = 0; n < count; n++) {
      posted += 1;
      const key = `drill:${posted}`;
      const lines = transfers({ debit: cash, credit: railClearing, amountMicros: BigInt(posted) });
      await open.db.transaction((tx) =>
        post(tx, { key, event: "test", actor: "system:test", requestId: key, transfers: lines }),
      );
    }
  } finally {
    await open.close();
  }
}

async function looking<T>(
  url: string,
  look: (db: ReturnType<typeof openDb>["db"]) => Promise<T>,
): Promise<T> {
  const open = openDb(url, { max: 1, name: "test look" });
  try {
    return await look(open.db);
  } finally {
    await open.close();
  }
}

describe("a restore", () => {
  it("is drilled beside the running bank: the named point has the same books", {
    timeout: 120_000,
  }, async () => {
    await postSome(server.urls.worker, 40);
    const report = await restoreDrill({
      place: server.place,
      database: "granary",
      folder: join(server.folder, "drill"),
    });
    expect(report.findings).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.books.events).toBe("40");
    expect(report.restoredBooks).toEqual(report.books);
    expect(report.backup.bytes).toBeGreaterThan(1_000_000);
  });

  it("puts a bank whose server died back in place, to any moment, also one that an earlier restore took back", {
    timeout: 120_000,
  }, async () => {
    const home = homeAt("/", server.folder);
    const counted = () => looking(server.urls.readonly, (db) => db.$count(event));
    const restore = (at?: Date) =>
      restoreInPlace({ home, superuserPassword: server.place.superuserPassword, at, now: new Date() });
    expect(await looking(server.urls.signer, maySend)).toBe(true);
    await expect(restore(new Date())).rejects.toThrow("There is no backup");
    await keepBackup(server.place, home.backups, new Date());
    await postSome(server.urls.worker, 5);
    const moments = [await moment()];
    await postSome(server.urls.worker, 7);
    moments.push(await moment());
    await postSome(server.urls.worker, 1);
    const all = await counted();
    const before = await looking(server.urls.readonly, trialBalance);
    await server.kill();
    await expect(restore(new Date(0))).rejects.toThrow(
      "No backup is older than that: the oldest was whole at",
    );

    // the piece that was never handed to the archive lies in the old folder, and counts
    expect(await restore()).toMatchObject({ events: String(all), findings: [] });
    await server.start();
    expect(await looking(server.urls.readonly, trialBalance)).toEqual(before);
    // nothing is sent until somebody says so
    expect(await looking(server.urls.signer, maySend)).toBe(false);
    expect(await looking(server.urls.signer, maySend)).toBe(false);
    await postSome(server.urls.worker, 3);
    await server.kill();

    // both moments lie in the life before: what came after the first is not lost with it
    const first = await restore(moments[0]);
    expect(first).toMatchObject({ events: String(all - 10), findings: [] });
    expect(existsSync(join(first.setAside as string, "PG_VERSION"))).toBe(true);
    expect(await restore(moments[1])).toMatchObject({ events: String(all - 2), findings: [] });
    await server.start();
    expect(await counted()).toBe(all - 2);
  });
});

/** Between two commits, with the log up to it in the archive. */
async function moment(): Promise<Date> {
  // a Date drops what is less than a millisecond: the commit before would come after it
  await wait(5);
  const at = new Date();
  await wait(5);
  await postSome(server.urls.worker, 1);
  await switchLog();
  return at;
}

/** A minute's idle end of the log, at once. */
async function switchLog(): Promise<void> {
  const { default: pg } = await import("pg");
  const { superuserUrl } = await import("@/lib/processes/postgres");
  const client = new pg.Client({ connectionString: superuserUrl(server.place) });
  await client.connect();
  const { rows } = await client.query("select pg_walfile_name(pg_switch_wal()) as wanted");
  for (;;) {
    const { rows: now } = await client.query("select last_archived_wal >= $1 as kept from pg_stat_archiver", [
      rows[0].wanted,
    ]);
    if (now[0].kept) break;
    await wait(50);
  }
  await client.end();
}
