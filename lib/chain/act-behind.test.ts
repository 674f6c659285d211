import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import type { Address, Hex } from "viem";
import { generatePrivateKey } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { outboxIntent } from "@/db/schema/chain";
import { issuance } from "@/db/schema/collateral";
import { approval } from "@/db/schema/control";
import { hasActBehind } from "@/lib/chain/act-behind";
import { checkCall } from "@/lib/chain/allow-list";
import { convertDollars } from "@/lib/collateral/commands/convert-dollars";
import { receiptPosition } from "@/lib/collateral/commands/receipt-position";
import { randomHex, type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";
import { fakeCustodian } from "@/lib/vendors/custodian/fake";
import { fakeValuer } from "@/lib/vendors/valuer/fake";

/** B5: a row that somebody wrote into the outbox, or changed there, directs no money. */
let bank: TestBank;
let signer: Db;
beforeEach(async () => {
  bank = await testBank();
  signer = bank.database.open("signer", 2).db;
});
afterEach(() => bank.close());

const partners = {
  custodian: fakeCustodian({ key: generatePrivateKey(), deployment: testDeployment }),
  valuer: fakeValuer({ key: generatePrivateKey(), deployment: testDeployment } as never),
  deployment: testDeployment,
};
const terms = async () => ({ issuanceFeeBps: 10n, redemptionFeeBps: 20n, isStale: false, isPaused: false });

async function askedMint(amount = "40") {
  const customer = await bank.customer();
  await bringDollars(bank.as(customer), { amount: "30,000", clientKey: randomUUID() });
  const { issuanceId, approvalId } = await convertDollars(
    bank.as(customer),
    { amount, clientKey: randomUUID() },
    terms,
  );
  if (approvalId)
    await bank.worker.update(issuance).set({ state: "requested" }).where(eq(issuance.id, issuanceId));
  await receiptPosition(bank.system, { issuanceId }, partners);
  const [row] = await bank.app.select().from(issuance).where(eq(issuance.id, issuanceId));
  const [intent] = await signer
    .select()
    .from(outboxIntent)
    .where(eq(outboxIntent.id, row?.mintIntentId as string));
  if (!intent || !row) throw new Error("the mint was not asked for");
  const verdict = checkCall(testDeployment, { ...intent, sender: "issuer" });
  if (!verdict.allowed) throw new Error(verdict.reason);
  return { intentId: intent.id, name: verdict.name, args: verdict.args, row, approvalId };
}

describe("the act behind a mint", () => {
  it("is the conversion that asked for it, to the wallet, the micro and the position", async () => {
    const { row: _, ...call } = await askedMint();
    expect(call.name).toBe("stateToken.mint");
    expect(await hasActBehind(signer, call)).toBe(true);
  });

  it("is missing when any part of the call, or the row itself, is another", async () => {
    const call = await askedMint();
    const other = await askedMint();
    const [to, micros, positionId, issuanceId] = call.args as [Address, bigint, Hex, Hex];
    const changed: [string, unknown[]][] = [
      ["wallet", [other.args[0], micros, positionId, issuanceId]],
      ["a micro more", [to, micros + 1n, positionId, issuanceId]],
      ["a micro less", [to, micros - 1n, positionId, issuanceId]],
      ["position", [to, micros, other.args[2], issuanceId]],
      ["conversion", [to, micros, positionId, other.args[3]]],
      ["no conversion at all", [to, micros, positionId, randomHex(32)]],
    ];
    for (const [what, args] of changed)
      expect(await hasActBehind(signer, { ...call, args }), what).toBe(false);
    expect(await hasActBehind(signer, { ...call, intentId: other.intentId }), "row").toBe(false);
  });

  it("is over once the conversion was given back", async () => {
    const call = await askedMint();
    await bank.worker
      .update(issuance)
      .set({ state: "refunded", refundReason: "mint_refused" })
      .where(eq(issuance.id, call.row.id));
    expect(await hasActBehind(signer, call)).toBe(false);
  });

  it("needs the second person's yes above the limit", async () => {
    const call = await askedMint("10,000.01");
    expect(await hasActBehind(signer, call)).toBe(false);
    const clerk = await bank.staff("clerk");
    await bank.worker
      .update(approval)
      .set({ state: "approved", decidedBy: `staff:${clerk.staffId}` })
      .where(eq(approval.id, call.approvalId as string));
    expect(await hasActBehind(signer, call)).toBe(true);
  });

  it("is not asked of calls that carry a partner's signature", async () => {
    expect(
      await hasActBehind(signer, { intentId: randomUUID(), name: "reserveRegistry.release", args: [] }),
    ).toBe(true);
  });
});
