import { eq } from "drizzle-orm";
import { encodeFunctionData } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outboxIntent } from "@/db/schema/chain";
import { auditRow, complianceDecision } from "@/db/schema/control";
import { identityApplication, person, profile, wallet } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { identityRegistryAbi } from "@/lib/chain/abi";
import type { IdentityFact } from "@/lib/chain/facts";
import { setComplianceFlag } from "@/lib/compliance/commands/set-compliance-flag";
import { decideIdentity } from "@/lib/customers/commands/decide-identity";
import { openProfile } from "@/lib/customers/commands/open-profile";
import { revealIdentity } from "@/lib/customers/commands/reveal-identity";
import { settleIdentity } from "@/lib/customers/commands/settle-identity";
import { submitIdentity } from "@/lib/customers/commands/submit-identity";
import { findCustomers, identityApplicationById, identityQueue, ownIdentity } from "@/lib/customers/queries";
import { randomHex, type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";

let bank: TestBank;
beforeAll(async () => {
  bank = await testBank();
});
afterAll(() => bank.close());

let nextNumber = 101_101_001;
const form = (change: Record<string, unknown> = {}) => ({
  fullName: "Ada Byron",
  birthDate: "1990-05-01",
  street: "12 Main St",
  city: "Rockville",
  zip: "20850",
  state: "MD",
  countyFips: "24031",
  taxNumber: String(nextNumber++),
  filingStatus: "single",
  election: "flat",
  otherIncome: "",
  agreed: true,
  ...change,
});
const refused = (code: string) => expect.objectContaining({ code });
const applicant = async (change?: Record<string, unknown>) => {
  const customer = await bank.customer({ isVerified: false });
  const { applicationId } = await submitIdentity(bank.as(customer), form(change));
  return { customer, applicationId };
};
const factFor = (address: `0x${string}`, change: Partial<IdentityFact> = {}): IdentityFact =>
  ({
    event: "IdentitySet",
    chainId: 31337,
    blockNumber: 5n,
    blockHash: randomHex(32),
    txHash: randomHex(32),
    logIndex: 0,
    contract: randomHex(20),
    at: new Date(),
    wallet: address,
    identityId: randomHex(32),
    kind: "person",
    status: "verified",
    tier: 1,
    rateClass: 0x2c0a06,
    expiresAt: new Date(Date.now() + 86_400_000),
    ...change,
  }) as IdentityFact;

describe("open-profile", () => {
  it("opens one profile a wallet, also when asked at once, and finds it again in any letter case", async () => {
    const address = randomHex(20);
    const open = (as: string) =>
      inTransaction(bank.app, (tx) => openProfile(tx, bank.system, { address: as as `0x${string}` }));
    const opened = await Promise.all(Array.from({ length: 8 }, () => open(address)));
    expect(new Set(opened.map(({ profileId }) => profileId)).size).toBe(1);
    expect(opened.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect((await open(`0x${address.slice(2).toUpperCase()}`)).profileId).toBe(opened[0]?.profileId);
    await expect(open("0x12")).rejects.toEqual(refused("sign_in_malformed"));
  });
});

describe("submit-identity", () => {
  it("seals what identifies a person, and leaves a trail without it", async () => {
    const { customer, applicationId } = await applicant({ taxNumber: "412-56-7891" });
    const [row] = await bank.app
      .select()
      .from(identityApplication)
      .where(eq(identityApplication.id, applicationId));
    expect(JSON.stringify(row)).not.toMatch(/412-?56-?7891|1990-05-01|12 Main St/);
    const trail = await bank.app
      .select()
      .from(auditRow)
      .where(eq(auditRow.subject, `identity_application:${applicationId}`));
    expect(trail.map(({ command, actor }) => [command, actor])).toEqual([
      ["submit-identity", `customer:${customer.profileId}`],
    ]);
    const [asked] = await bank.app
      .select()
      .from(complianceDecision)
      .where(eq(complianceDecision.profileId, customer.profileId));
    expect(asked).toMatchObject({ command: "submit-identity", outcome: "allow" });
    expect((await ownIdentity(customer, bank.app)).state).toBe("submitted");
  });

  it("refuses a second application, a taken tax number and people who may not apply", async () => {
    const { customer, applicationId } = await applicant({ taxNumber: "412567892" });
    await expect(submitIdentity(bank.as(customer), form())).rejects.toEqual(refused("identity_pending"));
    await decideIdentity(bank.as(await bank.staff("clerk")), { applicationId, decision: "approve" });
    await expect(submitIdentity(bank.as(customer), form())).rejects.toEqual(refused("identity_pending"));
    const other = await bank.customer({ isVerified: false });
    await expect(submitIdentity(bank.as(other), form({ taxNumber: "412-56-7892" }))).rejects.toEqual(
      refused("tax_number_in_use"),
    );
    await expect(submitIdentity(bank.as({ kind: "anonymous" }), form())).rejects.toEqual(
      refused("sign_in_required"),
    );
    await expect(submitIdentity(bank.as(await bank.staff("clerk")), form())).rejects.toEqual(
      refused("not_allowed"),
    );
  });

  it("is for the verified only once their check has run out, and then renews instead of registering", async () => {
    const customer = await bank.customer();
    await expect(submitIdentity(bank.as(customer), form())).rejects.toEqual(refused("identity_decided"));
    await bank.worker
      .update(wallet)
      .set({ expiresAt: new Date(0) })
      .where(eq(wallet.id, customer.walletId));
    expect((await ownIdentity(customer, bank.app)).state).toBe("refresh_needed");
    const { applicationId } = await submitIdentity(bank.as(customer), form());
    await decideIdentity(bank.as(await bank.staff("clerk")), { applicationId, decision: "approve" });
    const asked = await bank.app
      .select({ kind: outboxIntent.kind })
      .from(outboxIntent)
      .where(eq(outboxIntent.to, testDeployment.contracts.identityRegistry))
      .then((rows) => rows.map(({ kind }) => kind));
    expect(asked).toContain("identity.renew");
    const stranger = await bank.customer({ isVerified: false });
    const forged = { ...stranger, walletId: customer.walletId };
    await expect(submitIdentity(bank.as(forged), form())).rejects.toEqual(refused("not_found"));
  });

  it("has one application when sent eight times at once", async () => {
    const customer = await bank.customer({ isVerified: false });
    const same = form();
    const sent = await Promise.allSettled(
      Array.from({ length: 8 }, () => submitIdentity(bank.as(customer), same)),
    );
    expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of sent)
      if (one.status === "rejected") expect(one.reason).toEqual(refused("identity_pending"));
  });
});

describe("decide-identity", () => {
  it("approves: the person is kept sealed, and the chain is asked once for exactly this wallet", async () => {
    const { customer, applicationId } = await applicant();
    const clerk = bank.as(await bank.staff("clerk"));
    expect(await decideIdentity(clerk, { applicationId, decision: "approve" })).toEqual({
      state: "approved",
    });
    const [own] = await bank.app.select().from(wallet).where(eq(wallet.id, customer.walletId));
    const [intent] = await bank.app
      .select()
      .from(outboxIntent)
      .where(eq(outboxIntent.businessKey, `identity:register:${applicationId}`));
    const [row] = await bank.app
      .select()
      .from(identityApplication)
      .where(eq(identityApplication.id, applicationId));
    const expected = encodeFunctionData({
      abi: identityRegistryAbi,
      functionName: "register",
      args: [customer.address, own?.identityId as `0x${string}`, 1, 1, row?.rateClass as number, 0n],
    });
    expect(intent?.data.slice(0, -64)).toBe(expected.slice(0, -64));
    expect(intent).toMatchObject({ sender: "registrar", state: "queued", requestId: clerk.requestId });
    expect(row?.rateClass).toBeGreaterThan(0);
    const [grant] = await bank.app
      .select()
      .from(outboxIntent)
      .where(eq(outboxIntent.businessKey, `grant:first:${customer.walletId}`));
    expect(grant).toMatchObject({ to: customer.address, data: "0x", afterIntentId: intent?.id });
    const [kept] = await bank.app
      .select({ person })
      .from(person)
      .innerJoin(profile, eq(profile.personId, person.id))
      .where(eq(profile.id, customer.profileId));
    expect(kept?.person.fullName).toBe("Ada Byron");
    expect(kept?.person.taxNumberSealed).not.toBe(row?.taxNumberSealed);

    await bank.worker.transaction((tx) => settleIdentity(tx, factFor(customer.address)));
    expect(await ownIdentity(customer, bank.app)).toMatchObject({
      state: "verified",
      county: "Montgomery County",
      wallet: { status: "verified", rateClass: 0x2c0a06 },
    });
  });

  it("decides once, by whoever comes first", async () => {
    const { applicationId } = await applicant();
    const clerks = await Promise.all([1, 2, 3, 4].map(() => bank.staff("clerk")));
    const decided = await Promise.allSettled(
      clerks.map((clerk, i) =>
        decideIdentity(
          bank.as(clerk),
          i % 2
            ? { applicationId, decision: "approve" }
            : { applicationId, decision: "refuse", reason: "The name does not match." },
        ),
      ),
    );
    expect(decided.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of decided)
      if (one.status === "rejected") expect(one.reason).toEqual(refused("identity_decided"));
  });

  it("refuses with a reason, after which the applicant may apply again", async () => {
    const { customer, applicationId } = await applicant();
    const clerk = bank.as(await bank.staff("clerk"));
    await expect(decideIdentity(clerk, { applicationId, decision: "refuse", reason: " " })).rejects.toEqual(
      refused("invalid_input"),
    );
    await decideIdentity(clerk, { applicationId, decision: "refuse", reason: "The photo is too dark." });
    expect(await ownIdentity(customer, bank.app)).toMatchObject({
      state: "refused",
      application: { refusalReason: "The photo is too dark." },
    });
    expect((await submitIdentity(bank.as(customer), form())).applicationId).toBeTruthy();
  });

  it("is for clerks and compliance only, and knows no foreign ids", async () => {
    const { customer, applicationId } = await applicant();
    const attempt = { applicationId, decision: "approve" };
    for (const role of ["valuer", "custodian", "examiner"] as const)
      await expect(decideIdentity(bank.as(await bank.staff(role)), attempt)).rejects.toEqual(
        refused("not_allowed"),
      );
    await expect(decideIdentity(bank.as(customer), attempt)).rejects.toEqual(refused("not_allowed"));
    const clerk = bank.as(await bank.staff("clerk"));
    await expect(
      decideIdentity(clerk, { applicationId: crypto.randomUUID(), decision: "approve" }),
    ).rejects.toEqual(refused("not_found"));
  });
});

describe("what staff see", () => {
  it("shows the queue masked, one application opened, and a tax number in full only on record", async () => {
    const { customer, applicationId } = await applicant({
      taxNumber: "412-56-7899",
      fullName: "Grace 'G' Hopper",
    });
    const examiner = await bank.staff("examiner");
    const { rows, total } = await identityQueue(examiner, { limit: 200 }, bank.app);
    expect(total).toBeGreaterThan(0);
    expect(rows.find(({ id }) => id === applicationId)).toMatchObject({ taxNumberMasked: "•••-••-7899" });
    const one = await identityApplicationById(examiner, applicationId, bank.app);
    expect(one).toMatchObject({
      birthDateMasked: "1990-••-••",
      address: { city: "Rockville", zip: "20850" },
    });
    expect(JSON.stringify(one)).not.toMatch(/4125|05-01|12 Main/);
    await expect(revealIdentity(bank.as(examiner), { applicationId, reason: "spot check" })).rejects.toEqual(
      refused("not_allowed"),
    );
    const clerk = bank.as(await bank.staff("clerk"));
    expect(await revealIdentity(clerk, { applicationId, reason: "compare with the card" })).toEqual({
      taxNumber: "412-56-7899",
      birthDate: "1990-05-01",
      street: "12 Main St",
    });
    const seen = await bank.app.select().from(auditRow).where(eq(auditRow.requestId, clerk.requestId));
    expect(seen.map(({ command }) => command)).toEqual(["reveal-identity"]);
    await expect(identityApplicationById(examiner, "nonsense", bank.app)).rejects.toEqual(
      refused("not_found"),
    );
    await expect(identityQueue(customer, {}, bank.app)).rejects.toEqual(refused("not_allowed"));
    expect((await findCustomers(examiner, customer.address.slice(0, 12), bank.app))[0]?.profileId).toBe(
      customer.profileId,
    );
    expect(await findCustomers(examiner, "%", bank.app)).toEqual([]);
  });
});

describe("a hold", () => {
  it("refuses with the one wording, keeps the decision, and is set by compliance alone", async () => {
    const customer = await bank.customer({ isVerified: false });
    const hold = { profileId: customer.profileId, flag: "hold", reason: "asked by a court" };
    await expect(setComplianceFlag(bank.as(await bank.staff("clerk")), hold)).rejects.toEqual(
      refused("not_allowed"),
    );
    await setComplianceFlag(bank.as(await bank.staff("compliance")), hold);
    await expect(submitIdentity(bank.as(customer), form())).rejects.toEqual(refused("under_review"));
    const kept = await bank.app
      .select()
      .from(complianceDecision)
      .where(eq(complianceDecision.profileId, customer.profileId));
    expect(kept.map(({ outcome, rule }) => [outcome, rule])).toEqual([["hold", "profile_flag"]]);
    expect((await ownIdentity(customer, bank.app)).state).toBe("none");
  });
});
