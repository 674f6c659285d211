import { sql } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { payout } from "@/db/schema/chain";
import { auditRow } from "@/db/schema/control";
import type { CommandContext } from "@/lib/auth/actor";
import { askUndo } from "@/lib/cheats/commands/ask-undo";
import { beginCheat } from "@/lib/cheats/commands/begin-cheat";
import { stepCheat } from "@/lib/cheats/commands/step-cheat";
import type { CheatTools } from "@/lib/cheats/play";
import { latestCheat } from "@/lib/cheats/queries";
import { randomHex, type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";
import { compareWithin } from "@/lib/reconciliation/compare-within";
import { booksWithin } from "@/lib/reconciliation/queries";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";

let bank: TestBank;
let insider: CommandContext;
let person: Awaited<ReturnType<TestBank["customer"]>>;
// only a claim and the mending ask the chain
const tools = { deployment: testDeployment } as CheatTools;

beforeEach(async () => {
  bank = await testBank();
  insider = bank.as({ kind: "system", job: "insider" }, bank.owner);
  person = await bank.customer();
  await bringDollars(bank.as(person), { amount: "500", clientKey: "the first deposit" });
});
afterEach(() => bank.close());

/** Seals all there is: what stands behind another's open transaction is sealed once that has ended. */
async function seal(): Promise<void> {
  for (let isLeft = true; isLeft; ) {
    await bank.owner.execute(sql`SELECT ledger.seal_next(1)`);
    const { rows } = await bank.owner.execute<{ left: boolean }>(sql`
      SELECT EXISTS (SELECT FROM ledger.event
        WHERE xact_id >= coalesce((SELECT max(to_xact::text::bigint) FROM ledger.seal), 0)::text::xid8) AS left`);
    isLeft = rows[0]?.left === true;
  }
}
const step = () => stepCheat(insider, tools);
const differences = () =>
  bank.owner.transaction(async (tx) => compareWithin(await booksWithin(tx)).map(({ what }) => what));

/** Everything in the books that an undo has to bring back. */
async function books() {
  const { rows } = await bank.owner.execute(sql`
    SELECT (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.id) FROM ledger.event e) AS events,
      (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.event_id, t.seq) FROM ledger.transfer t) AS transfers,
      (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.id) FROM ledger.account a) AS accounts,
      (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.id) FROM chain.payout p) AS payouts`);
  return rows[0];
}

/** Guards that are not on: none, whatever was done. */
const guardsOff = async () =>
  (await bank.owner.execute(sql`SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'`))
    .rows;

async function leaves(): Promise<number> {
  const { rows } = await bank.owner.execute<{ n: string }>(sql`
    SELECT count(*) AS n FROM ledger.seal s JOIN ledger.seal_salt salted USING (period)
    CROSS JOIN LATERAL ledger.seal_leaves(s.from_xact, s.to_xact, salted.salt)`);
  return Number(rows[0]?.n);
}
async function sealedLeaves(): Promise<number> {
  const { rows } = await bank.owner.execute<{ n: string }>(sql`SELECT sum(leaf_count) AS n FROM ledger.seal`);
  return Number(rows[0]?.n);
}

describe("a cheat", () => {
  it("edits a balance that no entry explains, and puts it back", async () => {
    const before = await books();
    expect(await beginCheat(insider, { kind: "balance" })).toEqual({ begun: true });
    expect(await books()).toEqual(before);
    expect(await step()).toBe("moved");
    expect((await latestCheat(bank.app))?.told).toEqual({ before: "500000000", after: "1500000000" });
    expect(await differences()).toContainEqual(
      expect.stringMatching(/^account \d+, dollar_deposit: its entries/),
    );
    expect(await step()).toBe("idle");

    expect(await askUndo(insider)).toEqual({ asked: true });
    expect(await step()).toBe("moved");
    expect(await books()).toEqual(before);
    expect(await differences()).toEqual([]);
    expect(await guardsOff()).toEqual([]);
  });

  it("strikes out a deposit that was sealed: books close, the seal tells; and brings back every byte of it", async () => {
    await beginCheat(insider, { kind: "deposit" });
    expect(await step()).toBe("waiting");
    const whole = await books();
    await seal();
    expect(await leaves()).toBe(await sealedLeaves());
    expect(await step()).toBe("moved");
    expect(await differences()).toEqual([]);
    expect(await leaves()).toBe((await sealedLeaves()) - 1);

    await askUndo(insider);
    await step();
    expect(await books()).toEqual(whole);
    expect(await leaves()).toBe(await sealedLeaves());
    expect(await guardsOff()).toEqual([]);
  });

  it("brings another deposit when the validators were shown the first", async () => {
    await beginCheat(insider, { kind: "deposit" });
    await step();
    await seal();
    await bank.owner.execute(sql`
      INSERT INTO chain.epoch_batch (chain_id, number, seal, block, books_root, entries_root, entries_digest, liabilities_root, liabilities_micros, manifest, file)
      SELECT 31337, 1, 99, 1, h, h, h, h, 0, '', '' FROM (VALUES (${randomHex(32)})) AS v (h)`);
    expect(await step()).toBe("waiting");
    await step();
    const { rows } = await bank.owner.execute(
      sql`SELECT client_key FROM bank.dollar_transfer ORDER BY client_key`,
    );
    expect(rows).toHaveLength(3);
  });

  it("books tokens with nothing behind them, and takes them back by another entry", async () => {
    await beginCheat(insider, { kind: "mint" });
    expect(await step()).toBe("moved");
    expect(await differences()).toEqual(["reserves booked, at least the supply"]);
    await askUndo(insider);
    await step();
    expect(await differences()).toEqual([]);
  });

  it("halves the federal tax of a payout that no batch shows yet, and writes it out again", async () => {
    await bank.worker.insert(payout).values({
      ...{ chainId: 31_337, blockNumber: 9n, blockHash: randomHex(32), txHash: randomHex(32), logIndex: 0 },
      ...{ wallet: person.address, walletId: person.walletId, profileId: person.profileId, operatorId: 1 },
      ...{ grossMicros: 100n, operatorFeeMicros: 0n, federalMicros: 21n, stateMicros: 5n, localMicros: 3n },
      ...{ netMicros: 71n, rateClass: 0x2c0a06, ruleVersion: 2026, payer: randomHex(20), at: new Date() },
    });
    const before = await books();
    await beginCheat(insider, { kind: "tax" });
    const chain = { readContract: async () => [] } as unknown as CheatTools["client"];
    expect(await stepCheat(insider, { ...tools, client: chain })).toBe("moved");
    expect(await latestCheat(bank.app)).toMatchObject({ amountMicros: 11n, told: { due: "21", paid: "10" } });
    await askUndo(insider);
    await step();
    expect(await books()).toEqual(before);
  });

  it("is the only one until it is mended, can be taken back before it is done, and is written down at each step", async () => {
    await beginCheat(insider, { kind: "balance" });
    expect(await beginCheat(insider, { kind: "mint" })).toEqual({ begun: false });
    const before = await books();
    await askUndo(insider);
    expect(await askUndo(insider)).toEqual({ asked: false });
    expect(await step()).toBe("moved");
    expect(await books()).toEqual(before);
    expect(await beginCheat(insider, { kind: "mint" })).toEqual({ begun: false });
    const told = await bank.owner.select({ command: auditRow.command, actor: auditRow.actor }).from(auditRow);
    expect(told.filter(({ actor }) => actor === "system:insider").map(({ command }) => command)).toEqual([
      "begin-cheat",
      "ask-undo",
      "undo-cheat",
    ]);
  });

  it("does nothing at all when it is killed before it is written down", async () => {
    await beginCheat(insider, { kind: "balance" });
    const before = await books();
    const dying: CommandContext = {
      ...insider,
      db: new Proxy(bank.owner, {
        get: (db, name) =>
          name === "transaction"
            ? (work: Parameters<typeof db.transaction>[0]) =>
                db.transaction(async (tx) => {
                  await work(tx);
                  throw new Error("killed");
                })
            : Reflect.get(db, name),
      }),
    };
    await expect(stepCheat(dying, tools)).rejects.toThrow("killed");
    expect(await books()).toEqual(before);
    expect(await guardsOff()).toEqual([]);
    expect(await step()).toBe("moved");
  });

  it("is nothing for people, and for no bank but a demo", async () => {
    const notAllowed = expect.objectContaining({ code: "not_allowed" });
    for (const actor of [person, await bank.staff("compliance")])
      await expect(beginCheat(bank.as(actor, bank.owner), { kind: "balance" })).rejects.toEqual(notAllowed);
    await expect(beginCheat({ ...insider, db: bank.app }, { kind: "balance" })).rejects.toMatchObject({
      cause: { message: expect.stringContaining("permission denied") },
    });
    await bank.owner.execute(sql`UPDATE bank.installation SET mode = 'production'`);
    await expect(beginCheat(insider, { kind: "balance" })).rejects.toMatchObject({
      cause: { message: "cheats are played in a demo only" },
    });
  });
});
