import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { takeBaseBackup } from "@/lib/backups/base-backup";
import { restoreTo } from "@/lib/backups/restore";
import { lostAtMostSeconds, type PostgresPlace, superuserUrl } from "@/lib/processes/postgres";

export interface DrillReport {
  ok: boolean;
  backup: { bytes: number; seconds: number };
  /** from the first copied byte until the restored server takes writes */
  restoredInSeconds: number;
  /** what a lost disk would have cost at this moment: the age of the oldest write that the archive lacked */
  atRiskSeconds: number;
  books: BooksAt;
  restoredBooks: BooksAt;
  findings: string[];
}

/** The ledger as of a bound that both servers know: what every transaction before it wrote. */
export interface BooksAt {
  events: string;
  transfers: string;
  /** SHA-256 of the trial balance by class and asset */
  trialBalance: string;
  /** the last seal and its head */
  seal: string;
}

/**
 * Takes a base backup of the running bank, names a point, restores that point into a scratch server and holds its books
 * against the bank's. The bank goes on meanwhile. Refuses nothing and changes nothing but the named point in the log.
 */
export async function restoreDrill(input: {
  place: PostgresPlace & { archive: string };
  database: string;
  folder: string;
  step?: (sentence: string) => void;
}): Promise<DrillReport> {
  const { place, database, folder, step = () => undefined } = input;
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const bank = new pg.Client({ connectionString: superuserUrl(place, database) });
  await bank.connect();
  try {
    step("copying the bank's files");
    const backup = await takeBaseBackup(place, join(folder, `base-${randomUUID().slice(0, 8)}`));
    const bound = await everythingBefore(bank);
    const books = await booksBefore(bank, bound);
    const point = `granary-drill-${randomUUID()}`;
    await bank.query("select pg_create_restore_point($1)", [point]);
    step("waiting for the log to be kept");
    const atRiskSeconds = await untilArchived(bank);
    step("restoring the named point beside the bank");
    const restored = await restoreTo({
      backup: backup.folder,
      archive: place.archive,
      folder,
      superuserPassword: place.superuserPassword,
      target: { point },
    });
    const scratch = new pg.Client({ connectionString: superuserUrl(restored.place, database) });
    try {
      await scratch.connect();
      step("holding the restored books against the bank's");
      const restoredBooks = await booksBefore(scratch, bound);
      const { rows } = await scratch.query<{ finding: string }>("select finding from ledger.verify()");
      const findings = [
        ...rows.map(({ finding }) => `in the restored books: ${finding}`),
        ...(Object.keys(books) as (keyof BooksAt)[])
          .filter((what) => books[what] !== restoredBooks[what])
          .map((what) => `${what}: the bank has ${books[what]}, the restored server ${restoredBooks[what]}`),
      ];
      return {
        ok: findings.length === 0,
        backup: { bytes: backup.bytes, seconds: backup.seconds },
        restoredInSeconds: restored.seconds,
        atRiskSeconds,
        books,
        restoredBooks,
        findings,
      };
    } finally {
      await scratch.end().catch(() => undefined);
      await restored.stop();
    }
  } finally {
    await bank.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every transaction below this number has ended, so it lies before any point that is named from now on. */
async function everythingBefore(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ bound: string }>(
    "select pg_snapshot_xmin(pg_current_snapshot())::text as bound",
  );
  return rows[0]?.bound as string;
}

async function booksBefore(client: pg.Client, bound: string): Promise<BooksAt> {
  const { rows: counts } = await client.query<{ events: string; transfers: string }>(
    `select count(*)::text as events, coalesce(sum(transfer_count), 0)::text as transfers
     from ledger.event where xact_id < $1::xid8`,
    [bound],
  );
  const { rows: lines } = await client.query<{ line: string }>(
    `select a.class || ' ' || a.asset || ' ' || sum(leg.debit) || ' ' || sum(leg.credit) as line
     from ledger.event e
     join ledger.transfer t on t.event_id = e.id
     cross join lateral (values (t.debit_account, t.amount_micros, 0), (t.credit_account, 0, t.amount_micros))
       as leg (account_id, debit, credit)
     join ledger.account a on a.id = leg.account_id
     where e.xact_id < $1::xid8 group by a.class, a.asset order by a.class, a.asset`,
    [bound],
  );
  const { rows: seals } = await client.query<{ seal: string }>(
    "select number || ' ' || encode(head, 'hex') as seal from ledger.seal where to_xact <= $1::xid8 order by number desc limit 1",
    [bound],
  );
  return {
    events: counts[0]?.events ?? "0",
    transfers: counts[0]?.transfers ?? "0",
    trialBalance: createHash("sha256")
      .update(lines.map(({ line }) => line).join("\n"))
      .digest("hex"),
    seal: seals[0]?.seal ?? "none",
  };
}

/** Ends the log's piece and waits until the archive has it; how long ago the archive had last been whole. */
async function untilArchived(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ wanted: string; at_risk: number }>(
    `select pg_walfile_name(pg_switch_wal()) as wanted,
            coalesce(extract(epoch from clock_timestamp() - last_archived_time), 0)::float8 as at_risk
     from pg_stat_archiver`,
  );
  const wanted = rows[0]?.wanted ?? "";
  const until = Date.now() + lostAtMostSeconds * 1000;
  while (Date.now() < until) {
    const { rows: now } = await client.query<{ kept: boolean }>(
      "select last_archived_wal >= $1 as kept from pg_stat_archiver",
      [wanted],
    );
    if (now[0]?.kept) return Number(rows[0]?.at_risk);
    await wait(100);
  }
  throw new Error(`the write-ahead log was not kept within ${lostAtMostSeconds} seconds`);
}
