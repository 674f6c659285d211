import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { databaseError } from "@/db/transaction";
import { chooser, type Random } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { dollarDeposit } from "@/lib/ledger/accounts";
import { postMany } from "@/lib/ledger/posting";
import { balanceOf, standingOf, verifyLedger } from "@/lib/ledger/queries";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { transfers } from "@/lib/ledger/transfer";
import { type TestBank, testBank } from "@/lib/processes/test-bank";

let bank: TestBank;
let profileId: string;
/** a connection for each of those who come at once */
let many: Record<"app" | "owner", Db>;
beforeAll(async () => {
  bank = await testBank();
  many = { app: bank.database.open("app", 12).db, owner: bank.database.open("owner", 12).db };
  profileId = (await bank.customer()).profileId;
  await postMany(bank.app, [
    {
      key: "direct:opening",
      event: "test",
      actor: "test",
      requestId: "test",
      transfers: bringDollars({ profileId, amountMicros: BigInt(opening) }),
    },
    {
      key: "direct:hold",
      event: "test",
      actor: "test",
      requestId: "test",
      holds: transfers({
        debit: dollarDeposit(profileId),
        credit: { class: "rail_clearing" },
        amountMicros: BigInt(onHold),
      }).map((one) => ({ ...one, expiresAt: new Date("2999-01-01T00:00:00Z") })),
    },
  ]);
});
afterAll(() => bank.close());

const own = "(SELECT min(id) FROM ledger.account WHERE class = 'dollar_deposit')";
const opening = 100;
const onHold = 10;
const rail = "(SELECT id FROM ledger.account WHERE class = 'rail_clearing')";
const cash = "(SELECT id FROM ledger.account WHERE class = 'cash')";

/** An event with its transfers in one statement, as the rules want it, apart from what is wrong with it. */
const written = (
  random: Random,
  change: {
    event?: Record<string, string>;
    debit?: string;
    credit?: string;
    asset?: string;
    amount?: string;
    lines?: number;
  },
): string => {
  const event = {
    key: `'direct:${randomUUID()}'`,
    payload_hash: "sha256('x')",
    kind: "'test'",
    subject: "'test'",
    effective_at: "bank.now()",
    recorded_at: "bank.now()",
    actor: "'test'",
    request_id: "'test'",
    transfer_count: "1",
    ...change.event,
  };
  const {
    debit = rail,
    credit = own,
    asset = "'USD'",
    amount = String(1 + random.below(50)),
    lines = 1,
  } = change;
  return `WITH e AS (INSERT INTO ledger.event (${Object.keys(event).join(", ")}) VALUES (${Object.values(event).join(", ")}) RETURNING id)
    INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
    SELECT e.id, n, ${debit}, ${credit}, ${asset}, ${amount} FROM e, generate_series(1, ${lines}) n`;
};

type Attempt = (random: Random) => string;
const changes: [string, readonly string[]][] = [
  [
    "event",
    [
      "kind = 'x'",
      "effective_at = now()",
      "transfer_count = 2",
      "detail = '{}'",
      "xact_id = '1'",
      "key = 'other'",
    ],
  ],
  [
    "transfer",
    ["amount_micros = 1", "seq = 9", `debit_account = ${cash}`, "asset = 'TOKEN'", "event_id = 1"],
  ],
  [
    "account",
    [
      "credits_micros = credits_micros + 1",
      "debits_micros = 0",
      "held_micros = 0",
      "is_customer = false",
      "is_clearing = true, side = 'debit', class = 'rail_clearing'",
      "asset = 'TOKEN'",
      "owner = 'me'",
      "state = 'gone'",
      "profile_id = NULL",
      "id = DEFAULT",
    ],
  ],
  ["account_class", ["is_clearing = true", "is_customer = false", "side = 'debit'"]],
  ["pending", ["amount_micros = 1", "expires_at = now()"]],
  ["open_hold", ["amount_micros = 1", "expires_at = now()"]],
];
const tables = [
  "event",
  "transfer",
  "account",
  "account_class",
  "pending",
  "resolution",
  "open_hold",
  "checkpoint",
];

/** What the owner of the tables may try, and may not. */
const ownersAttempts: Attempt[] = [
  (random) => {
    const [table, sets] = random.pick(changes);
    return `UPDATE ledger.${table} SET ${random.pick(sets)}`;
  },
  (random) =>
    `DELETE FROM ledger.${random.pick(["event", "transfer", "account", "account_class", "pending", "open_hold"])}`,
  (random) => `TRUNCATE ledger.${random.pick(tables)} CASCADE`,
  (random) =>
    written(random, {
      amount: random.pick(["'NaN'", "'Infinity'", "'-Infinity'", "0", "-5", "1e38", "NULL"]),
    }),
  (random) => written(random, { debit: own, credit: rail, amount: String(91 + random.below(1_000)) }),
  (random) => written(random, { debit: rail, credit: cash, amount: String(101 + random.below(1_000)) }),
  (random) => written(random, { asset: random.pick(["'TOKEN'", "'EUR'", "''"]) }),
  (random) => written(random, random.chance(0.5) ? { credit: rail } : { credit: "-1" }),
  (random) => written(random, { lines: random.pick([0, 2, 3]) }),
  (random) =>
    written(random, {
      event: random.pick([
        { key: "'direct:opening'" },
        { key: "'x'" },
        { key: "repeat('x', 10000)" },
        { kind: "''" },
        { payload_hash: "'x'" },
        { effective_at: "'infinity'" },
        { effective_at: "'-infinity'" },
        { effective_at: "'9999-01-01'" },
        { effective_at: "'0001-01-01'" },
        { recorded_at: "bank.now() + interval '1 hour'" },
        { transfer_count: "0" },
        { transfer_count: "-1" },
        { xact_id: "'1'" },
        { pending_count: "1" },
        { resolution_count: "1" },
        { is_refund: "true" },
        { corrects: "9223372036854775807" },
      ] as Record<string, string>[]),
    }),
  () => `INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
    SELECT min(id), 9, ${rail}, ${own}, 'USD', 1 FROM ledger.event`,
  () => `INSERT INTO ledger.transfer VALUES (9223372036854775807, 1, ${rail}, ${own}, 'USD', 1)`,
  () => `INSERT INTO ledger.account (class, asset, side, is_clearing, is_customer, is_mirror, owner, credits_micros)
    VALUES ('wallet_mirror', 'TOKEN', 'credit', false, true, true, 'me', 5)`,
  () => `INSERT INTO ledger.account (class, asset, side, is_clearing, is_customer, is_mirror, owner)
    VALUES ('wallet_mirror', 'TOKEN', 'credit', true, false, true, 'me')`,
  () => `INSERT INTO ledger.account (class, asset, side, is_clearing, is_customer, is_mirror, owner)
    SELECT class, asset, side, is_clearing, is_customer, is_mirror, owner FROM ledger.account
    ON CONFLICT (class, asset, owner) DO UPDATE SET credits_micros = excluded.credits_micros + 5`,
  () => `MERGE INTO ledger.account a USING (SELECT 1) x ON a.is_customer
    WHEN MATCHED THEN UPDATE SET debits_micros = 0 WHEN NOT MATCHED THEN DO NOTHING`,
  () => `MERGE INTO ledger.event e USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE`,
  () => `INSERT INTO ledger.event SELECT * FROM ledger.event ON CONFLICT (key) DO UPDATE SET kind = 'x'`,
  () =>
    `INSERT INTO ledger.transfer SELECT * FROM ledger.transfer ON CONFLICT (event_id, seq) DO UPDATE SET amount_micros = 1`,
  () => `INSERT INTO ledger.open_hold VALUES (99, ${own}, 1, now())`,
  () => "DELETE FROM ledger.open_hold",
  () => `INSERT INTO ledger.pending (event_id, seq, debit_account, credit_account, asset, amount_micros, expires_at)
    SELECT min(id), 1, ${own}, ${rail}, 'USD', 1, 'infinity' FROM ledger.event`,
  () => "INSERT INTO ledger.resolution SELECT id, event_id, 1, 'void', NULL FROM ledger.pending",
  () =>
    `INSERT INTO ledger.checkpoint SELECT ${cash}, max(id), 1, 1, 1, now(), now(), now(), now(), now(), now() FROM ledger.event`,
  (random) =>
    `UPDATE ledger.tide SET ${random.pick(["settled_event = settled_event + 1", "next_event = next_event + 1", "customers_until = customers_until + 1", "next_xact = '1'", "settled_event = -1", "single = false"])}`,
  (random) =>
    random.pick([
      "DELETE FROM ledger.tide",
      "TRUNCATE ledger.tide",
      "INSERT INTO ledger.tide (single) VALUES (false)",
    ]),
];

/** What the web server's own role may try: all of that, and the door with whatever comes through it. */
const refusedAtTheDoor: Attempt[] = [
  (random) => {
    const leg = {
      asset: "USD",
      amount: "1",
      debit: dollarDeposit(profileId),
      credit: { class: "rail_clearing" },
      ...(random.pick([
        { amount: "NaN" },
        { amount: "Infinity" },
        { amount: "-1" },
        { amount: 1 },
        { amount: "0x10" },
        { amount: "9".repeat(39) },
        { amount: "91" },
        { asset: "TOKEN" },
        { debit: { class: "nobody" } },
        { credit: dollarDeposit(profileId) },
      ]) as object),
    };
    const item = {
      key: randomUUID(),
      kind: "test",
      subject: "test",
      actor: "test",
      requestId: "test",
      transfers: [leg],
    };
    return `SELECT ledger.post('${JSON.stringify(item)}'::jsonb)`;
  },
  () =>
    `SELECT ledger.post('${JSON.stringify({ key: "direct:opening", kind: "test", subject: "test", actor: "test", requestId: "test", transfers: [{ asset: "USD", amount: "7", debit: { class: "rail_clearing" }, credit: { class: "suspense" } }] })}'::jsonb)`,
  (random) => `ALTER TABLE ledger.${random.pick(tables)} DISABLE TRIGGER ALL`,
  (random) => `DROP TABLE ledger.${random.pick(tables)} CASCADE`,
  () => "SET session_replication_role = replica",
  () => "CREATE FUNCTION ledger.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  () => "SELECT nextval('ledger.event_number')",
  () => "SELECT setval('ledger.event_number', 1)",
  () => "SELECT ledger.make_checkpoints(true)",
  () => "SELECT ledger.post_set('[]')",
  () => "SELECT ledger.open_accounts('[]')",
  () => "SET ROLE granary_owner",
  () => "SET SESSION AUTHORIZATION granary_owner",
  (random) => `DO 'BEGIN LOCK TABLE ledger.${random.pick(tables)}; END'`,
  (random) => `COPY ledger.${random.pick(tables)} FROM PROGRAM 'true'`,
  (random) => `SELECT FROM ledger.${random.pick(tables)} FOR UPDATE`,
  (random) =>
    `CREATE TRIGGER mine BEFORE INSERT ON ledger.${random.pick(tables)} EXECUTE FUNCTION ledger.refuse_change()`,
  () => "ALTER FUNCTION ledger.post_many(jsonb) SET search_path = public",
];

/** Twelve spends at once of what pays three: by the door, or by the owner's own rows. */
async function overdraw(random: Random, by: "app" | "owner"): Promise<void> {
  const { profileId: payer } = await bank.customer();
  const posting = { event: "test", actor: "test", requestId: "test" };
  const brought = {
    ...posting,
    // without the cash, of which the attempts know how much there is
    transfers: bringDollars({ profileId: payer, amountMicros: 100n }).slice(0, 1),
  };
  await postMany(bank.app, [{ key: `direct:${payer}`, ...brought }]);
  const account = `(SELECT id FROM ledger.account WHERE class = 'dollar_deposit' AND owner = 'profile:${payer}')`;
  const spend = {
    ...{ kind: "test", subject: "test", actor: "test", requestId: "test" },
    transfers: [
      { asset: "USD", amount: "30", debit: dollarDeposit(payer), credit: { class: "rail_clearing" } },
    ],
  };
  const spends = await Promise.all(
    Array.from({ length: 12 }, () =>
      many[by]
        .execute(
          sql.raw(
            by === "owner"
              ? written(random, { debit: account, credit: rail, amount: "30" })
              : `SELECT ledger.post('${JSON.stringify({ key: randomUUID(), ...spend })}'::jsonb)`,
          ),
        )
        .then(
          () => "done",
          (thrown) => databaseError(thrown).code,
        ),
    ),
  );
  const refusals = spends.filter((outcome) => outcome !== "done");
  expect(refusals, by).toHaveLength(9);
  for (const code of refusals) expect(code, by).toMatch(/^(GR004|23514)$/);
  expect(await balanceOf(bank.app, dollarDeposit(payer))).toBe(10n);
}
const eventsOfRace = 4;
const attemptsOfRace = 30;

describe("straight SQL against the books", () => {
  it("is refused whatever it tries, from the app's role and from the owner of the tables", {
    timeout: patience(120_000),
  }, async () => {
    const random = chooser(barSeed());
    const count = async () => {
      const { rows } = await bank.owner.execute<{ events: number; transfers: number }>(
        sql`SELECT count(*)::int AS events, (SELECT count(*) FROM ledger.transfer)::int AS transfers FROM ledger.event`,
      );
      return rows[0] as { events: number; transfers: number };
    };
    const before = await count();
    let races = 0;
    for (let attempt = 0; attempt < rounds(60); attempt++) {
      const asOwner = attempt % 2 === 1;
      if (attempt % attemptsOfRace < 2) {
        await overdraw(random, asOwner ? "owner" : "app");
        races += 1;
        continue;
      }
      const text = random.pick(asOwner ? ownersAttempts : [...ownersAttempts, ...refusedAtTheDoor])(random);
      const outcome = await (asOwner ? bank.owner : bank.app).execute(sql.raw(text)).then(
        () => "done",
        (thrown) => databaseError(thrown).code ?? "none",
      );
      expect(outcome, text).toMatch(
        asOwner ? /^(GR00[24]|22...|23...|428C9)$/ : /^(42501|GR00[124]|22...|23...)$/,
      );
    }
    expect(await count()).toEqual({
      events: before.events + races * eventsOfRace,
      transfers: before.transfers + races * eventsOfRace,
    });
    expect(await standingOf(bank.app, dollarDeposit(profileId))).toEqual({
      haveMicros: BigInt(opening),
      onHoldMicros: BigInt(onHold),
      canUseMicros: BigInt(opening - onHold),
    });
    expect(await verifyLedger(bank.owner)).toEqual([]);
  });
});
