import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import type { AccountRef } from "@/lib/ledger/accounts";
import { type Answer, type Posting, postMany } from "@/lib/ledger/posting";
import { verifyLedger } from "@/lib/ledger/queries";
import type { Transfer } from "@/lib/ledger/transfer";
import { type TestBank, testBank } from "@/lib/processes/test-bank";

let bank: TestBank;
beforeAll(async () => {
  bank = await testBank();
});
afterAll(() => bank.close());

/** Four customers, two accounts of the bank's with a floor, one without. */
const places = 7;
const isCustomer = (place: number) => place < 4;
const isBounded = (place: number) => place < 6;
const refOf = (run: string, place: number): AccountRef =>
  isCustomer(place)
    ? { class: "wallet_mirror", owner: `${run}:${place}` }
    : isBounded(place)
      ? { class: "operator_fee", owner: `${run}:${place}` }
      : { class: "chain_clearing", owner: run };

type Move = { debit: number; credit: number; amount: bigint };
type Want = {
  moves: Move[];
  isUpTo: boolean;
  hold?: Move;
  /** which of the holds there are, by remainder */
  end?: { pick: number; as: "post" | "void"; amount?: bigint };
  /** which of the plain events there are, and how much of it */
  refund?: { pick: number; amount: bigint };
  again?: { pick: number; isOther: boolean };
  isLinked: boolean;
};
type Hold = Move & { key: string; isOpen: boolean };
type Plain = { key: string; move: Move; backMicros: bigint };

/** The ledger in a few lines: what stands, what is held, what was posted under which key. */
class Model {
  balance = Array.from({ length: places }, () => 0n);
  held = Array.from({ length: places }, () => 0n);
  holds: Hold[] = [];
  plain: Plain[] = [];
  payloads = new Map<string, string>();

  copy(): Model {
    const copy = new Model();
    copy.balance = [...this.balance];
    copy.held = [...this.held];
    copy.holds = this.holds.map((one) => ({ ...one }));
    copy.plain = this.plain.map((one) => ({ ...one }));
    copy.payloads = new Map(this.payloads);
    return copy;
  }

  private get isSound(): boolean {
    return this.balance.every((micros, place) => !isBounded(place) || micros >= (this.held[place] ?? 0n));
  }

  private move({ debit, credit, amount }: Move) {
    this.balance[debit] = (this.balance[debit] ?? 0n) - amount;
    this.balance[credit] = (this.balance[credit] ?? 0n) + amount;
  }

  /** Applies one item, or leaves a state that is thrown away and says why. */
  apply(item: Item): string {
    const known = this.payloads.get(item.key);
    if (known !== undefined) return known === item.payload ? "replayed" : "key_conflict";
    if (item.end) {
      const hold = this.holds.find(({ key }) => key === item.end?.key);
      if (!hold) return "hold_unknown";
      if (!hold.isOpen) return "hold_resolved";
      const amount = item.end.amount ?? hold.amount;
      if (item.end.as === "post" && amount > hold.amount) return "hold_too_small";
      hold.isOpen = false;
      this.held[hold.debit] = (this.held[hold.debit] ?? 0n) - hold.amount;
      if (item.end.as === "post") this.move({ ...hold, amount });
    }
    for (const move of item.moves) {
      const free = (this.balance[move.debit] ?? 0n) - (this.held[move.debit] ?? 0n);
      const amount = item.isUpTo && isBounded(move.debit) && free < move.amount ? free : move.amount;
      if (amount <= 0n) return "balance_too_low";
      this.move({ ...move, amount });
      if (item.moves.length === 1 && !item.refunds)
        this.plain.push({ key: item.key, move: { ...move, amount }, backMicros: 0n });
    }
    if (item.hold) {
      this.held[item.hold.debit] = (this.held[item.hold.debit] ?? 0n) + item.hold.amount;
      this.holds.push({ ...item.hold, key: item.key, isOpen: true });
    }
    if (!this.isSound) return "balance_too_low";
    if (item.refunds) {
      const of = this.plain.find(({ key }) => key === item.refunds);
      if (!of) return "original_unknown";
      of.backMicros += item.moves[0]?.amount ?? 0n;
      if (of.backMicros > of.move.amount) return "refund_too_large";
    }
    this.payloads.set(item.key, item.payload);
    return "posted";
  }
}

type Item = {
  key: string;
  payload: string;
  moves: Move[];
  isUpTo: boolean;
  hold?: Move;
  end?: { key: string; as: "post" | "void"; amount?: bigint };
  refunds?: string;
  isLinked: boolean;
};

const differs = ({ key: _, isLinked, ...rest }: Omit<Item, "payload">) =>
  JSON.stringify(rest, (__, value) => (typeof value === "bigint" ? String(value) : value));

/** What an item wants, as it can be asked for in this state of things. */
function itemOf(want: Want, sent: readonly Item[], model: Model): Item {
  const key = randomUUID();
  const make = (item: Omit<Item, "payload">): Item => ({ ...item, payload: differs(item) });
  const plainly = { key, isUpTo: false, isLinked: want.isLinked };
  if (want.again && sent.length > 0) {
    const old = sent[want.again.pick % sent.length] as Item;
    const item = { ...old, isLinked: false };
    return want.again.isOther ? make({ ...plainly, key: old.key, moves: want.moves, isLinked: false }) : item;
  }
  const holds = [
    ...model.holds.map((one) => one.key),
    ...sent.filter((one) => one.hold).map((one) => one.key),
  ];
  if (want.end && holds.length > 0)
    return make({
      ...plainly,
      moves: [],
      end: { ...want.end, key: holds[want.end.pick % holds.length] as string },
    });
  if (want.refund && model.plain.length > 0) {
    const of = model.plain[want.refund.pick % model.plain.length] as Plain;
    const amount = want.refund.amount > of.move.amount + 1n ? of.move.amount : want.refund.amount;
    return make({
      ...plainly,
      refunds: of.key,
      moves: [{ debit: of.move.credit, credit: of.move.debit, amount }],
    });
  }
  if (want.hold) return make({ ...plainly, moves: [], hold: want.hold });
  return make({ ...plainly, isUpTo: want.isUpTo && want.moves.length === 1, moves: want.moves });
}

function postingOf(run: string, item: Item): Posting {
  const transfer = ({ debit, credit, amount }: Move): Transfer => ({
    asset: "TOKEN",
    debit: refOf(run, debit),
    credit: refOf(run, credit),
    amountMicros: amount,
    ...(item.isUpTo && { isUpTo: true }),
  });
  return {
    key: item.key,
    event: "model",
    subject: "model",
    actor: "test",
    requestId: run,
    transfers: item.moves.map(transfer),
    ...(item.hold && {
      holds: [{ ...transfer(item.hold), expiresAt: new Date("2999-01-01T00:00:00Z") }],
    }),
    ...(item.end && {
      ends: [
        {
          hold: item.end.key,
          as: item.end.as,
          ...(item.end.amount !== undefined && { amountMicros: item.end.amount }),
        },
      ],
    }),
    ...(item.refunds && { corrects: item.refunds, isRefund: true }),
    ...(item.isLinked && { isLinked: true }),
  };
}

/** One item after the other; a chain as a whole or not at all. */
function expected(model: Model, items: readonly Item[]): { after: Model; answers: string[] } {
  let now = model;
  const answers: string[] = [];
  for (let at = 0; at < items.length; ) {
    let end = at;
    while (items[end]?.isLinked && end < items.length - 1) end += 1;
    const chain = items.slice(at, end + 1);
    const next = now.copy();
    const said: string[] = [];
    let broken = -1;
    for (const [i, item] of chain.entries()) {
      const before = next.copy();
      const code = next.apply(item);
      said.push(code);
      if (code === "replayed") Object.assign(next, before);
      else if (code !== "posted") {
        broken = i;
        break;
      }
    }
    if (broken < 0) now = next;
    answers.push(
      ...chain.map((_, i) => (broken < 0 ? said[i] : i === broken ? said[i] : "chain_broken") as string),
    );
    at = end + 1;
  }
  return { after: now, answers };
}

const amount = fc.bigInt({ min: 1n, max: 40n });
/** half of all moves bring something in, so that not everybody is poor */
const giver = fc.integer({ min: 0, max: 2 * places - 3 }).map((n) => Math.min(n, places - 1));
const move = fc
  .record({ debit: giver, by: fc.integer({ min: 1, max: places - 1 }), amount })
  .map(({ debit, by, amount: of }) => ({ debit, credit: (debit + by) % places, amount: of }));
const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2, nil: undefined });
const want: fc.Arbitrary<Want> = fc
  .record({
    moves: fc.array(move, { minLength: 1, maxLength: 3 }),
    isUpTo: fc.boolean(),
    isLinked: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    hold: move.filter(({ debit }) => isCustomer(debit)),
    end: fc.record({
      pick: fc.nat(),
      as: fc.constantFrom("post" as const, "void" as const),
      amount: perhaps(amount),
    }),
    refund: fc.record({ pick: fc.nat(), amount }),
    again: fc.record({ pick: fc.nat(), isOther: fc.boolean() }),
    which: fc.nat({ max: 9 }),
  })
  .map(({ which, hold, end: { amount: part, ...end }, refund, again, ...plain }) => ({
    ...plain,
    ...(which === 5 && { hold }),
    ...((which === 6 || which === 7) && { end: { ...end, ...(part !== undefined && { amount: part }) } }),
    ...(which === 8 && { refund }),
    ...(which === 9 && { again }),
  }));

/** a bar's runs have all of them */
const perRun = 60;

type Real = { run: string };
class Ask implements fc.AsyncCommand<{ now: Model; sent: Item[] }, Real> {
  constructor(readonly wants: readonly Want[]) {}
  check = () => true;
  toString = () =>
    `ask(${JSON.stringify(this.wants, (_, value) => (typeof value === "bigint" ? String(value) : value))})`;

  async run(model: { now: Model; sent: Item[] }, { run }: Real): Promise<void> {
    const items: Item[] = [];
    for (const one of this.wants) items.push(itemOf(one, [...model.sent, ...items], model.now));
    // the same key twice in a chain with others would be refused for the chain's sake
    for (const [i, item] of items.entries())
      if (
        items.slice(i + 1).some(({ key }) => key === item.key) ||
        items.slice(0, i).some(({ key }) => key === item.key)
      )
        for (const near of [items[i - 1], item]) if (near) near.isLinked = false;
    for (const [i, item] of items.entries())
      if (model.sent.some(({ key }) => key === item.key) && items[i - 1]) {
        (items[i - 1] as Item).isLinked = false;
      }
    const { after, answers } = expected(model.now, items);
    const said = await postMany(
      bank.app,
      items.map((item) => postingOf(run, item)),
    );
    expect(said.map((one: Answer) => (one.outcome === "refused" ? one.code : one.outcome))).toEqual(answers);
    model.now = after;
    model.sent.push(...items.map((item) => ({ ...item })));

    const { rows } = await bank.app.execute<{
      owner: string;
      class: string;
      stands: string;
      held: string;
    }>(sql`
      SELECT class, owner, (credits_micros - debits_micros)::text AS stands, held_micros::text AS held
      FROM ledger.account_now WHERE owner = ${run} OR owner LIKE ${`${run}:%`}`);
    for (let place = 0; place < places; place++) {
      const ref = refOf(run, place);
      const row = rows.find((one) => one.class === ref.class && one.owner === ref.owner);
      expect([BigInt(row?.stands ?? 0), BigInt(row?.held ?? 0)], `account ${place}`).toEqual([
        after.balance[place],
        after.held[place],
      ]);
    }
  }
}

describe("the ledger and a model of it", () => {
  it("answer the same and stand the same after any batches of transfers, chains, holds, refunds and retries", {
    timeout: patience(120_000),
  }, async () => {
    const asks = fc.array(want, { minLength: 1, maxLength: 8 }).map((wants) => new Ask(wants));
    const commands = fc.array(asks, {
      minLength: process.env.BAR_ROUNDS ? perRun : 1,
      maxLength: perRun,
      size: "max",
    });
    await fc.assert(
      fc.asyncProperty(commands, (all) =>
        fc.asyncModelRun(() => ({ model: { now: new Model(), sent: [] }, real: { run: randomUUID() } }), all),
      ),
      { numRuns: rounds(8), seed: barSeed(), endOnFailure: true },
    );
    expect((await verifyLedger(bank.owner)).filter((finding) => !finding.startsWith("tokens owed"))).toEqual(
      [],
    );
  });
});
