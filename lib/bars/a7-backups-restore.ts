import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openDb } from "@/db/client";
import { urlFor } from "@/db/migrate";
import { takeBaseBackup } from "@/lib/backups/base-backup";
import { restoreTo } from "@/lib/backups/restore";
import { ownerUrl, serverWithArchive } from "@/lib/backups/test-server";
import type { Bar } from "@/lib/bars/bar";
import { openCustomer } from "@/lib/faults/town";
import { type AccountRef, dollarDeposit, railClearing } from "@/lib/ledger/accounts";
import { type Posting, postMany } from "@/lib/ledger/posting";
import { transfers } from "@/lib/ledger/transfer";

/**
 * A7: a million legs, a base backup, more load; then the server is killed and its disk is gone. What the archive brings
 * back is whole, misses at most the last minute, and takes writes again within five minutes.
 */
const legs = { usual: 1_000_000, deep: 10_000_000 };
const atOnce = 1_000;
const limits = { lostSeconds: 60, backSeconds: 300 };
const loadSeconds = 75;

export const bar: Bar = {
  id: "A7",
  title: "Backups restore",
  async run({ deep }) {
    Object.assign(process.env, { GRANARY_MODE: "demo", GRANARY_STATE: "MD", CHAIN_ID: "31337" });
    const server = await serverWithArchive();
    const { db, close } = openDb(server.urls.worker, { max: 2, name: "bar A7" });
    const folder = join(server.folder, "restored");
    try {
      const people: AccountRef[] = [];
      for (let n = 1; n <= 100; n++)
        people.push(dollarDeposit((await openCustomer(db, `0x${String(n).padStart(40, "a")}`)).profileId));
      let made = 0;
      const next = (): Posting => {
        made += 1;
        const key = `load:${made}`;
        const credit = people[made % people.length] as AccountRef;
        return {
          key,
          event: "test",
          actor: "system:test",
          requestId: key,
          transfers: transfers({ debit: railClearing, credit, amountMicros: 1n }),
        };
      };
      const batch = () => postMany(db, Array.from({ length: atOnce }, next));
      const wanted = (deep ? legs.deep : legs.usual) / 2;
      while (made < wanted) await batch();
      const backup = await takeBaseBackup(server.place, join(server.folder, "base"));
      const acknowledged: { events: number; at: number }[] = [];
      for (const until = performance.now() + loadSeconds * 1_000; performance.now() < until; await wait(50)) {
        await batch();
        acknowledged.push({ events: made, at: performance.now() });
      }
      const died = performance.now();
      await server.kill();
      rmSync(server.place.folder, { recursive: true, force: true });

      const restored = await restoreTo({
        backup: backup.folder,
        archive: server.place.archive,
        folder,
        superuserPassword: server.place.superuserPassword,
        target: "latest",
      });
      const open = openDb(urlFor(ownerUrl(restored.place), "worker", "worker"), { max: 1, name: "bar A7" });
      const { rows } = await open.db.execute<{ events: number }>(
        "select count(*)::int as events from ledger.event",
      );
      const { rows: findings } = await open.db.execute<{ finding: string }>(
        "select finding from ledger.verify()",
      );
      await open.close();
      await restored.stop();
      const events = rows[0]?.events ?? 0;
      const last = acknowledged.findLast((one) => one.events <= events);
      const lostSeconds = Math.round((died - (last?.at ?? 0)) / 1_000);
      return {
        value: `${lostSeconds}_s_lost,_back_in_${restored.seconds.toFixed(0)}_s,_${findings.length}_findings`,
        limit: `${limits.lostSeconds}_s,_${limits.backSeconds}_s,_0`,
        pass:
          lostSeconds <= limits.lostSeconds &&
          restored.seconds <= limits.backSeconds &&
          findings.length === 0,
        notes: [
          `${made} events posted, ${events} restored; base backup of ${Math.round(backup.bytes / 1e6)} MB in ${backup.seconds.toFixed(1)} s`,
          ...findings.map(({ finding }) => finding),
        ],
      };
    } finally {
      await close().catch(() => undefined);
      rmSync(server.folder, { recursive: true, force: true });
    }
  },
};
