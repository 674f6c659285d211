import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { databaseError, inTransaction } from "@/db/transaction";
import { randomFrom } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import {
  dollarDeposit,
  feePot,
  type Holder,
  railClearing,
  stakeMirror,
  tokenSupply,
  walletMirror,
} from "@/lib/ledger/accounts";
import { chartOfAccounts } from "@/lib/ledger/chart-of-accounts";
import { type Posted, type Posting, post } from "@/lib/ledger/posting";
import {
  balanceAt,
  balanceOf,
  eventByKey,
  standingOf,
  statementPage,
  totalOf,
  trialBalance,
  verifyLedger,
} from "@/lib/ledger/queries";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { conversionRefunded } from "@/lib/ledger/recipes/conversion-refunded";
import { conversionRequested } from "@/lib/ledger/recipes/conversion-requested";
import { dollarsOutReturned, dollarsOutSent, dollarsOutSettled } from "@/lib/ledger/recipes/dollars-out";
import { epochDistributed } from "@/lib/ledger/recipes/epoch-distributed";
import { feeCollected } from "@/lib/ledger/recipes/fee-collected";
import { issuance } from "@/lib/ledger/recipes/issuance";
import { payoutWithWithholding } from "@/lib/ledger/recipes/payout-with-withholding";
import { redemption } from "@/lib/ledger/recipes/redemption";
import { stakeMirrored } from "@/lib/ledger/recipes/stake-mirrored";
import { transferMirrored } from "@/lib/ledger/recipes/transfer-mirrored";
import { unbondMirrored } from "@/lib/ledger/recipes/unbond-mirrored";
import { withdrawMirrored } from "@/lib/ledger/recipes/withdraw-mirrored";
import type { Transfer } from "@/lib/ledger/transfer";
import { type TestBank, testBank } from "@/lib/processes/test-bank";

let bank: TestBank;
let db: Db;
/** a connection for each of those who come at once */
let crowd: Db;
beforeAll(async () => {
  bank = await testBank();
  db = bank.app;
  crowd = bank.database.open("app", 64).db;
});
afterAll(() => bank.close());

const dollar = 1_000_000n;
const bookedAs = (own: Pick<Posting, "key"> & Partial<Posting>, as: Db = db): Promise<Posted> =>
  inTransaction(as, (tx) =>
    post(tx, { event: "test", actor: { kind: "system", job: "test" }, requestId: randomUUID(), ...own }),
  );
const booked = (key: string, transfers: Transfer[], effectiveAt?: Date): Promise<Posted> =>
  bookedAs({ key, transfers, effectiveAt });
const owner = async () => (await bank.customer()).profileId;
const rich = async (amountMicros: bigint) => {
  const profileId = await owner();
  await booked(`bring:${profileId}`, bringDollars({ profileId, amountMicros }));
  return profileId;
};
const refused = (code: string) => expect.objectContaining({ code });

/** Straight to the database's door, past everything that TypeScript checks. */
const raw = (payload: Record<string, unknown>) =>
  db.execute(sql`SELECT * FROM ledger.post(${JSON.stringify(payload)}::jsonb)`).then(
    () => "posted",
    (thrown) => databaseError(thrown).code,
  );
const rawEvent = (amount: unknown, change: Record<string, unknown> = {}) => ({
  key: randomUUID(),
  kind: "test",
  subject: "test",
  actor: "test",
  requestId: "r",
  transfers: [{ asset: "USD", amount, debit: { class: "rail_clearing" }, credit: { class: "suspense" } }],
  ...change,
});

describe("the chart of accounts", () => {
  it("is the same in code and in the database", async () => {
    const { rows } = await db.execute(sql`SELECT * FROM ledger.account_class`);
    const inSql = Object.fromEntries(
      rows.map((row) => [
        row.class,
        {
          asset: row.asset,
          side: row.side,
          isMemo: row.is_memo,
          isClearing: row.is_clearing,
          isCustomer: row.is_customer,
          isMirror: row.is_mirror,
        },
      ]),
    );
    const inCode = Object.entries(chartOfAccounts).map(([name, { purpose, counted, ...kind }]) => {
      expect(purpose.length, name).toBeGreaterThan(15);
      expect(counted === "holder" || kind.asset === "USD" || !kind.isCustomer, name).toBe(true);
      return [name, kind];
    });
    expect(inSql).toEqual(Object.fromEntries(inCode));
  });

  it("has no way to exempt a customer's account from the floor of zero", () => {
    for (const [name, kind] of Object.entries(chartOfAccounts))
      expect(kind.isCustomer && kind.isClearing, name).toBe(false);
  });
});

describe("one key, one event", () => {
  it("answers the same event again, whoever retries", async () => {
    const profileId = await owner();
    const first = await booked(`k1:${profileId}`, bringDollars({ profileId, amountMicros: dollar }));
    const again = await booked(`k1:${profileId}`, bringDollars({ profileId, amountMicros: dollar }));
    expect(first.replayed).toBe(false);
    expect(again).toEqual({ eventId: first.eventId, replayed: true });
    expect(await balanceOf(db, dollarDeposit(profileId))).toBe(dollar);
  });

  it("refuses another payload under the same key", async () => {
    const profileId = await owner();
    await booked(`k2:${profileId}`, bringDollars({ profileId, amountMicros: dollar }));
    await expect(booked(`k2:${profileId}`, bringDollars({ profileId, amountMicros: 2n }))).rejects.toEqual(
      refused("idempotency_conflict"),
    );
    await expect(
      booked(`k2:${profileId}`, bringDollars({ profileId, amountMicros: dollar }), new Date(0)),
    ).rejects.toEqual(refused("idempotency_conflict"));
    expect(await balanceOf(db, dollarDeposit(profileId))).toBe(dollar);
  });

  it("has one effect when asked fifty times at once", { timeout: patience(30_000) }, async () => {
    for (let round = 0; round < rounds(1); round++) {
      const profileId = await owner();
      const answers = await Promise.all(
        Array.from({ length: 50 }, () =>
          bookedAs(
            { key: `k3:${profileId}`, transfers: bringDollars({ profileId, amountMicros: dollar }) },
            crowd,
          ),
        ),
      );
      expect(new Set(answers.map(({ eventId }) => eventId)).size).toBe(1);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(await balanceOf(db, dollarDeposit(profileId))).toBe(dollar);
    }
  });
});

describe("nobody below zero", () => {
  it("takes the last micro and not one more", async () => {
    const profileId = await rich(10n);
    await booked(`spend:${profileId}`, dollarsOutSent({ profileId, amountMicros: 10n }));
    await expect(
      booked(`more:${profileId}`, dollarsOutSent({ profileId, amountMicros: 1n })),
    ).rejects.toEqual(refused("balance_too_low"));
    expect(await eventByKey(db, `more:${profileId}`)).toBeUndefined();
    expect(await balanceOf(db, dollarDeposit(profileId))).toBe(0n);
  });

  it("accepts exactly what the balance allows out of 64 spends at once", {
    timeout: patience(30_000),
  }, async () => {
    const next = randomFrom(BigInt(barSeed()));
    for (let round = 0; round < rounds(2); round++) {
      const amountMicros = 1n + (next() % dollar);
      const balance = 1n + (next() % (65n * amountMicros));
      const allowed = balance / amountMicros < 64n ? balance / amountMicros : 64n;
      const profileId = await rich(balance);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 64 }, (_, i) =>
          bookedAs(
            { key: `race:${profileId}:${i}`, transfers: dollarsOutSent({ profileId, amountMicros }) },
            crowd,
          ),
        ),
      );
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(Number(allowed));
      for (const outcome of outcomes)
        if (outcome.status === "rejected") expect(outcome.reason).toEqual(refused("balance_too_low"));
      expect(await balanceOf(db, dollarDeposit(profileId))).toBe(balance - allowed * amountMicros);
    }
    expect(await verifyLedger(db)).toEqual([]);
  });

  it("lets opposite transfers between the same accounts run at once", async () => {
    const [a, b] = [await rich(100n), await rich(100n)];
    const move = (from: string, to: string, i: number) =>
      booked(`cross:${from}:${i}`, [
        { debit: dollarDeposit(from), credit: dollarDeposit(to), asset: "USD", amountMicros: 1n },
        { debit: dollarDeposit(from), credit: railClearing, asset: "USD", amountMicros: 1n },
      ]);
    await Promise.all(Array.from({ length: 20 }, (_, i) => [move(a, b, i), move(b, a, i)]).flat());
    expect(await balanceOf(db, dollarDeposit(a))).toBe(80n);
    expect(await balanceOf(db, dollarDeposit(b))).toBe(80n);
  });
});

describe("what the door itself refuses", () => {
  it.each([
    ["0"],
    ["-1"],
    ["1.5"],
    ["NaN"],
    ["Infinity"],
    ["1e3"],
    [""],
    [" 1"],
    ["9".repeat(39)],
    [null],
    [5],
  ])("amount %j", async (amount) => expect(await raw(rawEvent(amount))).toBe("GR004"));

  it("events that move nothing, to nowhere, or to themselves", async () => {
    expect(await raw(rawEvent("1", { transfers: [] }))).toBe("GR004");
    const move = (debit: unknown, credit: unknown, asset = "USD") =>
      raw(rawEvent("1", { transfers: [{ asset, amount: "1", debit, credit }] }));
    const clearing = { class: "rail_clearing" };
    expect(await move(clearing, { class: "no_such_class" })).toBe("GR004");
    expect(await move(clearing, { class: "suspense" }, "TOKEN")).toBe("GR004");
    expect(await move(clearing, clearing)).toBe("GR004");
    expect(await raw({ ...rawEvent("1"), key: "" })).toBe("GR004");
    expect(await raw({ ...rawEvent("1"), effectiveAt: "infinity" })).toBe("GR004");
    expect(await move(clearing, { class: "suspense" })).toBe("posted");
  });

  it("transfers that join an event later, and events without their transfers, even from the owner", async () => {
    const profileId = await rich(5n);
    const event = await eventByKey(db, `bring:${profileId}`);
    const late = bank.owner.execute(sql`
      INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
      SELECT event_id, 99, debit_account, credit_account, asset, 5 FROM ledger.transfer
      WHERE event_id = ${event?.id.toString()}::bigint LIMIT 1`);
    await expect(late).rejects.toSatisfy((thrown) => databaseError(thrown).code === "GR002");
    const empty = bank.owner.execute(sql`
      INSERT INTO ledger.event (key, payload_hash, kind, subject, effective_at, recorded_at, actor, request_id, transfer_count)
      VALUES ('empty', sha256('empty'), 'k', 's', now(), now(), 'a', 'r', 1)`);
    await expect(empty).rejects.toSatisfy((thrown) => databaseError(thrown).code === "GR004");
    for (const change of [
      sql`UPDATE ledger.event SET kind = 'x'`,
      sql`DELETE FROM ledger.transfer`,
      sql`UPDATE ledger.account SET debits_micros = 0`,
      sql`UPDATE ledger.account SET side = 'debit', class = 'cash'`,
      sql`DELETE FROM ledger.account`,
    ])
      await expect(bank.owner.execute(change)).rejects.toSatisfy(
        (thrown) => databaseError(thrown).code === "GR002",
      );
  });

  it("and when somebody goes around all of it, verify says so", async () => {
    const test = bank.owner.transaction(async (tx) => {
      await tx.execute(sql`ALTER TABLE ledger.account DISABLE TRIGGER account_stays`);
      await tx.execute(
        sql`UPDATE ledger.account SET credits_micros = credits_micros + 1 WHERE class = 'dollar_deposit'`,
      );
      expect((await verifyLedger(tx)).some((finding) => finding.includes("do not sum to zero"))).toBe(true);
      tx.rollback();
    });
    await expect(test).rejects.toThrow("Rollback");
    expect(await verifyLedger(db)).toEqual([]);
  });
});

describe("two times and a statement", () => {
  it("knows what stood when, by when it happened", async () => {
    const profileId = await owner();
    const day = (n: number) => new Date(Date.UTC(2026, 0, n));
    await booked(`late:${profileId}`, bringDollars({ profileId, amountMicros: 5n }), day(20));
    await booked(`early:${profileId}`, bringDollars({ profileId, amountMicros: 3n }), day(10));
    const ref = dollarDeposit(profileId);
    expect(await balanceAt(db, ref, day(9))).toBe(0n);
    expect(await balanceAt(db, ref, day(15))).toBe(3n);
    expect(await balanceAt(db, ref, day(20))).toBe(8n);
    const event = await eventByKey(db, `early:${profileId}`);
    expect(event?.effectiveAt).toEqual(day(10));
    expect(event && event.recordedAt > day(20)).toBe(true);
  });

  it("pages through an account, newest first, with the balance after each line", async () => {
    const profileId = await rich(10n);
    for (let i = 0; i < 4; i++)
      await booked(`s:${profileId}:${i}`, dollarsOutSent({ profileId, amountMicros: 1n }));
    const ref = dollarDeposit(profileId);
    const first = await statementPage(db, { ref, profileId, size: 3 });
    expect(first.map(({ amountMicros, balanceMicros }) => [amountMicros, balanceMicros])).toEqual([
      [-1n, 6n],
      [-1n, 7n],
      [-1n, 8n],
    ]);
    const rest = await statementPage(db, { ref, profileId, before: first.at(-1), size: 3 });
    expect(rest.map(({ balanceMicros }) => balanceMicros)).toEqual([9n, 10n]);
    expect(await statementPage(db, { ref, profileId: randomUUID() })).toEqual([]);
  });
});

describe("the books as a whole", () => {
  const amount = fc.bigInt({ min: 1n, max: 20n * dollar });
  const step = fc.record({
    kind: fc.constantFrom(
      "bring",
      "out",
      "outReturned",
      "convert",
      "refund",
      "mint",
      "redeem",
      "fee",
      "distribute",
      "stake",
      "unbond",
      "withdraw",
      "pay",
      "move",
    ),
    who: fc.nat({ max: 2 }),
    amount,
    part: fc.bigInt({ min: 0n, max: 100n }),
  });
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  const transfersOf = (people: Holder[], { kind, who, amount: amountMicros, part }: Step): Transfer[] => {
    const holder = people[who] as Holder;
    const to = people[(who + 1) % 3] as Holder;
    const profileId = holder.profileId as string;
    const feeMicros = (amountMicros * part) / 1000n;
    const stake = { holder, operatorId: 1, amountMicros };
    switch (kind) {
      case "bring":
        return bringDollars({ profileId, amountMicros });
      case "out":
        return [
          ...dollarsOutSent({ profileId, amountMicros }),
          ...dollarsOutSettled({ profileId, amountMicros }),
        ];
      case "outReturned":
        return [
          ...dollarsOutSent({ profileId, amountMicros }),
          ...dollarsOutReturned({ profileId, amountMicros }),
        ];
      case "redeem":
        return redemption({ to: dollarDeposit(profileId), holder, grossMicros: amountMicros, feeMicros });
      case "fee":
        return feeCollected({ payer: holder, amountMicros });
      case "distribute":
        return epochDistributed({ operatorId: 1, grossMicros: amountMicros });
      case "stake":
        return stakeMirrored(stake);
      case "unbond":
        return unbondMirrored(stake);
      case "withdraw":
        return withdrawMirrored(stake);
      case "move":
        return transferMirrored({ from: holder, to, amountMicros });
      default: {
        const tax = (amountMicros * part) / 400n;
        return payoutWithWithholding({
          holder,
          operatorId: 1,
          grossMicros: amountMicros,
          operatorFeeMicros: feeMicros,
          netMicros: amountMicros - feeMicros - 2n * tax,
          withheld: [
            { jurisdiction: "US", amountMicros: tax },
            { jurisdiction: "US-MD", amountMicros: tax },
            { jurisdiction: "US-MD-24031", amountMicros: 0n },
          ],
        });
      }
    }
  };

  type Asked = { issuanceId: string; who: number; grossMicros: bigint };
  type Act = Pick<Posting, "key"> & Partial<Posting>;

  /** An event, and what of the conversions under way it opens or ends. */
  const actOf = (key: string, people: Holder[], step: Step, open: Asked[]): { act?: Act; ends?: Asked } => {
    const { kind, who, amount: grossMicros, part } = step;
    if (kind !== "convert" && kind !== "refund" && kind !== "mint")
      return { act: { key, transfers: transfersOf(people, step) } };
    const holder = people[who] as Holder;
    if (kind === "convert")
      return {
        act: conversionRequested({ issuanceId: key, profileId: holder.profileId as string, grossMicros }),
      };
    const ends = open.find((one) => one.who === who);
    if (!ends) return {};
    if (kind === "refund") return { act: conversionRefunded(ends.issuanceId), ends };
    const feeMicros = (ends.grossMicros * part) / 1000n;
    return { act: { key, ...issuance({ ...ends, holder, feeMicros }) }, ends };
  };

  it("balance after any sequence of events, accepted or refused, and equal a model", {
    timeout: patience(120_000),
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const people = await Promise.all(
          [0, 1, 2].map(async () => {
            const { profileId, address } = await bank.customer();
            return { wallet: address, profileId };
          }),
        );
        const run = randomUUID();
        const model = new Map<string, bigint>();
        const bump = (name: string, by: bigint) => model.set(name, (model.get(name) ?? 0n) + by);
        const opening = (kind: Step["kind"], amountMicros: bigint) =>
          [0, 1, 2].map((who) => ({ kind, who, amount: amountMicros, part: 10n }));
        const whole = [
          ...opening("bring", 60n * dollar),
          ...opening("convert", 30n * dollar),
          ...opening("mint", 30n * dollar),
          ...opening("stake", 10n * dollar),
          ...opening("fee", 5n * dollar),
          ...opening("distribute", 4n * dollar),
          ...steps,
        ];
        let open: Asked[] = [];
        for (const [i, one] of whole.entries()) {
          const key = `model:${run}:${i}`;
          const { act, ends } = actOf(key, people, one, open);
          if (!act) continue;
          const accepted = await bookedAs(act).then(
            () => true,
            (thrown) => {
              expect(thrown).toEqual(refused("balance_too_low"));
              return false;
            },
          );
          if (!accepted) continue;
          if (act.holds) open.push({ issuanceId: key, who: one.who, grossMicros: one.amount });
          open = open.filter((other) => other !== ends);
          const posted = act.ends?.[0]?.as === "post" && ends;
          const ofHold = posted
            ? [
                {
                  debit: dollarDeposit(people[one.who]?.profileId as string),
                  credit: tokenSupply,
                  amountMicros: posted.grossMicros,
                },
              ]
            : [];
          for (const { debit, credit, amountMicros } of [...(act.transfers ?? []), ...ofHold]) {
            bump(`${debit.class} ${debit.owner}`, -amountMicros);
            bump(`${credit.class} ${credit.owner}`, amountMicros);
          }
        }
        for (const [who, { profileId }] of people.entries())
          expect((await standingOf(db, dollarDeposit(profileId))).onHoldMicros).toBe(
            open.filter((asked) => asked.who === who).reduce((sum, asked) => sum + asked.grossMicros, 0n),
          );
        for (const holder of people)
          for (const ref of [dollarDeposit(holder.profileId), walletMirror(holder), stakeMirror(holder, 1)]) {
            const balance = await balanceOf(db, ref);
            expect(balance).toBe(model.get(`${ref.class} ${ref.owner}`) ?? 0n);
            expect(balance >= 0n).toBe(true);
          }
        expect(await verifyLedger(db)).toEqual([]);
      }),
      { numRuns: rounds(12), seed: barSeed() },
    );
  });

  it("have a trial balance: debits equal credits per asset, and each token is owed once", async () => {
    const rows = await trialBalance(db);
    for (const asset of ["USD", "TOKEN"] as const) {
      const own = rows.filter((row) => row.asset === asset);
      const sum = (pick: (row: (typeof own)[number]) => bigint) => own.reduce((a, row) => a + pick(row), 0n);
      expect(own.length).toBeGreaterThan(0);
      expect(sum((row) => row.debitsMicros)).toBe(sum((row) => row.creditsMicros));
    }
    expect(await totalOf(db, "token_supply")).toBe(await totalOf(db, "token_control"));
    expect(await balanceOf(db, feePot)).toBe(await totalOf(db, "fee_pot"));
  });
});
