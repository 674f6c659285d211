import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Db } from "@/db/client";
import { inTransaction } from "@/db/transaction";
import { onFailpoint } from "@/lib/failpoint";
import { dollarDeposit } from "@/lib/ledger/accounts";
import { type Posting, post, postAll } from "@/lib/ledger/posting";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { anchorFile } from "@/lib/ledger/seal/anchor";
import { renewAnchor } from "@/lib/ledger/seal/commands/renew-anchor";
import { sealBooks } from "@/lib/ledger/seal/commands/seal-books";
import { decodeLeaf, type EventLeaf, type Hold } from "@/lib/ledger/seal/format";
import {
  batchLines,
  consistencyProof,
  inclusionProof,
  logRoot,
  sealCount,
  sealOf,
} from "@/lib/ledger/seal/queries";
import {
  opensLeaf,
  provesConsistency,
  provesInclusion,
  readAnchor,
  verifyBatch,
} from "@/lib/ledger/seal/verify-batch";
import { verifyBooks } from "@/lib/ledger/seal/verify-books";
import { transfers } from "@/lib/ledger/transfer";
import { type TestBank, testBank } from "@/lib/processes/test-bank";

let bank: TestBank;
let db: Db;
let folder: string;
let keys: string[] = [];
beforeAll(async () => {
  bank = await testBank();
  db = bank.app;
  folder = mkdtempSync(join(tmpdir(), "granary-seals-"));
});
afterAll(async () => {
  await bank.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => onFailpoint(undefined));

let made = 0;
const bring = async (input: { profileId: string; hold?: Promise<unknown> }) => {
  const key = `seal-test:${++made}`;
  await inTransaction(db, async (tx) => {
    await post(tx, {
      key,
      event: "test",
      subject: 'a "quoted" \\ subject, ü€𝄞\u2028\u007f\t\u0001',
      actor: { kind: "system", job: "test" },
      requestId: "request",
      transfers: transfers({
        // a clearing account of its own, so that writers do not wait for each other
        debit: { class: "rail_clearing", owner: `test:${input.profileId}` },
        credit: dollarDeposit(input.profileId),
        amountMicros: BigInt(made),
      }),
      detail: { note: "\n\u001f", b: "1", aa: "2" },
    });
    await input.hold;
  });
  keys.push(key);
  return key;
};
const some = async (n: number) => {
  const { profileId } = await bank.customer();
  for (let i = 0; i < n; i++) await bring({ profileId });
};
const seal = (most?: number, period = 1n) =>
  sealBooks({ ...bank.system, db: bank.worker }, { folder, period, ...(most && { most }) });
/** Until nothing waits: a transaction of another database of this server holds sealing up as well. */
const sealAll = async (most?: number, period = 1n) => {
  const first = await seal(most, period);
  for (let waited = 0; waited < 400; waited++) {
    const { rows } = await bank.worker.execute<{ n: number }>(sql`
      select (select count(*) from ledger.event)::int + (select count(*) from ledger.account_history)::int
        + (select count(*) from bank.audit_row)::int
        - (select coalesce(sum(leaf_count), 0) from ledger.seal)::int as n`);
    if (rows[0]?.n === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { batches, last } = await seal(most, period);
    first.batches += batches;
    first.last = last ?? first.last;
  }
  return first;
};
const anchorText = () => readFileSync(anchorFile(folder), "utf8");
const anchor = () => readAnchor(anchorText());
const verify = (on: Db = bank.worker) =>
  on.transaction((tx) => verifyBooks(tx, { before: anchor(), after: anchor }), {
    isolationLevel: "repeatable read",
    accessMode: "read only",
  });
const batch = async (number: bigint): Promise<string[]> =>
  bank.worker.transaction(async (tx) => {
    const lines: string[] = [];
    for await (const some of batchLines(tx, number)) lines.push(...some);
    return lines;
  });

describe("sealing", () => {
  it("finds nothing to seal in empty books", async () => {
    expect(await seal()).toEqual({ batches: 0, last: undefined });
    expect(anchorText()).toMatch(/^\["granary\.anchor\.1","granary","[^"]+"\]\n$/);
    expect(await verify()).toMatchObject({ ok: true, seals: 0n, findings: [] });
  });

  it("seals what is committed, and what the database hashed is what the format says", async () => {
    await some(5);
    expect(await sealOf(db, keys[0] as string)).toBeUndefined();
    const { last } = await sealAll();
    expect(await sealOf(db, keys[0] as string)).toBe(1n);
    expect(await seal()).toEqual({ batches: 0, last: undefined });
    expect(await verify()).toMatchObject({ ok: true, seals: last, anchored: last, waiting: 0, findings: [] });
  });

  it("makes one batch after the other of much, under new names in a new period", async () => {
    await some(20);
    const { last, batches } = await sealAll(3, 7n);
    expect(batches).toBeGreaterThan(5);
    await some(2);
    // a period never comes back
    await sealAll(1, 2n);
    expect(await verify()).toMatchObject({ ok: true, findings: [], anchored: await sealCount(db) });
    const { rows } = await bank.worker.execute(sql`select distinct period::int from ledger.seal order by 1`);
    expect(rows).toEqual([{ period: 1 }, { period: 7 }]);
    const [first, later] = [await batch(1n), await batch(last as bigint)];
    const ids = (lines: string[]) => new Set(lines.join("\n").match(/\b[0-9a-f]{40}\b/g));
    expect([...ids(first)].filter((id) => ids(later).has(id))).toEqual([]);
  });

  it("leaves nothing of customers readable in a batch", async () => {
    const { rows } = await bank.owner.execute<{ owner: string; profile: string }>(
      sql`select owner, profile_id::text as profile from ledger.account where profile_id is not null`,
    );
    const text = (await Promise.all([1n, 2n, 3n].map(batch))).flat().join("\n");
    for (const secret of [...rows.flatMap(({ owner, profile }) => [owner, profile]), "quoted", "seal-test"])
      expect(text).not.toContain(secret);
  });

  it("makes batches that prove themselves without a database", async () => {
    const heads = anchor().heads;
    for (let number = 1n; number <= (await sealCount(db)); number++) {
      const lines = await batch(number);
      const report = await verifyBatch(lines, (n) => heads.get(n));
      expect(report).toMatchObject({ ok: true, findings: [] });
      const [first = "", ...rest] = lines;
      const wrong = {
        not_a_batch: [first.replace("granary.seal.1", "x"), ...rest],
        root_differs: [first, ...rest.map((line) => line.replace(/[0-9a-f]{64}/, "ab".repeat(32)))],
        count_differs: lines.slice(0, -1),
        leaf_malformed: [first, ...rest.map((line) => line.replace(",", ", "))],
      };
      for (const [code, changed] of Object.entries(wrong)) {
        const { ok, findings } = await verifyBatch(changed, (n) => heads.get(n));
        expect([ok, findings.map((one) => one.code)], code).toEqual([false, expect.arrayContaining([code])]);
      }
    }
    const { findings } = await verifyBatch(await batch(2n), () => heads.get(1n));
    expect(findings).toMatchObject([{ code: "head_differs" }]);
  });

  it("proves every event in any later head, and every head out of every earlier one", async () => {
    const size = await sealCount(db);
    const heads = anchor().heads;
    for (const key of keys) {
      const number = (await sealOf(db, key)) as bigint;
      for (const at of [number, (number + size) / 2n, size]) {
        const proof = await inclusionProof(db, { eventKey: key, size: at });
        expect([proof.number, proof.head]).toEqual([String(number), heads.get(at)?.head]);
        expect(provesInclusion(proof), key).toBe(true);
        expect(opensLeaf(proof.line, proof.opening)).toBe(true);
        expect(JSON.parse(proof.opening.content)[0]).toBe(key);
        expect(provesInclusion({ ...proof, line: proof.line.replace("test", "best") })).toBe(false);
        expect(opensLeaf(proof.line, { ...proof.opening, content: "[]" })).toBe(false);
      }
      await expect(inclusionProof(db, { eventKey: key, size: number - 1n })).rejects.toMatchObject({
        code: "not_found",
      });
    }
    for (let at = 1n; at <= size; at++) {
      expect(await logRoot(db, at)).toBe(heads.get(at)?.head);
      for (let older = 1n; older <= at; older += 3n) {
        const proof = await consistencyProof(db, { older, size: at });
        expect(provesConsistency(proof)).toBe(true);
        expect(provesConsistency({ ...proof, olderHead: "00".repeat(32) })).toBe(false);
      }
    }
  });

  it("seals holds, how they ended, and what corrects what", async () => {
    const [a, b] = [await bank.customer(), await bank.customer()].map(({ profileId }) => profileId) as [
      string,
      string,
    ];
    const move = (from: string, to: string, amountMicros: bigint) =>
      transfers({ debit: dollarDeposit(from), credit: dollarDeposit(to), amountMicros });
    const write = (key: string, posting: Partial<Posting>) =>
      inTransaction(db, (tx) =>
        post(tx, { key, event: "test", actor: "test", requestId: "holds", ...posting }),
      );
    const held = (amountMicros: bigint) =>
      move(a, b, amountMicros).map((one) => ({ ...one, expiresAt: new Date(Date.now() + 86_400_000) }));
    await bring({ profileId: a });
    await write("hold:money", { transfers: bringDollars({ profileId: a, amountMicros: 1_000n }) });
    await write("hold:open", { holds: held(10n) });
    await write("hold:two", { transfers: move(a, b, 5n), holds: [...held(100n), ...held(50n)] });
    await write("hold:ends", {
      ends: [
        { hold: "hold:two", seq: 1, as: "post", amountMicros: 30n },
        { hold: "hold:two", seq: 2, as: "void" },
      ],
    });
    await write("hold:refund", { transfers: move(b, a, 2n), corrects: "hold:two", isRefund: true });
    const { last } = await sealAll();
    expect(await verify()).toMatchObject({ ok: true, waiting: 0, findings: [] });
    const line = async (key: string) =>
      decodeLeaf((await inclusionProof(db, { eventKey: key, size: last })).line) as EventLeaf;
    expect((await line("hold:two")).lines).toMatchObject([
      { kind: "transfer", seq: 1n, amountMicros: 5n },
      { kind: "hold", seq: 1n, amountMicros: 100n },
      { kind: "hold", seq: 2n, amountMicros: 50n },
    ]);
    const [two, ends, refund] = [await line("hold:two"), await line("hold:ends"), await line("hold:refund")];
    expect(ends.lines).toMatchObject([
      { kind: "transfer", amountMicros: 30n },
      { kind: "end", outcome: "post", transferSeq: 1n, hold: (two.lines[1] as Hold).id },
      { kind: "end", outcome: "void", transferSeq: undefined, hold: (two.lines[2] as Hold).id },
    ]);
    expect(refund).toMatchObject({ corrects: two.id, isRefund: true });
    const lines = await batch(last as bigint);
    expect(await verifyBatch(lines)).toMatchObject({ ok: true, findings: [] });
  });

  it("proves events of a batch of several chunks", { timeout: 60_000 }, async () => {
    const { profileId } = await bank.customer();
    const many = Array.from({ length: 1_100 }, (_, i) => ({
      key: `chunk:${i}`,
      event: "test",
      actor: "test",
      requestId: "chunk",
      transfers: bringDollars({ profileId, amountMicros: 1n }),
    }));
    await inTransaction(bank.app, (tx) => postAll(tx, many));
    const { last } = await sealAll();
    for (const i of [0, 1, 1_000, 1_020, 1_021, 1_022, 1_023, 1_024, 1_099]) {
      const proof = await inclusionProof(db, { eventKey: `chunk:${i}` });
      expect([proof.number, provesInclusion(proof)], `chunk:${i}`).toEqual([String(last), true]);
    }
    await vi.waitFor(
      async () => {
        const { rows } = await bank.worker.execute<{ n: number }>(
          sql`select ledger.make_checkpoints(true) as n`,
        );
        expect(rows[0]?.n).toBeGreaterThan(10);
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(await verify()).toMatchObject({ ok: true, findings: [] });
    // whoever passes every trigger takes the last one of an account away
    const superuser = new pg.Client({ connectionString: bank.database.superuserUrl });
    await superuser.connect();
    await superuser.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    await superuser.query("SET LOCAL session_replication_role = replica");
    const { rows } = await superuser.query<{ id: string }>(
      `DELETE FROM ledger.checkpoint WHERE (account_id, event_id) =
         (SELECT account_id, max(event_id) FROM ledger.checkpoint GROUP BY account_id ORDER BY count(*) DESC LIMIT 1)
       RETURNING account_id AS id`,
    );
    const report = await verifyBooks(drizzle(superuser) as unknown as Db, {
      before: anchor(),
      after: anchor,
    });
    await superuser.end();
    expect(report.findings).toEqual([
      { code: "checkpoint_lost", what: `a checkpoint of account ${rows[0]?.id} is gone` },
    ]);
  });

  it("is readable by those it is for", async () => {
    const refused = (role: "app" | "worker" | "readonly", text: string) =>
      expect(bank.database.open(role, 1).pool.query(text), `${role}: ${text}`).rejects.toMatchObject({
        code: "42501",
      });
    await refused("app", "SELECT * FROM ledger.seal_salt");
    await refused("readonly", "SELECT * FROM ledger.seal_salt");
    await refused("app", "SELECT ledger.seal_next(1)");
    await refused("worker", "DELETE FROM ledger.seal");
    await refused("worker", "INSERT INTO ledger.seal_salt VALUES (99, sha256('x'))");
    // nobody dates what he did back into a batch that is sealed
    const { rows } = await db.execute<{ at: string; now: string }>(sql`
      INSERT INTO bank.audit_row (actor, request_id, command, permission, subject, xact_id)
      VALUES ('test', 'test', 'test', 'test', 'test', '1')
      RETURNING xact_id::text AS at, pg_current_xact_id()::text AS now`);
    expect(rows[0]?.at).toBe(rows[0]?.now);
    for (const table of ["seal", "seal_chunk", "seal_salt", "account_history"])
      for (const text of [`DELETE FROM ledger.${table}`, `TRUNCATE ledger.${table} CASCADE`])
        await expect(bank.database.open("owner", 1).pool.query(text), text).rejects.toMatchObject({
          code: "GR002",
        });
  });
});

describe("a crash while sealing", () => {
  const points = ["seal.written", "seal.committed", "anchor.written", "anchor.synced"];
  it.each(points)("at %s heals with the next run", async (point) => {
    await some(3);
    const before = await sealCount(db);
    onFailpoint((name) => {
      if (name === point) throw new Error(`died at ${point}`);
    });
    await expect(sealAll(1)).rejects.toThrow(point);
    onFailpoint(undefined);
    await some(1);
    await sealAll();
    expect(await sealCount(db)).toBeGreaterThan(before);
    expect(await verify()).toMatchObject({
      ok: true,
      waiting: 0,
      findings: [],
      anchored: await sealCount(db),
    });
  });

  it("in the middle of a line of the anchor file heals with the next run", async () => {
    await some(1);
    appendFileSync(anchorFile(folder), '["head","99","ab');
    await sealAll();
    expect(await verify()).toMatchObject({ ok: true, findings: [] });
    expect(anchorText()).not.toContain('"99","ab');
  });
});

describe("an anchor that contradicts the books", () => {
  it("stops the sealing: taken away, rewritten, or ahead of them", async () => {
    const path = anchorFile(folder);
    const kept = anchorText();
    const refused = () => expect(seal()).rejects.toMatchObject({ name: "AnchorContradicts" });
    await some(1);
    const before = await sealCount(db);
    renameSync(path, `${path}.away`);
    await refused();
    renameSync(`${path}.away`, path);
    const lines = kept.trimEnd().split("\n");
    const last = lines.at(-1) as string;
    writeFileSync(path, kept.replace(last, last.replace(/[0-9a-f]{64}/, "ab".repeat(32))));
    await refused();
    writeFileSync(path, `${kept}${last.replace(`"${before}"`, `"${before + 1n}"`)}\n`);
    await refused();
    expect(await sealCount(db)).toBe(before);
    writeFileSync(path, kept);
    await sealAll();
    expect(await verify()).toMatchObject({ ok: true, findings: [] });
  });
  it("is set aside by a person with a reason, and then sealing goes on", async () => {
    rmSync(anchorFile(folder));
    await expect(seal()).rejects.toMatchObject({ name: "AnchorContradicts" });
    const renew = () => renewAnchor(bank.system, { folder, reason: "restored to yesterday" });
    expect(await renew()).toMatchObject({ heads: Number(await sealCount(db)), setAside: undefined });
    await some(1);
    await sealAll();
    expect(await verify()).toMatchObject({ ok: true, findings: [] });
    const { setAside } = await renew();
    expect(
      readFileSync(setAside as string, "utf8")
        .split("\n")
        .slice(1),
    ).toEqual(anchorText().split("\n").slice(1));
    const { rows } = await bank.owner.execute(
      sql`select detail from bank.audit_row where command = 'renew-anchor'`,
    );
    expect(rows).toEqual(Array(2).fill({ detail: { reason: "restored to yesterday" } }));
  });
});

describe("sixteen writers, two sealers and transactions that stay open", () => {
  it("miss no event and seal none twice", { timeout: 120_000 }, async () => {
    keys = [];
    let open = true;
    const people = await Promise.all(Array.from({ length: 16 }, () => bank.customer()));
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const writers = people.map(async ({ profileId }, n) => {
      for (let i = 0; i < 12; i++)
        await bring({
          profileId,
          hold: n % 4 === 0 ? pause(20 + ((n * 7 + i * 13) % 90)) : Promise.resolve(),
        });
    });
    const sealers = [3, 50].map(async (most) => {
      while (open) {
        await seal(most, 9n);
        await pause(5);
      }
    });
    await Promise.all(writers);
    open = false;
    await Promise.all(sealers);
    await sealAll(undefined, 9n);
    const report = await verify();
    expect(report).toMatchObject({ ok: true, waiting: 0, findings: [] });
    const { rows } = await bank.worker.execute<{ n: number; numbered: number }>(sql`
      select (select sum(leaf_count) from ledger.seal)::int as n,
             (select count(*) from ledger.event)::int + (select count(*) from ledger.account_history)::int
        + (select count(*) from bank.audit_row)::int as numbered`);
    expect(rows[0]?.n).toBe(rows[0]?.numbered);
    for (const key of keys.slice(0, 20))
      expect(provesInclusion(await inclusionProof(db, { eventKey: key }))).toBe(true);
    // order of numbers is not order of commits: the race was one
    const { rows: numbered } = await bank.worker.execute<{ key: string; id: number }>(
      sql`select key, id::int as id from ledger.event`,
    );
    const idOf = new Map(numbered.map(({ key, id }) => [key, id]));
    const ids = keys.map((key) => idOf.get(key) as number);
    expect(ids).not.toEqual(ids.toSorted((a, b) => a - b));
  });

  it("wait for the oldest transaction under way, and for no reader", async () => {
    const { profileId } = await bank.customer();
    let end = () => {};
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    const slow = bring({ profileId: (await bank.customer()).profileId, hold: held });
    for (let waited = 0; waited < 100; waited++) {
      const { rows } = await bank.owner.execute<{ n: number }>(
        sql`select count(*)::int as n from pg_stat_activity where state = 'idle in transaction' and backend_xid is not null
            and datname = current_database()`,
      );
      if (rows[0]?.n === 1) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    let quick = "";
    try {
      quick = await bring({ profileId });
      await seal();
      expect(await sealOf(db, quick)).toBeUndefined();
    } finally {
      end();
    }
    const late = await slow;
    await sealAll();
    expect(await sealOf(db, quick)).toBeDefined();
    expect(await sealOf(db, late)).toBeDefined();
    expect(await verify()).toMatchObject({ ok: true, waiting: 0, findings: [] });
  });
});

describe("accounts", () => {
  it("have every change of their standing sealed", async () => {
    const { profileId } = await bank.customer();
    await bring({ profileId });
    const { rows } = await bank.owner.execute<{ standing: Record<string, unknown> }>(sql`
      select standing from ledger.account_history h join ledger.account a on a.id = h.account_id
      where a.profile_id = ${profileId} order by h.id`);
    expect(rows).toMatchObject([
      { standing: { profile_id: profileId, class: "dollar_deposit", bank_id: "granary" } },
    ]);
    expect(rows[0]?.standing).not.toHaveProperty("debits_micros");
  });
});
