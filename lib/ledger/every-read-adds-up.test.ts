import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { inArray } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDb } from "@/db/client";
import { migrate } from "@/db/migrate";
import { event } from "@/db/schema/ledger";
import { chooser } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { openCustomer } from "@/lib/faults/town";
import { type AccountRef, dollarDeposit, railClearing } from "@/lib/ledger/accounts";
import { postMany } from "@/lib/ledger/posting";
import { totalOf, trialBalance, verifyLedger } from "@/lib/ledger/queries";
import { transfers } from "@/lib/ledger/transfer";
import { familyOf } from "@/lib/processes/os-process";
import { choosePorts } from "@/lib/processes/ports";
import { createDatabase, initialisePostgres, postgresProcess } from "@/lib/processes/postgres";
import { Supervised } from "@/lib/processes/supervisor";

/** A3: what all customers have together is one figure, whatever moves between them and however often the server dies. */
const folder = mkdtempSync(join(tmpdir(), "granary-bank-"));
let server: Supervised;
let workerUrl: string;

beforeAll(async () => {
  const place = {
    folder: join(folder, "pg"),
    port: (await choosePorts({}, { app: 0 })).postgres,
    superuserPassword: "test",
    logPath: join(folder, "pg.log"),
  };
  await initialisePostgres(place);
  server = new Supervised(postgresProcess(place), () => undefined);
  await server.start();
  const ownerUrl = await createDatabase(place, { name: "granary_owner", password: "owner" });
  const passwords = { app: "app", worker: "worker", signer: "signer", readonly: "readonly" };
  Object.assign(process.env, { GRANARY_MODE: "demo", GRANARY_STATE: "MD", CHAIN_ID: "31337" });
  workerUrl = (await migrate({ ownerUrl, rolePasswords: passwords, stateCode: "MD", mode: "demo" })).worker;
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const holders = 40;
const fundedMicros = 1_000_000n;
const secondsBetweenKills = 5;

const killAll = (pids: number[]) => {
  for (const pid of pids)
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it went with its parent
    }
};

describe("16 writers and 4 readers", () => {
  it("see one total, also while the server is killed again and again", {
    timeout: patience(120_000),
  }, async () => {
    const { db, close } = openDb(workerUrl, { max: 24, name: "bank test" });
    const accounts: AccountRef[] = [];
    for (let n = 1; n <= holders; n++) {
      const { profileId } = await openCustomer(db, `0x${String(n).padStart(40, "d")}`);
      accounts.push(dollarDeposit(profileId));
    }
    const dice = chooser(barSeed());
    const posting = (key: string, debit: AccountRef, credit: AccountRef, amountMicros: bigint) => ({
      key,
      event: "test",
      actor: "system:test",
      requestId: key,
      transfers: transfers({ debit, credit, amountMicros }),
    });
    const funded = await postMany(
      db,
      accounts.map((account, n) => posting(`fund:${n}`, railClearing, account, fundedMicros)),
    );
    expect(funded.every(({ outcome }) => outcome === "posted")).toBe(true);

    let isOver = false;
    const posted: string[] = [];
    let failures = 0;
    const write = async () => {
      while (!isOver) {
        const key = `move:${randomUUID()}`;
        const from = dice.below(holders);
        const payer = accounts[from] as AccountRef;
        const payee = accounts[(from + 1 + dice.below(holders - 1)) % holders] as AccountRef;
        const amount = BigInt(1 + dice.below(90_000));
        // the outcome of what failed is unknown: the same key is asked again until there is an answer
        for (let isKnown = false; !isKnown; ) {
          try {
            const [answer] = await postMany(db, [posting(key, payer, payee, amount)]);
            if (answer?.outcome !== "refused") posted.push(key);
            isKnown = true;
          } catch {
            failures += 1;
            await wait(20);
          }
        }
      }
    };
    const wrong: string[] = [];
    let reads = 0;
    const read = async () => {
      while (!isOver) {
        try {
          const total = await totalOf(db, "dollar_deposit");
          const rows = await trialBalance(db);
          const uneven = rows.reduce((sum, row) => sum + row.debitsMicros - row.creditsMicros, 0n);
          if (total !== fundedMicros * BigInt(holders)) wrong.push(`the total was ${total}`);
          if (uneven !== 0n) wrong.push(`debits and credits were ${uneven} apart`);
          reads += 1;
        } catch {
          await wait(20);
        }
      }
    };
    const all = [...Array.from({ length: 16 }, write), ...Array.from({ length: 4 }, read)];
    for (let kill = rounds(1); kill > 0; kill--) {
      await wait(process.env.BAR_ROUNDS ? secondsBetweenKills * 1_000 : 1_500);
      killAll(familyOf(server.ref?.pid ?? 0));
    }
    const enough = posted.length + 50;
    while (posted.length < enough) await wait(10);
    isOver = true;
    await Promise.all(all);

    const kept = new Set<string>();
    for (let at = 0; at < posted.length; at += 5_000)
      for (const row of await db
        .select({ key: event.key })
        .from(event)
        .where(inArray(event.key, posted.slice(at, at + 5_000))))
        kept.add(row.key);
    const findings = await verifyLedger(db);
    await close();
    expect(wrong).toEqual([]);
    expect(posted.filter((key) => !kept.has(key))).toEqual([]);
    expect(findings).toEqual([]);
    expect(reads).toBeGreaterThan(20);
    expect(failures).toBeGreaterThan(0);
  });
});
