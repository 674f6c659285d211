import { randomUUID } from "node:crypto";
import { desc, sql } from "drizzle-orm";
import type { PublicClient } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditRow, reconciliation } from "@/db/schema/control";
import { dollarDeposit, railClearing, tokenControl, tokenSupply, walletMirror } from "@/lib/ledger/accounts";
import { postMany } from "@/lib/ledger/posting";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { refund } from "@/lib/ledger/recipes/refund";
import { type Transfer, transfers } from "@/lib/ledger/transfer";
import { type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";
import { reconcile } from "@/lib/reconciliation/commands/reconcile";
import { listSwitches } from "@/lib/switches/queries";

let bank: TestBank;
let people: string[];
const write = async (own: Partial<Parameters<typeof postMany>[1][number]>) => {
  const key = own.key ?? randomUUID();
  const [answer] = await postMany(bank.app, [{ event: "test", actor: "test", requestId: "r", ...own, key }]);
  expect(answer?.outcome).toBe("posted");
  return key;
};
beforeAll(async () => {
  bank = await testBank();
  people = [(await bank.customer()).profileId, (await bank.customer()).profileId];
  for (const profileId of people) await write({ transfers: bringDollars({ profileId, amountMicros: 100n }) });
  await write({
    holds: transfers({
      debit: dollarDeposit(people[0] as string),
      credit: railClearing,
      amountMicros: 7n,
    }).map((line) => ({ ...line, expiresAt: new Date(Date.now() + 86_400_000) })),
  });
});
afterAll(() => bank.close());

/** a node that answers nothing */
const silent = {} as PublicClient;
const now = () => reconcile(bank.system, { client: silent, deployment: testDeployment });

/** Past every rule, as only whoever owns the database can. */
const superuser = (...statements: ReturnType<typeof sql>[]) =>
  bank.owner.transaction(async (tx) => {
    for (const table of ["account", "open_hold"])
      await tx.execute(sql.raw(`ALTER TABLE ledger.${table} DISABLE TRIGGER USER`));
    for (const statement of statements) await tx.execute(statement);
    for (const table of ["account", "open_hold"])
      await tx.execute(sql.raw(`ALTER TABLE ledger.${table} ENABLE TRIGGER USER`));
  });
const bump = (who: number, by: number) => () =>
  sql`
  UPDATE ledger.account SET credits_micros = credits_micros + ${by} WHERE profile_id = ${people[who]} AND class = 'dollar_deposit'`;
const hold = (by: number) => () =>
  sql`UPDATE ledger.account SET held_micros = held_micros + ${by} WHERE profile_id = ${people[0]}`;
const holdAmount = (by: number) => () =>
  sql`UPDATE ledger.open_hold SET amount_micros = amount_micros + ${by}`;
const owned = (is: boolean) => () =>
  sql`UPDATE ledger.account SET profile_id = ${is ? people[1] : null} WHERE owner = ${`profile:${people[1]}`}`;

describe("the books against themselves", () => {
  it("are whole, and nothing is said while the chain cannot be asked", async () => {
    expect(await now()).toBeUndefined();
  });

  it.each([
    [
      "a customer's row",
      [bump(0, 1)],
      [bump(0, -1)],
      /its entries, given.*debits and credits in USD.*owned, against/,
    ],
    [
      "two rows that make up for each other",
      [bump(0, 1), bump(1, -1)],
      [bump(0, -1), bump(1, 1)],
      /its entries.*its entries/,
    ],
    ["an account without its customer", [owned(false)], [owned(true)], /customer by customer/],
    ["what a row holds back", [hold(1)], [hold(-1)], /its holds/],
    [
      "a hold, with the row that holds it back",
      [hold(1), holdAmount(1)],
      [hold(-1), holdAmount(-1)],
      /a hold as it was opened/,
    ],
  ] as const)("find %s", async (_, change, back, what) => {
    await superuser(...change.map((one) => one()));
    const found = await now();
    await superuser(...back.map((one) => one()));
    expect(found?.outcome).toBe("different");
    expect(found?.differences.map((one) => one.what).join("; ")).toMatch(what);
    expect(await now()).toBeUndefined();
  });

  it.each([
    [
      "supply on chain that nobody owes",
      () => transfers({ debit: tokenControl, credit: walletMirror({ wallet: "0x1" }), amountMicros: 5n }),
      "supply owed, against the supply on chain",
    ],
    [
      "supply without reserve",
      () => transfers({ debit: dollarDeposit(people[1] as string), credit: tokenSupply, amountMicros: 5n }),
      "reserves booked, at least the supply",
    ],
  ] as [string, () => Transfer[], string][])(
    "find %s, though each entry balances",
    async (_, lines, what) => {
      const key = await write({ transfers: lines() });
      const found = await now();
      await write(refund({ original: key, transfers: lines() }));
      expect(found?.differences.map((one) => one.what)).toContain(what);
      expect(await now()).toBeUndefined();
    },
  );

  it("stop minting, conversion and payouts, nothing else, and say why", async () => {
    const [row] = await bank.app.select().from(reconciliation).orderBy(desc(reconciliation.id)).limit(1);
    expect(row).toMatchObject({ outcome: "different", blockNumber: 0n });
    const all = await listSwitches(await bank.staff("compliance"), bank.app);
    expect(
      all
        .filter(({ isOn }) => !isOn)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["issue", "mint", "payout"]);
    expect(all.find(({ name }) => name === "mint")?.reason).toMatch(/do not reconcile at block 0: account/);
    const trail = await bank.app.select().from(auditRow).where(sql`${auditRow.command} = 'haltChainEffects'`);
    expect(trail).toHaveLength(1);
  });
});
