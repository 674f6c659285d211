import { rmSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDb } from "@/db/client";
import { urlFor } from "@/db/migrate";
import { takeBaseBackup } from "@/lib/backups/base-backup";
import { restoreTo } from "@/lib/backups/restore";
import { restoreDrill } from "@/lib/backups/restore-drill";
import { ownerUrl, serverWithArchive } from "@/lib/backups/test-server";
import { maySend } from "@/lib/chain/signer";
import { cash, railClearing } from "@/lib/ledger/accounts";
import { post } from "@/lib/ledger/posting";
import { trialBalance } from "@/lib/ledger/queries";
import { transfers } from "@/lib/ledger/transfer";

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

  it("is noticed by whoever would send: nothing is, until somebody says so", {
    timeout: 120_000,
  }, async () => {
    expect(await looking(server.urls.signer, maySend)).toBe(true);
    const folder = join(server.folder, "lost");
    const backup = await takeBaseBackup(server.place, join(server.folder, "base"));
    await postSome(server.urls.worker, 25);
    const before = await looking(server.urls.readonly, trialBalance);
    await looking(ownerUrl(server.place), (db) => db.execute(sql`select 1`));
    await switchLog();
    const restored = await restoreTo({
      backup: backup.folder,
      archive: server.place.archive,
      folder,
      superuserPassword: "test",
      target: "latest",
    });
    try {
      const owner = ownerUrl(restored.place);
      expect(await looking(urlFor(owner, "readonly", "readonly"), trialBalance)).toEqual(before);
      expect(await looking(urlFor(owner, "signer", "signer"), maySend)).toBe(false);
      expect(await looking(urlFor(owner, "signer", "signer"), maySend)).toBe(false);
      expect(await looking(server.urls.signer, maySend)).toBe(true);
    } finally {
      await restored.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

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
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await client.end();
}
