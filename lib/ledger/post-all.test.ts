import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { suspense } from "@/lib/ledger/accounts";
import { type Posting, postAll } from "@/lib/ledger/posting";
import { balanceOf, verifyLedger } from "@/lib/ledger/queries";
import { type TestBank, testBank } from "@/lib/processes/test-bank";

let bank: TestBank;
beforeAll(async () => {
  bank = await testBank();
});
afterAll(() => bank.close());

const wallet = (name: string) => ({ class: "wallet_mirror", owner: name }) as const;
const posting = (key: string, moved: { from: string; to: string; micros: bigint }): Posting => ({
  key,
  event: "test",
  actor: "test",
  requestId: "test",
  transfers: [
    {
      asset: "TOKEN",
      debit: moved.from === "supply" ? { class: "token_control" } : wallet(moved.from),
      credit: wallet(moved.to),
      amountMicros: moved.micros,
    },
  ],
});
const all = (...postings: Posting[]) => bank.worker.transaction((tx) => postAll(tx, postings));

describe("many events at once", () => {
  const chain = [
    posting("all:1", { from: "supply", to: "a", micros: 10n }),
    posting("all:2", { from: "a", to: "b", micros: 10n }),
    posting("all:3", { from: "b", to: "c", micros: 7n }),
  ];

  it("are posted one after the other: what comes first pays for what comes next", async () => {
    await expect(all(...[...chain].reverse())).rejects.toMatchObject({ code: "balance_too_low" });
    await all(...chain);
    const held = await Promise.all(["a", "b", "c"].map((name) => balanceOf(bank.worker, wallet(name))));
    expect(held).toEqual([0n, 3n, 7n]);
  });

  it("are posted once, however often they are asked for", async () => {
    await all(...chain);
    await all(...chain, ...chain);
    expect(await balanceOf(bank.worker, wallet("c"))).toBe(7n);
  });

  it("are refused together when one of them is refused", async () => {
    await expect(
      all(
        posting("all:4", { from: "c", to: "d", micros: 1n }),
        posting("all:5", { from: "c", to: "d", micros: 7n }),
      ),
    ).rejects.toMatchObject({ code: "balance_too_low" });
    expect(await balanceOf(bank.worker, wallet("d"))).toBe(0n);
    expect(await balanceOf(bank.worker, suspense)).toBe(0n);
    expect((await verifyLedger(bank.worker)).filter((finding) => !/tokens owed/.test(finding))).toEqual([]);
  });
});
