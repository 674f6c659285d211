import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dollarTransfer } from "@/db/schema/collateral";
import { auditRow } from "@/db/schema/control";
import { account } from "@/db/schema/ledger";
import { databaseError } from "@/db/transaction";
import { decideApproval } from "@/lib/approvals/commands/decide-approval";
import { approvalById } from "@/lib/approvals/queries";
import { dollarDeposit, feePot, railClearing, walletMirror } from "@/lib/ledger/accounts";
import { openBatcher } from "@/lib/ledger/batcher";
import { expireHolds } from "@/lib/ledger/commands/expire-holds";
import { setAccountState } from "@/lib/ledger/commands/set-account-state";
import { countOnce } from "@/lib/ledger/count-once";
import { postLines } from "@/lib/ledger/post-lines";
import { type Answer, type Posting, payloadOf, postMany } from "@/lib/ledger/posting";
import {
  balanceAt,
  balanceOf,
  openHolds,
  standingOf,
  statementPage,
  trialBalance,
  verifyLedger,
} from "@/lib/ledger/queries";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { refund } from "@/lib/ledger/recipes/refund";
import { type Transfer, transfers } from "@/lib/ledger/transfer";
import { type TestBank, testBank } from "@/lib/processes/test-bank";

let bank: TestBank;
beforeAll(async () => {
  bank = await testBank();
});
afterAll(() => bank.close());

const posting = (change: Partial<Posting>): Posting => ({
  key: randomUUID(),
  event: "test",
  actor: "test",
  requestId: "test",
  ...change,
});
const ask = (...changes: Partial<Posting>[]) => postMany(bank.app, changes.map(posting));
const outcomes = (answers: Answer[]) =>
  answers.map((answer) => (answer.outcome === "refused" ? answer.code : answer.outcome));
const rich = async (amountMicros: bigint) => {
  const { profileId } = await bank.customer();
  await ask({ key: `rich:${profileId}`, transfers: bringDollars({ profileId, amountMicros }) });
  return profileId;
};
const move = (from: string, to: string, amountMicros: bigint): Transfer[] =>
  transfers({ debit: dollarDeposit(from), credit: dollarDeposit(to), amountMicros });
const soon = () => new Date(Date.now() + 3_600_000);
const hold = (profileId: string, amountMicros: bigint, expiresAt = soon()) =>
  transfers({ debit: dollarDeposit(profileId), credit: railClearing, amountMicros }).map((one) => ({
    ...one,
    expiresAt,
  }));
const have = (profileId: string) => standingOf(bank.app, dollarDeposit(profileId));

describe("a batch", () => {
  it("is as if one came after the other, and only what is refused is refused", async () => {
    const [a, b, c] = [await rich(10n), (await bank.customer()).profileId, (await bank.customer()).profileId];
    const answers = await ask(
      { transfers: move(b, c, 1n) },
      { transfers: move(a, b, 10n) },
      { transfers: move(a, c, 1n) },
      { transfers: move(b, c, 4n) },
      { transfers: move(b, a, 7n) },
      { transfers: move(b, a, 6n) },
    );
    expect(outcomes(answers)).toEqual([
      "balance_too_low",
      "posted",
      "balance_too_low",
      "posted",
      "balance_too_low",
      "posted",
    ]);
    expect(await Promise.all([a, b, c].map(async (one) => (await have(one)).haveMicros))).toEqual([
      6n,
      0n,
      4n,
    ]);
  });

  it("never lets an account pay with what comes later, even when the sum would do", async () => {
    const [a, b] = [await rich(5n), (await bank.customer()).profileId];
    expect(outcomes(await ask({ transfers: move(b, a, 3n) }, { transfers: move(a, b, 5n) }))).toEqual([
      "balance_too_low",
      "posted",
    ]);
    expect(
      outcomes(
        await ask(
          {
            transfers: transfers({
              debit: { class: "fee_pot" },
              credit: { class: "operator_fee" },
              amountMicros: 4n,
            }),
          },
          { transfers: transfers({ debit: { class: "chain_clearing" }, credit: feePot, amountMicros: 4n }) },
          {
            transfers: transfers({
              debit: { class: "fee_pot" },
              credit: { class: "operator_fee" },
              amountMicros: 4n,
            }),
          },
        ),
      ),
    ).toEqual(["balance_too_low", "posted", "posted"]);
  });

  it("keeps chains together: they stand or fall as one", async () => {
    const [a, b] = [await rich(10n), (await bank.customer()).profileId];
    const answers = await ask(
      { isLinked: true, transfers: move(a, b, 6n) },
      { isLinked: true, transfers: move(a, b, 6n) },
      { transfers: move(a, b, 1n) },
      { isLinked: true, transfers: move(a, b, 3n) },
      { transfers: move(b, a, 2n) },
    );
    expect(outcomes(answers)).toEqual([
      "chain_broken",
      "balance_too_low",
      "chain_broken",
      "posted",
      "posted",
    ]);
    expect((await have(a)).haveMicros).toBe(9n);
  });

  it("answers what was posted before, within it too, and names what differs under a used key", async () => {
    const [a, b] = [await rich(10n), (await bank.customer()).profileId];
    const key = randomUUID();
    const own = { key, transfers: move(a, b, 1n), detail: { for: "lunch" } };
    const [first, ...rest] = await ask(
      own,
      own,
      { ...own, transfers: move(a, b, 2n) },
      { ...own, detail: { for: "dinner" }, event: "other" },
      { ...own, effectiveAt: new Date("2026-01-01T00:00:00Z") },
    );
    expect(outcomes([first as Answer, ...rest])).toEqual([
      "posted",
      "replayed",
      "key_conflict",
      "key_conflict",
      "key_conflict",
    ]);
    expect(rest[0]).toMatchObject({ eventId: (first as { eventId: bigint }).eventId });
    expect(rest.slice(1)).toMatchObject([
      { what: "transfers" },
      { what: "kind, detail" },
      { what: "effectiveAt" },
    ]);
  });

  it("refuses each bad item by its own name and touches none of the others", async () => {
    const [a, b] = [await rich(100n), (await bank.customer()).profileId];
    const [frozen, closed] = [(await bank.customer()).profileId, (await bank.customer()).profileId];
    for (const [profileId, state] of [
      [frozen, "frozen"],
      [closed, "closed"],
    ] as const) {
      await ask({ transfers: move(a, profileId, 1n) }, { transfers: move(profileId, a, 1n) });
      await bank.owner.execute(
        sql`UPDATE ledger.account SET state = ${state} WHERE owner = ${`profile:${profileId}`}`,
      );
    }
    const good = payloadOf(posting({ transfers: move(a, b, 1n) }));
    const one = (change: Record<string, unknown>) => ({ ...good, key: randomUUID(), ...change });
    const leg = (change: Record<string, unknown>) =>
      one({ transfers: [{ ...good.transfers[0], ...change }] });
    const bad: [string, unknown][] = [
      ["malformed", 5],
      ["malformed", null],
      ["key_malformed", one({ key: "x".repeat(10_000) })],
      ["key_malformed", one({ key: "" })],
      ["malformed", one({ kind: "" })],
      ["nothing_to_move", one({ transfers: [] })],
      ["nothing_to_move", one({ transfers: "all" })],
      ["account_unknown", leg({ debit: { class: "no_such_class" } })],
      ["account_unknown", leg({ credit: { class: "dollar_deposit", owner: "profile:nobody" } })],
      ["account_unknown", leg({ credit: dollarDeposit(randomUUID()) })],
      ["asset_wrong", leg({ asset: "TOKEN" })],
      ["same_account", leg({ credit: dollarDeposit(a) })],
      ["amount_malformed", leg({ amount: "1e3" })],
      ["amount_malformed", leg({ amount: 1 })],
      ["amount_malformed", leg({ amount: "-1" })],
      ["amount_malformed", leg({ amount: "NaN" })],
      ["amount_too_large", leg({ amount: "9".repeat(39) })],
      ["amount_too_large", leg({ amount: "9".repeat(38) })],
      ["balance_too_low", leg({ amount: "9".repeat(37) })],
      ["malformed", leg({ upTo: "yes" })],
      ["balance_too_low", leg({ upTo: false, amount: "101" })],
      ["malformed", one({ detail: 5 })],
      ["malformed", one({ detail: null })],
      ["malformed", one({ refund: 1 })],
      ["malformed", one({ linked: "true" })],
      ["malformed", one({ holds: 5 })],
      ["malformed", one({ ends: {} })],
      ["account_frozen", leg({ debit: dollarDeposit(frozen) })],
      ["account_closed", leg({ credit: dollarDeposit(closed) })],
      ["key_conflict", one({ key: `rich:${a}` })],
      ["hold_malformed", one({ transfers: [], holds: [{ ...good.transfers[0], expiresAt: "10000-01-01" }] })],
      ["hold_malformed", one({ transfers: [], holds: [{ ...good.transfers[0], expiresAt: "0001-01-01" }] })],
      ["date_malformed", one({ effectiveAt: "0000-01-01T00:00:00Z" })],
      ["date_out_of_range", one({ effectiveAt: "0044-03-15 BC" })],
      ["date_out_of_range", one({ effectiveAt: "0001-01-01T00:00:00Z" })],
      ["date_out_of_range", one({ effectiveAt: "9999-01-01T00:00:00Z" })],
      ["date_out_of_range", one({ effectiveAt: "infinity" })],
      ["date_malformed", one({ effectiveAt: "soon" })],
      ["hold_unknown", one({ transfers: [], ends: [{ hold: "none", as: "void" }] })],
      ["original_unknown", one({ corrects: "none" })],
      ["original_unknown", one({ refund: true })],
    ];
    const mixed = bad.flatMap(([, item]) => [item, one({})]);
    const { rows } = await bank.app.execute<{ outcome: string; code: string | null }>(
      sql`SELECT outcome, code FROM ledger.post_many(${JSON.stringify(mixed)}::jsonb) ORDER BY seq`,
    );
    expect(rows.map(({ outcome, code }) => code ?? outcome)).toEqual(
      bad.flatMap(([code]) => [code, "posted"]),
    );
    expect((await have(b)).haveMicros).toBe(BigInt(bad.length));
  });

  it("refuses alone what Postgres could not read, in its place and its chain", async () => {
    const [a, b] = [await rich(10n), (await bank.customer()).profileId];
    const pay = (change: Partial<Posting> = {}) => ({ transfers: move(a, b, 1n), ...change });
    expect(
      await ask(
        pay(),
        pay({ key: "nul\u0000", detail: { for: "x" } }),
        pay({ isLinked: true }),
        pay({ detail: { for: "half \ud83d" } }),
        pay({ detail: { for: "whole 😀, \\u0000 spelt out" } }),
      ),
    ).toMatchObject([
      { outcome: "posted" },
      { code: "malformed", what: "a character that no text can keep" },
      { code: "chain_broken" },
      { code: "malformed", what: "a character that no text can keep" },
      { outcome: "posted" },
    ]);
    expect((await have(b)).haveMicros).toBe(2n);
  });

  it("of 100,000 items is refused item by item", async () => {
    const { rows } = await bank.app.execute<{ code: string; n: string }>(
      sql`SELECT code, count(*) AS n FROM ledger.post_many((SELECT jsonb_agg('{}'::jsonb) FROM generate_series(1, 100000))) GROUP BY code`,
    );
    expect(rows).toEqual([{ code: "batch_too_large", n: "100000" }]);
  });

  it("fits what 38 digits can count, and refuses what would not", async () => {
    const whale = { class: "wallet_mirror", owner: randomUUID() } as const;
    const mint = () => ({
      transfers: transfers({
        debit: { class: "chain_clearing" },
        credit: whale,
        amountMicros: 10n ** 38n - 1n,
      }),
    });
    expect(outcomes(await ask(mint(), mint()))).toEqual(["posted", "amount_too_large"]);
  });
});

describe("holds", () => {
  it("are have, on hold, can use; posted, in part, given back", async () => {
    const a = await rich(100n);
    const key = randomUUID();
    expect(outcomes(await ask({ key, holds: hold(a, 60n) }, { holds: hold(a, 41n) }))).toEqual([
      "posted",
      "balance_too_low",
    ]);
    expect(await have(a)).toEqual({ haveMicros: 100n, onHoldMicros: 60n, canUseMicros: 40n });
    expect(await openHolds(bank.app, dollarDeposit(a))).toMatchObject([{ key, seq: 1, amountMicros: 60n }]);
    const out = transfers({ debit: dollarDeposit(a), credit: railClearing, amountMicros: 41n });
    expect(outcomes(await ask({ transfers: out }))).toEqual(["balance_too_low"]);

    const end = (as: "post" | "void" | "expire", amountMicros?: bigint) => ({
      ends: [{ hold: key, as, ...(amountMicros !== undefined && { amountMicros }) }],
    });
    const part = { key: randomUUID(), ...end("post", 25n) };
    expect(
      outcomes(await ask(end("post", 61n), end("expire"), part, part, end("post"), end("void"))),
    ).toEqual(["hold_too_small", "hold_not_expired", "posted", "replayed", "hold_resolved", "hold_resolved"]);
    expect(await have(a)).toEqual({ haveMicros: 75n, onHoldMicros: 0n, canUseMicros: 75n });
    expect(await openHolds(bank.app, dollarDeposit(a))).toEqual([]);
  });

  it("opened and posted within one batch, in order", async () => {
    const a = await rich(10n);
    const key = randomUUID();
    const out = transfers({ debit: dollarDeposit(a), credit: railClearing, amountMicros: 10n });
    expect(
      outcomes(
        await ask(
          { key, holds: hold(a, 10n) },
          { transfers: out },
          { ends: [{ hold: key, as: "void" }] },
          { transfers: out },
        ),
      ),
    ).toEqual(["posted", "balance_too_low", "posted", "posted"]);
  });

  it("expire once, whoever runs the job, and can be posted no more", async () => {
    const a = await rich(10n);
    const key = randomUUID();
    await ask({ key, holds: hold(a, 10n, new Date(Date.now() + 400)) });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(outcomes(await ask({ ends: [{ hold: key, as: "post" }] }))).toEqual(["hold_expired"]);
    const counts = await Promise.all([1, 2, 3].map(() => expireHolds(bank.system)));
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(1);
    expect(await have(a)).toEqual({ haveMicros: 10n, onHoldMicros: 0n, canUseMicros: 10n });
  });

  it("end once, when fifty try at once", async () => {
    const a = await rich(10n);
    const key = randomUUID();
    await ask({ key, holds: hold(a, 10n) });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => ask({ ends: [{ hold: key, as: i % 2 ? "post" : "void" }] })),
    );
    expect(outcomes(answers.flat()).filter((one) => one === "posted")).toHaveLength(1);
  });
});

describe("as much as can be used", () => {
  it("moves what is there, leaves what is on hold, and refuses when that is nothing", async () => {
    const [a, b] = [await rich(10n), (await bank.customer()).profileId];
    await ask({ holds: hold(a, 4n) });
    const sweep = { transfers: move(a, b, 1_000n).map((one) => ({ ...one, isUpTo: true })) };
    expect(
      outcomes(await ask(sweep, sweep, { transfers: move(b, a, 6n) }, { transfers: move(b, a, 1n) })),
    ).toEqual(["posted", "balance_too_low", "posted", "balance_too_low"]);
  });
});

describe("what puts an event right", () => {
  it("names it; refunds and corrections together never return more than it moved", async () => {
    const [a, b] = [await rich(10n), await rich(100n)];
    const original = randomUUID();
    await ask({ key: original, transfers: move(a, b, 10n) });
    const back = (amountMicros: bigint) => refund({ original, transfers: move(a, b, amountMicros) });
    expect(
      outcomes(
        await ask(
          back(6n),
          back(5n),
          { corrects: original, transfers: move(b, a, 3n) },
          back(2n),
          back(1n),
          back(1n),
          {
            ...back(1n),
            transfers: transfers({ debit: dollarDeposit(b), credit: railClearing, amountMicros: 1n }),
          },
        ),
      ),
    ).toEqual([
      "posted",
      "refund_too_large",
      "posted",
      "refund_too_large",
      "posted",
      "refund_too_large",
      "refund_too_large",
    ]);
    const many = await rich(10n);
    const paid = randomUUID();
    await ask({ key: paid, transfers: move(many, b, 10n) });
    const race = await Promise.all(
      Array.from({ length: 20 }, () => ask(refund({ original: paid, transfers: move(many, b, 3n) }))),
    );
    expect(outcomes(race.flat()).filter((one) => one === "posted")).toHaveLength(3);
  });
});

describe("the state of an account", () => {
  it("is set with a reason by who may, is audited, and stops what would be taken; what a hold promised is carried through", async () => {
    const [a, b] = [await rich(10n), await rich(10n)];
    const [hold1, hold2] = [randomUUID(), randomUUID()];
    await ask({ key: hold1, holds: hold(a, 2n) }, { key: hold2, holds: hold(a, 3n) });
    const [row] = await bank.app.select().from(account).where(eq(account.profileId, a));
    const accountId = String(row?.id);
    const officer = bank.as(await bank.staff("compliance"));
    const set = (state: string, ctx = officer) =>
      setAccountState(ctx, { accountId, state, reason: "case 7" });
    await expect(set("frozen", bank.as(await bank.staff("clerk")))).rejects.toMatchObject({
      code: "not_allowed",
    });
    await set("frozen");
    expect(
      outcomes(
        await ask({ transfers: move(a, b, 1n) }, { transfers: move(b, a, 1n) }, { holds: hold(a, 1n) }),
      ),
    ).toEqual(["account_frozen", "posted", "account_frozen"]);
    const out = transfers({ debit: dollarDeposit(a), credit: railClearing, amountMicros: 1n });
    const post = [{ hold: hold1, as: "post" as const }];
    expect(
      outcomes(
        await ask({ ends: post, transfers: out }, { ends: post }, { ends: [{ hold: hold2, as: "void" }] }),
      ),
    ).toEqual(["account_frozen", "posted", "posted"]);
    expect((await have(a)).canUseMicros).toBe(9n);
    await expect(set("closed")).rejects.toMatchObject({ code: "conflict" });
    const { approvalId = "" } = await set("open");
    await expect(set("open")).rejects.toMatchObject({ code: "conflict" });
    const seen = await approvalById(officer.actor, approvalId, bank.app);
    const decision = { approvalId, decision: "approve", seenHash: seen.payloadHash };
    await expect(decideApproval(officer, decision)).rejects.toMatchObject({ code: "approval_same_person" });
    expect(outcomes(await ask({ transfers: move(a, b, 1n) }))).toEqual(["account_frozen"]);
    await decideApproval(bank.as(await bank.staff("clerk")), decision);
    await ask({ transfers: move(a, b, 9n) });
    await set("closed");
    expect(outcomes(await ask({ transfers: move(b, a, 1n) }))).toEqual(["account_closed"]);
    await expect(set("open")).rejects.toMatchObject({ code: "conflict" });
    const audited = await bank.app
      .select()
      .from(auditRow)
      .where(eq(auditRow.subject, `account:${accountId}`));
    expect(audited.map(({ command, detail }) => `${command} ${(detail as { to: string }).to}`)).toEqual([
      "set-account-state frozen",
      "ask-to-open-account open",
      "open-account open",
      "set-account-state closed",
    ]);
  });

  it("stays frozen when the second person says no, and closes only when nothing is under way", async () => {
    const a = await rich(1n);
    const [row] = await bank.app.select().from(account).where(eq(account.profileId, a));
    const officer = bank.as(await bank.staff("compliance"));
    const set = (state: string) =>
      setAccountState(officer, { accountId: String(row?.id), state, reason: "case 8" });
    await set("frozen");
    const { approvalId = "" } = await set("open");
    const seen = await approvalById(officer.actor, approvalId, bank.app);
    const no = { approvalId, decision: "refuse", seenHash: seen.payloadHash, reason: "not yet" };
    await decideApproval(bank.as(await bank.staff("clerk")), no);
    expect(outcomes(await ask({ transfers: move(a, a, 1n) }))[0]).not.toBe("posted");

    const empty = (await bank.customer()).profileId;
    await ask({ transfers: bringDollars({ profileId: empty, amountMicros: 1n }) });
    const out = transfers({ debit: dollarDeposit(empty), credit: railClearing, amountMicros: 1n });
    await ask({ transfers: out });
    const [own] = await bank.app.select().from(account).where(eq(account.profileId, empty));
    const close = () =>
      setAccountState(officer, { accountId: String(own?.id), state: "closed", reason: "asked to" });
    await bank.worker.insert(dollarTransfer).values({
      profileId: empty,
      direction: "out",
      rail: "demo",
      amountMicros: 10_000n,
      clientKey: randomUUID(),
      requestId: "r",
    });
    await expect(close()).rejects.toMatchObject({ code: "conflict" });
    await bank.worker.update(dollarTransfer).set({ state: "settled" });
    expect(await close()).toEqual({ state: "closed" });
  });

  it("of a mirror of the chain is the chain's", async () => {
    const holder = walletMirror({ wallet: `0x${"ab".repeat(20)}` });
    await ask({
      transfers: transfers({ debit: { class: "chain_clearing" }, credit: holder, amountMicros: 1n }),
    });
    const frozen = bank.owner.execute(
      sql`UPDATE ledger.account SET state = 'frozen' WHERE owner = ${holder.owner ?? ""}`,
    );
    await expect(frozen).rejects.toSatisfy((thrown) => databaseError(thrown).code === "GR002");
  });
});

describe("looking back", () => {
  it("sums to what was posted at any moment, by either clock, from checkpoints as from legs", async () => {
    const holder = { class: "wallet_mirror", owner: randomUUID() } as const;
    const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n));
    const known: { at: Date; amount: bigint }[] = [];
    for (let batch = 0; batch < 4; batch++) {
      const items = Array.from({ length: 80 }, (_, i) => {
        const at = day((batch * 80 + i * 37) % 300);
        const amount = BigInt(1 + ((i * 7 + batch) % 50));
        known.push({ at, amount });
        return {
          effectiveAt: at,
          transfers: transfers({ debit: { class: "chain_clearing" }, credit: holder, amountMicros: amount }),
        };
      });
      expect(new Set(outcomes(await ask(...items)))).toEqual(new Set(["posted"]));
      for (let i = 0; i < 2; i++) await bank.worker.execute(sql`SELECT ledger.make_checkpoints(true)`);
    }
    for (let waited = 0; waited < 100; waited++) {
      const { rows } = await bank.worker.execute<{ n: string }>(
        sql`SELECT count(*) AS n FROM ledger.checkpoint c JOIN ledger.account a ON a.id = c.account_id WHERE a.owner = ${holder.owner}`,
      );
      if (Number(rows[0]?.n) > 3) break;
      await bank.worker.execute(sql`SELECT ledger.make_checkpoints(true)`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const n of [-1, 0, 5, 77, 150, 299, 301])
      expect(await balanceAt(bank.app, holder, day(n)), `day ${n}`).toBe(
        known.filter(({ at }) => at <= day(n)).reduce((sum, { amount }) => sum + amount, 0n),
      );
    expect(await balanceAt(bank.app, holder, new Date(), "recorded")).toBe(await balanceOf(bank.app, holder));
    expect(await balanceAt(bank.app, holder, day(301), "recorded")).toBe(0n);

    let before: { eventId: bigint; seq: number } | undefined;
    let expected = await balanceOf(bank.app, holder);
    let lines = 0;
    for (;;) {
      const page = await statementPage(bank.app, { ref: holder, size: 33, ...(before && { before }) });
      for (const line of page) {
        expect(line.balanceMicros).toBe(expected);
        expected -= line.amountMicros;
      }
      lines += page.length;
      before = page.at(-1);
      if (page.length < 33) break;
    }
    expect([lines, expected]).toEqual([320, 0n]);
  });

  it("balances at any moment, and counts each dollar and token once", async () => {
    for (const moment of [undefined, { at: new Date() }, { at: new Date(Date.UTC(2026, 3, 1)) }]) {
      const rows = await trialBalance(bank.app, moment);
      for (const asset of ["USD", "TOKEN"]) {
        const of = rows.filter((row) => row.asset === asset);
        expect(of.reduce((sum, row) => sum + row.debitsMicros - row.creditsMicros, 0n)).toBe(0n);
      }
    }
    const usd = (await trialBalance(bank.app)).filter(({ asset }) => asset === "USD");
    const { isEven, liabilitiesMicros, depositsMicros, supplyMicros } = countOnce(usd);
    expect(isEven).toBe(true);
    expect(liabilitiesMicros).toBe(depositsMicros + supplyMicros);
    expect(countOnce([...usd, { class: "token_supply", debitsMicros: 0n, creditsMicros: 1n }]).isEven).toBe(
      false,
    );
    expect((await verifyLedger(bank.app)).filter((finding) => !finding.startsWith("tokens owed"))).toEqual(
      [],
    );
  });

  it("takes no checkpoint that is not what the legs say, and none below which something is under way", async () => {
    const lie = bank.owner.execute(sql`INSERT INTO ledger.checkpoint
      SELECT a.id, 1, 5, 5, 1, now(), now(), now(), now(), now(), now() FROM ledger.account a WHERE a.class = 'fee_pot'`);
    await expect(lie).rejects.toSatisfy((thrown) => databaseError(thrown).code === "GR002");
    const settled = async () =>
      (await bank.worker.execute<{ n: string }>(sql`SELECT settled_event AS n FROM ledger.tide`)).rows[0]?.n;
    await bank.app.transaction(async (tx) => {
      const [posted] = await postMany(tx, [
        posting({
          transfers: transfers({ debit: { class: "chain_clearing" }, credit: feePot, amountMicros: 1n }),
        }),
      ]);
      const own = (posted as { eventId: bigint }).eventId;
      for (let i = 0; i < 4; i++) await bank.worker.execute(sql`SELECT ledger.make_checkpoints(false)`);
      expect(BigInt((await settled()) ?? 0) < own).toBe(true);
    });
  });
});

describe("the batcher", () => {
  it("gives everybody their own answer, and keeps chains together", async () => {
    const a = await rich(50n);
    const b = (await bank.customer()).profileId;
    const batcher = openBatcher(bank.database.urls.app);
    const answers = await Promise.all(
      Array.from({ length: 80 }, () => batcher.post(posting({ transfers: move(a, b, 1n) }))),
    );
    expect(answers.filter(({ outcome }) => outcome === "posted")).toHaveLength(50);
    const chain = await batcher.postChain([
      posting({ transfers: move(b, a, 50n) }),
      posting({ transfers: move(b, a, 1n) }),
    ]);
    expect(outcomes(chain)).toEqual(["chain_broken", "balance_too_low"]);
    await batcher.close();
  });

  it("lets nobody spoil what others asked in the same statement", async () => {
    const [a, b] = [await rich(10n), (await bank.customer()).profileId];
    const batcher = openBatcher(bank.database.urls.app);
    const pay = () => posting({ transfers: move(a, b, 1n) });
    const [first, nul, chain, last] = await Promise.all([
      batcher.post(pay()),
      batcher.post({ ...pay(), subject: "\u0000" }),
      batcher.postChain([pay(), { ...pay(), subject: "\udead" }]),
      batcher.post(pay()),
    ]);
    expect(outcomes([first, nul, ...chain, last])).toEqual([
      "posted",
      "malformed",
      "chain_broken",
      "malformed",
      "posted",
    ]);
    expect((await have(b)).haveMicros).toBe(2n);
    await batcher.close();
  });

  it("says that nobody knows when the connection is lost, and goes on after", async () => {
    const a = await rich(5n);
    const b = (await bank.customer()).profileId;
    const batcher = openBatcher(bank.database.urls.app, { name: "batcher under test" });
    const own = posting({ transfers: move(a, b, 1n) });
    await bank.owner.transaction(async (tx) => {
      await tx.execute(sql`SELECT FROM ledger.account WHERE profile_id = ${a} FOR UPDATE`);
      const lost = batcher.post(own);
      lost.catch(() => {});
      for (let cut = 0; cut === 0; ) {
        const { rowCount } = await bank.app.execute(
          sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'batcher under test' AND state = 'active'`,
        );
        cut = rowCount ?? 0;
      }
      await expect(lost).rejects.toBeDefined();
    });
    expect((await batcher.post(own)).outcome).toBe("posted");
    expect((await batcher.post(own)).outcome).toBe("replayed");
    await batcher.close();
  });
});

describe("lines from outside", () => {
  it("are posted as they come and answered in their order", async () => {
    const [a, b] = [await rich(10n), (await bank.customer()).profileId];
    const pay = (key: string, amount: string) => ({
      key,
      debit: `dollar_deposit profile:${a}`,
      credit: dollarDeposit(b),
      amount,
    });
    const given = [pay(`line:${a}`, "4"), pay(`line:${a}`, "4"), pay(`more:${a}`, "7"), "nothing"];
    const lines = async function* () {
      for (const line of given) yield Buffer.from(JSON.stringify(line));
    };
    const seen = [];
    for await (const line of postLines(lines(), bank.database.urls.worker)) seen.push(line);
    process.exitCode = undefined;
    expect(seen).toMatchObject([
      { line: 1, key: `line:${a}`, outcome: "posted" },
      { line: 2, key: `line:${a}`, outcome: "replayed" },
      { line: 3, key: `more:${a}`, outcome: "refused", code: "balance_too_low" },
      { line: 4, key: null, outcome: "refused", code: "malformed" },
    ]);
  });

  it("are asked again when the connection is lost, and unknown when the database stays away", async () => {
    const [a, b] = [await rich(10n), (await bank.customer()).profileId];
    const lines = async function* () {
      for (const n of [1, 2])
        yield Buffer.from(
          JSON.stringify({
            key: `lost:${a}:${n}`,
            debit: dollarDeposit(a),
            credit: dollarDeposit(b),
            amount: "1",
          }),
        );
    };
    const answersFrom = async (url: string, patienceMs: number) => {
      const seen: string[] = [];
      for await (const { outcome } of postLines(lines(), url, { patienceMs })) seen.push(outcome);
      expect(process.exitCode === 1).toBe(seen.includes("unknown"));
      process.exitCode = undefined;
      return seen;
    };
    let answers: Promise<string[]> | undefined;
    await bank.owner.transaction(async (tx) => {
      await tx.execute(sql`SELECT FROM ledger.account WHERE profile_id = ${a} FOR UPDATE`);
      answers = answersFrom(bank.database.urls.worker, 30_000);
      for (let cut = 0; cut === 0; ) {
        const { rowCount } = await bank.worker.execute(
          sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'granary ledger post' AND state = 'active'`,
        );
        cut = rowCount ?? 0;
      }
    });
    expect(await answers).toEqual(["posted", "posted"]);
    expect((await have(b)).haveMicros).toBe(2n);
    expect(await answersFrom("postgres://nobody@127.0.0.1:1/none", 300)).toEqual(["unknown", "unknown"]);
  });
});
