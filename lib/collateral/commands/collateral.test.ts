import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { generatePrivateKey } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { outboxIntent, reserveAttestation } from "@/db/schema/chain";
import { collateralPosition, issuance, redemption } from "@/db/schema/collateral";
import { approval } from "@/db/schema/control";
import { wallet } from "@/db/schema/customers";
import { account } from "@/db/schema/ledger";
import { decideApproval } from "@/lib/approvals/commands/decide-approval";
import { expireApprovals } from "@/lib/approvals/commands/expire-approvals";
import { approvalById, listApprovals } from "@/lib/approvals/queries";
import type { IssuanceFact, PositionFact, RedemptionFact } from "@/lib/chain/facts";
import { convertDollars } from "@/lib/collateral/commands/convert-dollars";
import { prepareRedemption } from "@/lib/collateral/commands/prepare-redemption";
import { receiptPosition } from "@/lib/collateral/commands/receipt-position";
import { refundIssuance } from "@/lib/collateral/commands/refund-issuance";
import { releaseReserve } from "@/lib/collateral/commands/release-reserve";
import { settleIssuance } from "@/lib/collateral/commands/settle-issuance";
import { settlePosition } from "@/lib/collateral/commands/settle-position";
import { settleRedemption } from "@/lib/collateral/commands/settle-redemption";
import {
  collateralWork,
  conversionStatus,
  listConversions,
  listRedemptions,
  reservesHistory,
  reservesNow,
} from "@/lib/collateral/queries";
import { cash, dollarDeposit, feePot, reserve, walletMirror } from "@/lib/ledger/accounts";
import { expireHolds } from "@/lib/ledger/commands/expire-holds";
import { setAccountState } from "@/lib/ledger/commands/set-account-state";
import { postMany } from "@/lib/ledger/posting";
import { balanceOf, totalOf, verifyLedger } from "@/lib/ledger/queries";
import { conversionRequested, noTimeEnds } from "@/lib/ledger/recipes/conversion-requested";
import { randomHex, type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";
import { setSwitch } from "@/lib/switches/commands/set-switch";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";
import { dollarAccount, dollarsOf } from "@/lib/transfers/queries";
import { fakeCustodian } from "@/lib/vendors/custodian/fake";
import { fakeValuer } from "@/lib/vendors/valuer/fake";

let bank: TestBank;
type Customer = Awaited<ReturnType<TestBank["customer"]>>;
beforeEach(async () => {
  bank = await testBank();
});
afterEach(() => bank.close());

const terms = async () => ({ issuanceFeeBps: 10n, redemptionFeeBps: 20n, isStale: false, isPaused: false });
const free = (micros: bigint) => ({ haveMicros: micros, onHoldMicros: 0n, canUseMicros: micros });
const refused = (code: string) => expect.objectContaining({ code });
const key = () => randomUUID();
const partners = {
  custodian: fakeCustodian({ key: generatePrivateKey(), deployment: testDeployment }),
  valuer: fakeValuer({ key: generatePrivateKey(), deployment: testDeployment } as never),
  deployment: testDeployment,
};
const place = () => ({
  chainId: 31337,
  blockNumber: 7n,
  blockHash: randomHex(32),
  txHash: randomHex(32),
  logIndex: 0,
  contract: randomHex(20),
  at: new Date(),
});

const withDollars = async (amount: string) => {
  const customer = await bank.customer();
  await bringDollars(bank.as(customer), { amount, clientKey: key() });
  return customer;
};
const convert = (customer: Customer, amount: string, clientKey = key()) =>
  convertDollars(bank.as(customer), { amount, clientKey }, terms);

async function rowsOf(issuanceId: string) {
  const [row] = await bank.app
    .select()
    .from(issuance)
    .innerJoin(collateralPosition, eq(collateralPosition.id, issuance.positionRowId))
    .where(eq(issuance.id, issuanceId));
  if (!row) throw new Error("no such issuance");
  return { issuance: row.issuance, position: row.collateral_position };
}

/** What the chain would say once it has recorded and minted. */
async function settleOnChain(customer: Customer, issuanceId: string) {
  const { issuance: row, position } = await rowsOf(issuanceId);
  const recorded: PositionFact = {
    ...place(),
    event: "PositionRecorded",
    positionId: position.positionId,
    class: 0,
    marketMicros: row.grossMicros,
    lendableMicros: row.grossMicros,
    receiptHash: position.receiptHash as `0x${string}`,
    custodian: randomHex(20),
    valuer: randomHex(20),
  };
  const issued: IssuanceFact = {
    ...place(),
    event: "Issued",
    issuanceId: row.issuanceId,
    positionId: position.positionId,
    to: customer.address,
    grossMicros: row.grossMicros,
    feeMicros: row.feeMicros,
  };
  await bank.worker.transaction((tx) => settlePosition(tx, recorded));
  await bank.worker.transaction((tx) => settleIssuance(tx, issued));
  return issued;
}

async function minted(customer: Customer, amount: string) {
  const { issuanceId } = await convert(customer, amount);
  await receiptPosition(bank.system, { issuanceId }, partners);
  const issued = await settleOnChain(customer, issuanceId);
  return { issuanceId, issued };
}

describe("convert-dollars", () => {
  it("goes all the way: held, receipted, submitted, minted, counted once", async () => {
    const customer = await withDollars("100");
    const asked = await convert(customer, "40");
    expect(asked).toMatchObject({
      state: "requested",
      grossMicros: 40_000_000n,
      feeMicros: 40_000n,
      approvalId: null,
    });
    expect(await dollarsOf(customer, bank.app)).toEqual({
      haveMicros: 100_000_000n,
      onHoldMicros: 40_000_000n,
      canUseMicros: 60_000_000n,
    });
    const [hold] = (await dollarAccount(customer, bank.app)).holds;
    expect(hold).toMatchObject({
      kind: "conversion-requested",
      amountMicros: 40_000_000n,
      expiresAt: noTimeEnds,
    });
    expect((await collateralWork(bank.worker)).toReceipt).toEqual([{ issuanceId: asked.issuanceId }]);

    const both = await Promise.all(
      [1, 2].map(() => receiptPosition(bank.system, { issuanceId: asked.issuanceId }, partners)),
    );
    expect(both).toEqual([{ state: "submitted" }, { state: "submitted" }]);
    const { issuance: row, position } = await rowsOf(asked.issuanceId);
    const intents = await bank.app.select().from(outboxIntent);
    expect(intents.map(({ kind }) => kind).sort()).toEqual(["issuance.mint", "position.record"]);
    expect(intents.find(({ kind }) => kind === "issuance.mint")?.afterIntentId).toBe(row.recordIntentId);
    expect(new Set(intents.map(({ requestId }) => requestId))).toEqual(new Set([row.requestId]));
    expect(position.custodian).not.toBe(position.valuer);

    const issued = await settleOnChain(customer, asked.issuanceId);
    await bank.worker.transaction((tx) => settleIssuance(tx, issued));
    expect(await conversionStatus(customer, asked.issuanceId, bank.app)).toMatchObject({
      state: "minted",
      txHash: issued.txHash,
      position: { state: "recorded", issuedMicros: 40_000_000n },
    });
    expect(await dollarsOf(customer, bank.app)).toEqual(free(60_000_000n));
    expect(await balanceOf(bank.app, walletMirror({ wallet: customer.address }))).toBe(39_960_000n);
    expect(await balanceOf(bank.app, feePot)).toBe(40_000n);
    expect(await balanceOf(bank.app, reserve(0))).toBe(40_000_000n);
    expect(await balanceOf(bank.app, cash)).toBe(60_000_000n);
    expect(await reservesNow(bank.app)).toMatchObject({
      marketMicros: 40_000_000n,
      lendableMicros: 40_000_000n,
      supplyMicros: 40_000_000n,
      depositsMicros: 60_000_000n,
      stale: true,
      byClass: [{ class: 0, positions: 1 }],
    });
    expect(await reservesHistory(90, bank.app)).toEqual([]);
    expect(await verifyLedger(bank.app)).toEqual([]);
  });

  it("does one key once, however often it is asked, and refuses another amount under it", async () => {
    const customer = await withDollars("100");
    const clientKey = key();
    const all = await Promise.all(Array.from({ length: 20 }, () => convert(customer, "10", clientKey)));
    expect(new Set(all.map(({ issuanceId }) => issuanceId)).size).toBe(1);
    expect((await dollarsOf(customer, bank.app)).onHoldMicros).toBe(10_000_000n);
    await expect(convert(customer, "11", clientKey)).rejects.toEqual(refused("idempotency_conflict"));
    expect(await listConversions(customer, bank.app)).toHaveLength(1);
  });

  it("refuses what it must, and nothing moves", async () => {
    const customer = await withDollars("100");
    const attempt = (change: object, t: () => Promise<Awaited<ReturnType<typeof terms>>> = terms) =>
      convertDollars(bank.as(customer), { amount: "10", clientKey: key(), ...change }, t);
    await expect(attempt({ amount: "100.000001" })).rejects.toEqual(refused("balance_too_low"));
    await expect(attempt({ amount: "0" })).rejects.toEqual(refused("amount_zero"));
    await expect(attempt({ amount: "-1" })).rejects.toEqual(refused("amount_negative"));
    await expect(attempt({ amount: "0.001" })).rejects.toEqual(refused("amount_too_small"));
    await expect(attempt({ amount: "1.0000000000000000000" })).rejects.toEqual(
      refused("amount_too_many_decimals"),
    );
    await expect(attempt({ expectedFeeMicros: "1" })).rejects.toEqual(refused("amount_changed"));
    await expect(attempt({ walletId: "x" })).rejects.toEqual(refused("invalid_input"));
    await expect(attempt({}, async () => ({ ...(await terms()), isStale: true }))).rejects.toEqual(
      refused("reserve_stale"),
    );
    await expect(attempt({}, async () => ({ ...(await terms()), isPaused: true }))).rejects.toEqual(
      refused("under_review"),
    );
    const officer = bank.as(await bank.staff("compliance"));
    await setSwitch(officer, { name: "mint", isOn: false, reason: "books differ" });
    await expect(attempt({})).rejects.toEqual(refused("under_review"));
    await setSwitch(officer, { name: "mint", isOn: true, reason: "books agree" });
    const setWallet = (set: object) =>
      bank.worker.update(wallet).set(set).where(eq(wallet.id, customer.walletId));
    await setWallet({ status: "refresh_needed" });
    await expect(attempt({})).rejects.toEqual(refused("under_review"));
    await setWallet({ status: "verified", expiresAt: new Date(0) });
    await expect(attempt({})).rejects.toEqual(refused("under_review"));
    await setWallet({ status: "new" });
    await expect(attempt({})).rejects.toEqual(refused("not_verified"));
    expect(await dollarsOf(customer, bank.app)).toEqual(free(100_000_000n));
    expect(await listConversions(customer, bank.app)).toEqual([]);
  });

  it("does not find another customer's conversion", async () => {
    const customer = await withDollars("100");
    const { issuanceId } = await convert(customer, "10");
    const stranger = await bank.customer();
    await expect(conversionStatus(stranger, issuanceId, bank.app)).rejects.toEqual(refused("not_found"));
    const forged = { ...stranger, walletId: customer.walletId };
    await bringDollars(bank.as(stranger), { amount: "5", clientKey: key() });
    await expect(convert(forged, "1")).rejects.toEqual(refused("not_found"));
  });

  it("mints nothing while a hold or a switch stands in the way, and goes on when it is lifted", async () => {
    const customer = await withDollars("100");
    const { issuanceId } = await convert(customer, "10");
    const officer = bank.as(await bank.staff("compliance"));
    await setSwitch(officer, { name: "mint", isOn: false, reason: "books differ" });
    await expect(receiptPosition(bank.system, { issuanceId }, partners)).rejects.toEqual(
      refused("under_review"),
    );
    expect(await bank.app.select().from(outboxIntent)).toEqual([]);
    await setSwitch(officer, { name: "mint", isOn: true, reason: "books agree" });
    expect(await receiptPosition(bank.system, { issuanceId }, partners)).toEqual({ state: "submitted" });
    await expect(receiptPosition(bank.as(customer), { issuanceId }, partners)).rejects.toEqual(
      refused("not_allowed"),
    );
  });

  it("refuses one signer in two roles", async () => {
    const customer = await withDollars("100");
    const { issuanceId } = await convert(customer, "10");
    const one = { key: generatePrivateKey(), deployment: testDeployment };
    const twice = { ...partners, custodian: fakeCustodian(one), valuer: fakeValuer(one as never) };
    await expect(receiptPosition(bank.system, { issuanceId }, twice)).rejects.toEqual(
      refused("partner_down"),
    );
  });
});

describe("the hold of a conversion", () => {
  it("is ended by no job, whatever its time says: tokens may be on their way", async () => {
    const customer = await withDollars("100");
    const { profileId } = customer;
    const asked = conversionRequested({ issuanceId: randomUUID(), profileId, grossMicros: 7n });
    const holds = asked.holds?.map((hold) => ({ ...hold, expiresAt: new Date(Date.now() + 300) }));
    await postMany(bank.app, [{ ...asked, holds, actor: "test", requestId: "r" }]);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await expireHolds(bank.system)).toBe(0);
    expect((await dollarsOf(customer, bank.app)).onHoldMicros).toBe(7n);
  });

  it("stands a freeze: nothing new is minted, but what was minted is booked, and what arrives is kept", async () => {
    const customer = await withDollars("100");
    const [sent, waiting] = [await convert(customer, "40"), await convert(customer, "10")];
    await receiptPosition(bank.system, { issuanceId: sent.issuanceId }, partners);
    const [row] = await bank.app.select().from(account).where(eq(account.profileId, customer.profileId));
    const officer = bank.as(await bank.staff("compliance"));
    await setAccountState(officer, { accountId: String(row?.id), state: "frozen", reason: "case 7" });

    await expect(convert(customer, "1")).rejects.toEqual(refused("under_review"));
    const again = receiptPosition(bank.system, { issuanceId: waiting.issuanceId }, partners);
    await expect(again).rejects.toEqual(refused("under_review"));
    await settleOnChain(customer, sent.issuanceId);
    expect(await dollarsOf(customer, bank.app)).toEqual({
      haveMicros: 60_000_000n,
      onHoldMicros: 10_000_000n,
      canUseMicros: 50_000_000n,
    });
    const burned: RedemptionFact = {
      ...place(),
      event: "Redeemed",
      redemptionId: randomHex(32),
      holder: customer.address,
      grossMicros: 5_000_000n,
      feeMicros: 0n,
    };
    await bank.worker.transaction((tx) => settleRedemption(tx, burned));
    expect(await balanceOf(bank.app, dollarDeposit(customer.profileId))).toBe(65_000_000n);
    expect(await verifyLedger(bank.app)).toEqual([]);
  });

  it("a burn for a closed account is booked against suspense", async () => {
    const customer = await withDollars("10");
    await minted(customer, "10");
    const [row] = await bank.app.select().from(account).where(eq(account.profileId, customer.profileId));
    const officer = bank.as(await bank.staff("compliance"));
    await setAccountState(officer, { accountId: String(row?.id), state: "closed", reason: "asked to" });
    const burned: RedemptionFact = {
      ...place(),
      event: "Redeemed",
      redemptionId: randomHex(32),
      holder: customer.address,
      grossMicros: 5_000_000n,
      feeMicros: 0n,
    };
    await bank.worker.transaction((tx) => settleRedemption(tx, burned));
    expect(await totalOf(bank.app, "suspense")).toBe(5_000_000n);
  });
});

describe("above $10,000", () => {
  const large = async () => {
    const customer = await withDollars("30,000");
    const asked = await convert(customer, "10,000.01");
    const clerk = await bank.staff("clerk");
    const view = await approvalById(clerk, asked.approvalId as string, bank.app);
    return { customer, asked, clerk, view };
  };

  it("waits for a second person, exactly at the limit it does not", async () => {
    const { customer, asked, clerk, view } = await large();
    expect(asked.state).toBe("awaiting_approval");
    expect((await convert(customer, "10,000")).state).toBe("requested");
    expect(view.blockedBy).toBeNull();
    const decision = { approvalId: view.id, decision: "approve", seenHash: view.payloadHash };
    const raced = await Promise.allSettled(
      Array.from({ length: 20 }, () => decideApproval(bank.as(clerk), decision)),
    );
    for (const one of raced)
      if (one.status === "rejected") expect(one.reason).toEqual(refused("approval_decided"));
    expect(raced.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await rowsOf(asked.issuanceId)).issuance.state).toBe("requested");
    expect((await listApprovals(clerk, bank.app))[0]?.blockedBy).toBe("decided");
  });

  it("refuses another hash, a changed payload, the wrong role, the same person", async () => {
    const { customer, asked, clerk, view } = await large();
    const decision = { approvalId: view.id, decision: "approve", seenHash: view.payloadHash };
    await expect(
      decideApproval(bank.as(clerk), { ...decision, seenHash: `0x${"00".repeat(32)}` }),
    ).rejects.toEqual(refused("approval_changed"));
    await expect(decideApproval(bank.as(await bank.staff("examiner")), decision)).rejects.toEqual(
      refused("not_allowed"),
    );
    await expect(decideApproval(bank.as(customer), decision)).rejects.toEqual(refused("not_allowed"));
    await bank.worker
      .update(approval)
      .set({ submittedBy: `staff:${clerk.staffId}` })
      .where(eq(approval.id, view.id));
    await expect(decideApproval(bank.as(clerk), decision)).rejects.toEqual(refused("approval_same_person"));
    const other = await bank.staff("clerk");
    await bank.worker
      .update(approval)
      .set({ payload: { ...view.payload, grossMicros: "1" } })
      .where(eq(approval.id, view.id));
    await expect(decideApproval(bank.as(other), decision)).rejects.toEqual(refused("approval_changed"));
    expect((await rowsOf(asked.issuanceId)).issuance.state).toBe("awaiting_approval");
  });

  it("gives the dollars back when refused, and when nobody decides in time", async () => {
    const { customer, asked, clerk, view } = await large();
    const decision = {
      approvalId: view.id,
      decision: "refuse",
      seenHash: view.payloadHash,
      reason: "too much",
    };
    expect(await decideApproval(bank.as(clerk), decision)).toEqual({ state: "refused" });
    expect((await rowsOf(asked.issuanceId)).issuance.state).toBe("refunded");
    const second = await convert(customer, "20,000");
    await bank.worker
      .update(approval)
      .set({ expiresAt: new Date(0) })
      .where(eq(approval.id, second.approvalId as string));
    const late = await approvalById(clerk, second.approvalId as string, bank.app);
    await expect(
      decideApproval(bank.as(clerk), {
        approvalId: late.id,
        decision: "approve",
        seenHash: late.payloadHash,
      }),
    ).rejects.toEqual(refused("approval_expired"));
    expect(await expireApprovals(bank.system)).toBe(1);
    expect(await expireApprovals(bank.system)).toBe(0);
    expect(await dollarsOf(customer, bank.app)).toEqual(free(30_000_000_000n));
  });
});

describe("when the chain refuses", () => {
  it("refunds once, and releases a position that stands without tokens", async () => {
    const customer = await withDollars("100");
    const { issuanceId } = await convert(customer, "40");
    await receiptPosition(bank.system, { issuanceId }, partners);
    const { issuance: row, position } = await rowsOf(issuanceId);
    const end = (id: string | null, state: "reverted" | "cancelled" | "final") =>
      bank.worker
        .update(outboxIntent)
        .set({ state })
        .where(eq(outboxIntent.id, id as string));
    await end(row.recordIntentId, "final");
    await end(row.mintIntentId, "reverted");
    expect(await refundIssuance(bank.system, { issuanceId }, partners)).toEqual({ state: "submitted" });
    await bank.worker.transaction((tx) =>
      settlePosition(tx, { ...place(), event: "PositionRecorded", ...position } as never),
    );
    expect((await collateralWork(bank.worker)).toRefund).toEqual([{ issuanceId }]);
    const both = await Promise.all([1, 2].map(() => refundIssuance(bank.system, { issuanceId }, partners)));
    expect(both).toEqual([{ state: "refunded" }, { state: "refunded" }]);
    expect(await dollarsOf(customer, bank.app)).toEqual(free(100_000_000n));
    const [release] = await bank.app
      .select()
      .from(outboxIntent)
      .where(eq(outboxIntent.kind, "reserve.release"));
    expect(release?.state).toBe("queued");
    await bank.worker.transaction((tx) =>
      settlePosition(tx, {
        ...place(),
        event: "PositionReleased",
        positionId: position.positionId,
        releaseId: randomHex(32),
        amountMicros: 40_000_000n,
      }),
    );
    expect((await rowsOf(issuanceId)).position.state).toBe("released");
    expect((await reservesNow(bank.app)).marketMicros).toBe(0n);
    expect(await verifyLedger(bank.app)).toEqual([]);
  });

  it("refunds when even the record was refused", async () => {
    const customer = await withDollars("100");
    const { issuanceId } = await convert(customer, "40");
    await receiptPosition(bank.system, { issuanceId }, partners);
    expect(await refundIssuance(bank.system, { issuanceId }, partners)).toEqual({ state: "submitted" });
    await bank.worker
      .update(outboxIntent)
      .set({ state: "reverted" })
      .where(eq(outboxIntent.kind, "position.record"));
    expect(await refundIssuance(bank.system, { issuanceId }, partners)).toEqual({ state: "submitted" });
    await bank.worker
      .update(outboxIntent)
      .set({ state: "cancelled" })
      .where(eq(outboxIntent.kind, "issuance.mint"));
    expect(await refundIssuance(bank.system, { issuanceId }, partners)).toEqual({ state: "refunded" });
    expect((await rowsOf(issuanceId)).position.state).toBe("cancelled");
  });

  it("books a mint that nobody asked for against suspense, where it is seen", async () => {
    const customer = await bank.customer();
    const issued: IssuanceFact = {
      ...place(),
      event: "Issued",
      issuanceId: randomHex(32),
      positionId: randomHex(32),
      to: customer.address,
      grossMicros: 5n,
      feeMicros: 0n,
    };
    await expect(bank.worker.transaction((tx) => settleIssuance(tx, issued))).rejects.toBeTruthy();
    await withDollars("1");
    await bank.worker.transaction((tx) => settleIssuance(tx, issued));
    expect(await totalOf(bank.app, "suspense")).toBe(-5n);
    expect(await totalOf(bank.app, "token_supply")).toBe(5n);
  });
});

describe("redemption", () => {
  it("is prepared once a key, credited when burned, and releases the oldest reserve first", async () => {
    const customer = await withDollars("100");
    const first = await minted(customer, "30");
    const second = await minted(customer, "50");
    const clientKey = key();
    const prepare = (amount = "40") => prepareRedemption(bank.as(customer), { amount, clientKey }, terms);
    const prepared = await prepare();
    expect(prepared).toMatchObject({ grossMicros: 40_000_000n, feeMicros: 80_000n, netMicros: 39_920_000n });
    expect((await prepare()).redemptionId).toBe(prepared.redemptionId);
    await expect(prepare("41")).rejects.toEqual(refused("idempotency_conflict"));

    const burned: RedemptionFact = {
      ...place(),
      event: "Redeemed",
      redemptionId: prepared.redemptionId,
      holder: customer.address,
      grossMicros: 40_000_000n,
      feeMicros: 80_000n,
    };
    await bank.worker.transaction((tx) => settleRedemption(tx, burned));
    await bank.worker.transaction((tx) => settleRedemption(tx, burned));
    expect((await dollarsOf(customer, bank.app)).canUseMicros).toBe(20_000_000n + 39_920_000n);
    expect((await listRedemptions(customer, bank.app))[0]).toMatchObject({
      state: "credited",
      netMicros: 39_920_000n,
    });
    const [oldest, younger] = [await rowsOf(first.issuanceId), await rowsOf(second.issuanceId)];
    expect(oldest.position.releasingMicros).toBe(30_000_000n);
    expect(younger.position.releasingMicros).toBe(9_920_000n);

    expect((await collateralWork(bank.worker)).toRelease).toEqual([{ redemptionId: prepared.id }]);
    expect(await releaseReserve(bank.system, { redemptionId: prepared.id }, partners)).toEqual({
      state: "releasing",
    });
    expect(await releaseReserve(bank.system, { redemptionId: prepared.id }, partners)).toEqual({
      state: "releasing",
    });
    const [row] = await bank.app.select().from(redemption).where(eq(redemption.id, prepared.id));
    const released = (positionId: `0x${string}`, amountMicros: bigint): PositionFact => ({
      ...place(),
      event: "PositionReleased",
      positionId,
      releaseId: row?.releaseId as `0x${string}`,
      amountMicros,
    });
    const facts = [
      released(oldest.position.positionId, 30_000_000n),
      released(younger.position.positionId, 9_920_000n),
    ];
    for (const fact of [...facts, ...facts]) await bank.worker.transaction((tx) => settlePosition(tx, fact));
    expect((await listRedemptions(customer, bank.app))[0]?.state).toBe("released");
    expect((await rowsOf(first.issuanceId)).position.state).toBe("released");
    expect(await balanceOf(bank.app, reserve(0))).toBe(40_080_000n);
    expect(await reservesNow(bank.app)).toMatchObject({
      lendableMicros: 40_080_000n,
      supplyMicros: 40_080_000n,
    });
    expect(await verifyLedger(bank.app)).toEqual([]);
  });

  it("credits a burn that was not prepared, by the wallet's owner", async () => {
    const customer = await withDollars("100");
    await minted(customer, "30");
    const burned: RedemptionFact = {
      ...place(),
      event: "Redeemed",
      redemptionId: randomHex(32),
      holder: customer.address,
      grossMicros: 10_000_000n,
      feeMicros: 20_000n,
    };
    await bank.worker.transaction((tx) => settleRedemption(tx, burned));
    expect((await dollarsOf(customer, bank.app)).canUseMicros).toBe(70_000_000n + 9_980_000n);
    expect(await listRedemptions(customer, bank.app)).toHaveLength(1);
    expect(await listRedemptions(await bank.customer(), bank.app)).toEqual([]);
  });
});

describe("the reserves page", () => {
  it("is fresh after an attestation", async () => {
    await bank.worker.insert(reserveAttestation).values({
      ...place(),
      marketMicros: 0n,
      lendableMicros: 0n,
      positionsRoot: randomHex(32),
      asOf: new Date(),
      valuer: randomHex(20),
    } as never);
    expect((await reservesNow(bank.app)).stale).toBe(false);
  });
});
