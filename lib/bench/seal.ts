import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { writeBatch } from "@/lib/ledger/seal/batch-file";
import { sealBooks } from "@/lib/ledger/seal/commands/seal-books";
import { inclusionProof, sealCount } from "@/lib/ledger/seal/queries";
import { provesInclusion, verifyBatch } from "@/lib/ledger/seal/verify-batch";
import { verifyAnchoredBooks } from "@/lib/ledger/seal/verify-books";
import { testBank } from "@/lib/processes/test-bank";
import startTestPostgres from "@/lib/processes/test-postgres";

/** Sealing many events at once, and checking them, on a Postgres of its own. */
export interface SealBench {
  events: number;
  batches: number;
  /** wall time, and the processor's time of the database's process */
  seal: Timed;
  proofMs: number;
  /** all batches written to files, and verified without a database */
  files: { seconds: number; bytes: number; verifySeconds: number };
  /** everything recomputed by `ledger verify` */
  verify: { seconds: number; ok: boolean };
}

interface Timed {
  seconds: number;
  cpuSeconds: number;
  cpuMicrosecondsAnEvent: number;
}

const round = (n: number) => Math.round(n * 100) / 100;
const since = (at: number) => round((performance.now() - at) / 1000);

export async function benchSeal(
  events: number,
  say: (sentence: string) => void = () => undefined,
): Promise<SealBench> {
  const stop = startTestPostgres();
  const folder = mkdtempSync(join(tmpdir(), "granary-bench-"));
  try {
    const bank = await testBank();
    const { pool, db } = bank.database.open("worker", 1);
    await db.execute(sql`SET statement_timeout = 0`);
    say(`${events} events are written`);
    await bank.owner.execute(sql.raw(written(events)));
    await bank.owner.execute(sql`ANALYZE`);
    const { rows } = await pool.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const cpu = () => {
      const fields = readFileSync(`/proc/${rows[0]?.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return (Number(fields[11]) + Number(fields[12])) / 100;
    };

    say("sealing");
    const [wall, used] = [performance.now(), cpu()];
    const { batches } = await sealBooks({ ...bank.system, db }, { folder, period: 1n });
    const seal = { seconds: since(wall), cpuSeconds: round(cpu() - used) };
    const asked = performance.now();
    const proof = await inclusionProof(db, { eventKey: `bench:${Math.ceil(events / 2)}` });
    const proofMs = Math.round(performance.now() - asked);
    if (!provesInclusion(proof)) throw new Error("a proof does not hold");

    say("writing files");
    const files = { seconds: 0, bytes: 0, verifySeconds: 0 };
    for (let number = 1n; number <= (await sealCount(db)); number++) {
      const path = join(folder, "batch.jsonl");
      const at = performance.now();
      await writeBatch(db, { number, path });
      files.seconds = round(files.seconds + since(at));
      files.bytes += statSync(path).size;
      const lines = readFileSync(path, "utf8").trimEnd().split("\n");
      const checked = performance.now();
      if (!(await verifyBatch(lines)).ok) throw new Error("a batch does not verify");
      files.verifySeconds = round(files.verifySeconds + since(checked));
    }
    say("verifying the books");
    const at = performance.now();
    const { ok } = await verifyAnchoredBooks(db, folder);
    const verify = { seconds: since(at), ok };
    await bank.close();
    const cpuMicrosecondsAnEvent = round((seal.cpuSeconds * 1e6) / events);
    return { events, batches, seal: { ...seal, cpuMicrosecondsAnEvent }, proofMs, files, verify };
  } finally {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Events of one transfer each among 10,000 clearing accounts, as if written by transactions of a thousand. */
export const written = (events: number) => `
  BEGIN;
  SET LOCAL statement_timeout = 0;
  ALTER TABLE ledger.event DISABLE TRIGGER USER;
  ALTER TABLE ledger.transfer DISABLE TRIGGER USER;
  INSERT INTO ledger.account (class, asset, side, is_clearing, is_customer, is_mirror, owner)
    SELECT 'suspense', 'USD', 'credit', true, false, false, 'bench:' || i FROM generate_series(1, 10000) AS i;
  CREATE TEMP TABLE opened ON COMMIT DROP AS
    SELECT id, row_number() OVER (ORDER BY id) AS nr FROM ledger.account WHERE owner LIKE 'bench:%';
  CREATE UNIQUE INDEX ON opened (nr);
  INSERT INTO ledger.event (key, payload_hash, kind, subject, effective_at, recorded_at, actor, request_id,
    transfer_count, xact_id)
    SELECT 'bench:' || i, sha256(int4send(i)), 'transfer', 'wallet:0x' || md5(i::text), now(), now(), 'system:bench',
      md5('request' || i), 1, (100 + i * 500::bigint / ${events})::text::xid8 FROM generate_series(1, ${events}) AS i;
  INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
    SELECT e.id, 1, debit.id, credit.id, 'USD', 1000000 + e.id FROM ledger.event e
    JOIN opened debit ON debit.nr = 1 + e.id % 10000 JOIN opened credit ON credit.nr = 1 + (e.id + 17) % 10000;
  ALTER TABLE ledger.event ENABLE TRIGGER USER;
  ALTER TABLE ledger.transfer ENABLE TRIGGER USER;
  COMMIT`;
