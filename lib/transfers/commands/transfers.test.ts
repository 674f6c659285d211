import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dollarTransfer } from "@/db/schema/collateral";
import { auditRow } from "@/db/schema/control";
import { setComplianceFlag } from "@/lib/compliance/commands/set-compliance-flag";
import { verifyLedger } from "@/lib/ledger/queries";
import { type TestBank, testBank } from "@/lib/processes/test-bank";
import { setSwitch } from "@/lib/switches/commands/set-switch";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";
import { sendDollars } from "@/lib/transfers/commands/send-dollars";
import { settleTransfer } from "@/lib/transfers/commands/settle-transfer";
import { dollarStatement, dollarsOf, listTransfers, transferById } from "@/lib/transfers/queries";

let bank: TestBank;
beforeAll(async () => {
  bank = await testBank();
});
afterAll(() => bank.close());
const free = (micros: bigint) => ({ haveMicros: micros, onHoldMicros: 0n, canUseMicros: micros });
const refused = (code: string) => expect.objectContaining({ code });
const key = () => randomUUID();

describe("bring-dollars", () => {
  it("credits once, to the cent, with a trail", async () => {
    const customer = await bank.customer();
    const ctx = bank.as(customer);
    const brought = await bringDollars(ctx, { amount: "$1,250.759999", clientKey: key() });
    expect(brought).toMatchObject({ state: "settled", amountMicros: 1_250_750_000n });
    expect(brought.railReference).toMatch(/^DEMO-/);
    expect(await dollarsOf(customer, bank.app)).toEqual(free(1_250_750_000n));
    const trail = await bank.app.select().from(auditRow).where(eq(auditRow.requestId, ctx.requestId));
    expect(trail.map(({ command }) => command)).toEqual(["bring-dollars", "settle-transfer"]);
    const [line] = await dollarStatement(customer, {}, bank.app);
    expect(line).toMatchObject({ kind: "bring-dollars", balanceMicros: 1_250_750_000n });
  });

  it("does the same key once, fifty times at once, and refuses another amount under it", async () => {
    const customer = await bank.customer();
    const clientKey = key();
    const all = await Promise.all(
      Array.from({ length: 50 }, () => bringDollars(bank.as(customer), { amount: "10", clientKey })),
    );
    expect(new Set(all.map(({ transferId }) => transferId)).size).toBe(1);
    await expect(bringDollars(bank.as(customer), { amount: "11", clientKey })).rejects.toEqual(
      refused("idempotency_conflict"),
    );
    await expect(sendDollars(bank.as(customer), { amount: "10", clientKey })).rejects.toEqual(
      refused("idempotency_conflict"),
    );
    expect((await dollarsOf(customer, bank.app)).canUseMicros).toBe(10_000_000n);
  });

  it.each([
    ["0", "amount_zero"],
    ["-1", "amount_negative"],
    ["0.001", "amount_too_small"],
    ["1.0000000000000000001", "amount_too_many_decimals"],
    ["1e3", "amount_not_a_number"],
    ["99999999999", "amount_too_large"],
    ["9".repeat(99), "amount_too_large"],
    ["", "amount_missing"],
  ])("refuses %j: %s", async (amount, code) => {
    const customer = await bank.customer();
    await expect(bringDollars(bank.as(customer), { amount, clientKey: key() })).rejects.toEqual(
      refused(code),
    );
    await expect(sendDollars(bank.as(customer), { amount, clientKey: key() })).rejects.toEqual(refused(code));
  });

  it("refuses strangers, staff and odd input", async () => {
    await expect(bringDollars(bank.as({ kind: "anonymous" }), {})).rejects.toEqual(
      refused("sign_in_required"),
    );
    await expect(bringDollars(bank.as(await bank.staff("clerk")), {})).rejects.toEqual(
      refused("not_allowed"),
    );
    const ctx = bank.as(await bank.customer());
    for (const odd of [
      null,
      {},
      { amount: 5, clientKey: key() },
      { amount: "5", clientKey: key(), profileId: "x" },
    ])
      await expect(bringDollars(ctx, odd)).rejects.toEqual(refused("invalid_input"));
  });

  it("finishes by the sweep what got stuck after it was written down", async () => {
    const customer = await bank.customer();
    const [stuck] = await bank.app
      .insert(dollarTransfer)
      .values({
        profileId: customer.profileId,
        direction: "in",
        rail: "demo",
        amountMicros: 5_000_000n,
        clientKey: key(),
        requestId: "r",
      })
      .returning();
    const transferId = stuck?.id as string;
    await expect(settleTransfer(bank.as(await bank.customer()), { transferId })).rejects.toEqual(
      refused("not_found"),
    );
    const down = () => {
      throw new Error("the rail is down");
    };
    await expect(settleTransfer(bank.system, { transferId }, down)).rejects.toThrow("down");
    const both = await Promise.all([1, 2].map(() => settleTransfer(bank.system, { transferId })));
    expect(both.map(({ state }) => state)).toEqual(["settled", "settled"]);
    expect((await dollarsOf(customer, bank.app)).canUseMicros).toBe(5_000_000n);
  });
});

describe("send-dollars", () => {
  it("sends what is there, never more, also in a race", async () => {
    const customer = await bank.customer();
    await bringDollars(bank.as(customer), { amount: "5", clientKey: key() });
    const sent = await Promise.allSettled(
      Array.from({ length: 12 }, () => sendDollars(bank.as(customer), { amount: "1", clientKey: key() })),
    );
    expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    for (const one of sent)
      if (one.status === "rejected") expect(one.reason).toEqual(refused("balance_too_low"));
    expect((await dollarsOf(customer, bank.app)).canUseMicros).toBe(0n);
    expect(await listTransfers(customer, bank.app)).toHaveLength(6);
    expect(await verifyLedger(bank.app)).toEqual([]);
  });

  it("gives the dollars back when the rail returns them", async () => {
    const customer = await bank.customer();
    await bringDollars(bank.as(customer), { amount: "5", clientKey: key() });
    const { transferId } = await sendDollars(bank.as(customer), { amount: "2", clientKey: key() });
    expect((await transferById(customer, transferId, bank.app)).state).toBe("settled");
    await expect(transferById(await bank.customer(), transferId, bank.app)).rejects.toEqual(
      refused("not_found"),
    );
    await expect(transferById(customer, "' OR true --", bank.app)).rejects.toEqual(refused("not_found"));
  });

  it("stops for maintenance and for a hold with the same code", async () => {
    const customer = await bank.customer();
    await bringDollars(bank.as(customer), { amount: "5", clientKey: key() });
    const officer = bank.as(await bank.staff("compliance"));
    await setSwitch(officer, { name: "payout", isOn: false, reason: "maintenance tonight" });
    const attempt = () => sendDollars(bank.as(customer), { amount: "1", clientKey: key() });
    await expect(attempt()).rejects.toEqual(refused("under_review"));
    await setSwitch(officer, { name: "payout", isOn: true, reason: "maintenance is over" });
    await setComplianceFlag(officer, { profileId: customer.profileId, flag: "block", reason: "court order" });
    await expect(attempt()).rejects.toEqual(refused("under_review"));
    expect((await dollarsOf(customer, bank.app)).canUseMicros).toBe(5_000_000n);
    expect(await listTransfers(customer, bank.app)).toHaveLength(1);
  });
});
