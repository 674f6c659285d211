import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { inTransaction } from "@/db/transaction";
import { verbs } from "@/lib/cli/ledger";
import { post } from "@/lib/ledger/posting";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { type TestBank, testBank } from "@/lib/processes/test-bank";

let bank: TestBank;
beforeAll(async () => {
  bank = await testBank();
  vi.stubEnv("DATABASE_URL_READONLY", bank.database.urls.readonly);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await bank.close();
});

const run = (verb: string) =>
  verbs[verb]!.run({ args: [], options: {}, readJson: vi.fn(), readText: vi.fn(), readLines: vi.fn() });

describe("the ledger on the command line", () => {
  it("has a trial balance with a sum for each asset", async () => {
    const { profileId } = await bank.customer();
    await inTransaction(bank.app, (tx) =>
      post(tx, {
        key: "cli",
        event: "test",
        actor: { kind: "system", job: "test" },
        requestId: "cli",
        transfers: bringDollars({ profileId, amountMicros: 5_000_000n }),
      }),
    );
    const answer = await run("trial-balance");
    expect(answer).toMatchObject({
      balanced: true,
      sums: [{ asset: "USD", debitsMicros: 10_000_000n, creditsMicros: 10_000_000n }],
    });
    expect(verbs["trial-balance"]!.show!(answer as never)).toMatch(/total +USD .*\nThe books balance\.$/);
  });

  it("verifies the rules, and ends with code 1 when one is broken", async () => {
    expect(await run("verify")).toEqual({ ok: true, findings: [] });
    expect(process.exitCode).toBeUndefined();
    const { owner } = bank;
    await owner.execute("ALTER TABLE ledger.account DISABLE TRIGGER account_stays");
    await owner.execute(
      "UPDATE ledger.account SET credits_micros = credits_micros + 1 WHERE class = 'dollar_deposit'",
    );
    expect(await run("verify")).toMatchObject({ ok: false });
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
  });
});
