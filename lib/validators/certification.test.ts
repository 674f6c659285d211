import { randomUUID } from "node:crypto";
import { desc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { certification, certificationAct, checkNames, evidenceKinds } from "@/db/schema/certification";
import { operator, outboxIntent } from "@/db/schema/chain";
import { approval, auditRow } from "@/db/schema/control";
import { decideApproval } from "@/lib/approvals/commands/decide-approval";
import { hasActBehind } from "@/lib/chain/act-behind";
import { checkCall } from "@/lib/chain/allow-list";
import { randomHex, type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";
import { certificateDaysAtMost, certifiedUntil, orderHashOf } from "@/lib/validators/certification";
import { applyForCertification } from "@/lib/validators/commands/apply-for-certification";
import { approveCertification } from "@/lib/validators/commands/approve-certification";
import { checkCertification } from "@/lib/validators/commands/check-certification";
import { refuseCertification } from "@/lib/validators/commands/refuse-certification";
import { reinstateOperator } from "@/lib/validators/commands/reinstate-operator";
import { renewCertification } from "@/lib/validators/commands/renew-certification";
import { revokeCertification } from "@/lib/validators/commands/revoke-certification";
import { operatorNames } from "@/lib/validators/queries";
import { register } from "@/lib/validators/register/queries";

let bank: TestBank;
let signer: Db;
type Staff = Awaited<ReturnType<TestBank["staff"]>>;
let clerk: Staff;
let officer: Staff;

beforeAll(async () => {
  bank = await testBank();
  signer = bank.database.open("signer", 2).db;
  [clerk, officer] = await Promise.all([bank.staff("clerk"), bank.staff("compliance")]);
});
afterAll(() => bank?.close());

const nobodys = async () => 0;
const code = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code ?? String(error),
  );
const papers = () =>
  evidenceKinds.map((kind) => ({ kind, digest: randomHex(32), title: `Paper about ${kind}` }));
const form = (own: Record<string, unknown> = {}) => ({
  kind: "validator",
  name: "Northgate Computing",
  controller: randomHex(20),
  ownerHash: randomHex(32),
  affiliated: false,
  signer: randomHex(20),
  node: randomHex(20),
  evidence: papers(),
  ...own,
});
const apply = (raw: unknown, who: Staff = clerk) => applyForCertification(bank.as(who), raw, nobodys);
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

async function checked(own: Record<string, unknown> = {}) {
  const { certificationId } = await apply(form(own));
  for (const name of checkNames)
    await checkCertification(bank.as(clerk), { certificationId, name, outcome: "passed" });
  return certificationId;
}

async function decide(who: Staff, approvalId: string, decision = "approve") {
  const [row] = await bank.app.select().from(approval).where(eq(approval.id, approvalId));
  return decideApproval(bank.as(who), {
    approvalId,
    decision,
    seenHash: row?.payloadHash as string,
    reason: "a reason",
  });
}

/** What the signer would make of an act: whether the key may say it, and whether two people stand behind it. */
async function callOf(actId: string) {
  const [act] = await bank.app.select().from(certificationAct).where(eq(certificationAct.id, actId));
  const [intent] = await signer
    .select()
    .from(outboxIntent)
    .where(eq(outboxIntent.id, act?.intentId as string));
  if (!intent) throw new Error("nothing was asked of the certifier's key");
  const verdict = checkCall(testDeployment, { ...intent, sender: intent.sender as "certifier" });
  if (!verdict.allowed) throw new Error(verdict.reason);
  return { intentId: intent.id, name: verdict.name, args: verdict.args };
}

async function operatorInState(operatorId: number, state: "active" | "jailed" | "revoked") {
  await bank.worker
    .insert(operator)
    .values({
      chainId: testDeployment.chainId,
      operatorId,
      state,
      controller: randomHex(20),
      ownerHash: randomHex(32),
      signer: randomHex(20),
      node: randomHex(20),
      stateSince: new Date(),
      enteredAt: new Date(),
    })
    .returning();
  const [row] = await bank.app.select().from(operator).where(eq(operator.operatorId, operatorId));
  return row as NonNullable<typeof row>;
}

describe("an application", () => {
  it("is taken from an operator's own wallet and from no other", async () => {
    const customer = await bank.customer();
    const other = await bank.customer();
    const own = form({ controller: customer.address });
    expect(await code(applyForCertification(bank.as(other), own, nobodys))).toBe("not_allowed");
    const { certificationId } = await applyForCertification(bank.as(customer), own, nobodys);
    const [trail] = await bank.app
      .select()
      .from(auditRow)
      .where(eq(auditRow.subject, `certification:${certificationId}`));
    expect(trail).toMatchObject({
      command: "apply-for-certification",
      actor: `customer:${customer.profileId}`,
      permission: "certification:apply",
    });
  });

  it("two operators of one owner: the second is refused, beside a founder too", async () => {
    const first = form();
    await apply(first);
    expect(await code(apply(form({ ownerHash: first.ownerHash })))).toBe("owner_taken");
    expect(await code(apply(form({ controller: first.controller })))).toBe("owner_taken");
    const founder = await operatorInState(91, "active");
    expect(await code(apply(form({ ownerHash: founder.ownerHash })))).toBe("owner_taken");
    const asked = form();
    const both = await Promise.all([
      code(apply(asked)),
      code(apply({ ...form(), ownerHash: asked.ownerHash })),
    ]);
    expect(both.sort()).toEqual(["done", "owner_taken"]);
  });

  it("key reuse: no key serves twice, in either place, here or on chain", async () => {
    const first = form();
    await apply(first);
    const founder = await operatorInState(92, "revoked");
    for (const key of [first.signer, first.node, founder.signer as string]) {
      expect(await code(apply(form({ signer: key })))).toBe("key_taken");
      expect(await code(apply(form({ node: key })))).toBe("key_taken");
    }
    const one = randomHex(20);
    expect(await code(apply(form({ signer: one, node: one })))).toBe("key_taken");
    expect(await code(applyForCertification(bank.as(clerk), form(), async () => 3))).toBe("key_taken");
  });

  it("names a document for each thing that is looked at, by its digest", async () => {
    for (const kind of evidenceKinds) {
      const evidence = papers().filter((one) => one.kind !== kind);
      expect(await code(apply(form({ evidence })))).toBe("evidence_missing");
    }
    expect(await code(apply(form({ evidence: [{ kind: "owner", digest: "0x12", title: "abc" }] })))).toBe(
      "invalid_input",
    );
    expect(await code(apply(form({ controller: "0x12" })))).toBe("invalid_input");
  });

  it("that was refused lets its owner come again with other keys", async () => {
    const first = form();
    const { certificationId } = await apply(first);
    await refuseCertification(bank.as(officer), { certificationId, why: "the hosting cannot be shown" });
    expect(await code(refuseCertification(bank.as(officer), { certificationId, why: "again" }))).toBe(
      "conflict",
    );
    expect(await code(apply(form({ ownerHash: first.ownerHash })))).toBe("done");
  });
});

describe("a certificate", () => {
  const ask = (certificationId: string, days = 300, who = clerk) =>
    approveCertification(bank.as(who), {
      certificationId,
      certifiedUntil: inDays(days),
      reason: "everything was found in order",
    });

  it("is not asked for before every check has passed, and a later failure counts", async () => {
    const certificationId = await checked();
    await checkCertification(bank.as(officer), {
      certificationId,
      name: "insurance",
      outcome: "failed",
      note: "the policy has lapsed",
    });
    expect(await code(ask(certificationId))).toBe("checks_open");
    const unlooked = await apply(form());
    expect(await code(ask(unlooked.certificationId))).toBe("checks_open");
    expect(
      await code(
        checkCertification(bank.as(clerk), { certificationId, name: "insurance", outcome: "failed" }),
      ),
    ).toBe("invalid_input");
    await checkCertification(bank.as(officer), { certificationId, name: "insurance", outcome: "passed" });
    expect(await code(ask(certificationId))).toBe("done");
    expect(await code(ask(certificationId))).toBe("conflict");
  });

  it("a check that fails while the second person decides stops it", async () => {
    const certificationId = await checked();
    const { approvalId } = await ask(certificationId);
    const failed = { certificationId, name: "keys", outcome: "failed", note: "one key was copied" };
    await checkCertification(bank.as(clerk), failed);
    expect(await code(decide(officer, approvalId))).toBe("checks_open");
  });

  it("the same person approving twice is refused; a second one sends exactly what both saw", async () => {
    const certificationId = await checked({ affiliated: true });
    const { actId, approvalId } = await ask(certificationId);
    expect(await code(decide(clerk, approvalId))).toBe("approval_same_person");
    await decide(officer, approvalId);
    expect(await code(decide(officer, approvalId))).toBe("approval_decided");
    const [row] = await bank.app.select().from(certification).where(eq(certification.id, certificationId));
    expect(row?.state).toBe("approved");
    const call = await callOf(actId);
    expect(call).toMatchObject({ name: "validatorRegistry.approve" });
    expect(String(call.args[0]).toLowerCase()).toBe(row?.controller);
    expect(await hasActBehind(signer, call)).toBe(true);
    const [controller, owner, affiliated, until] = call.args as [string, string, boolean, number];
    for (const args of [
      [randomHex(20), owner, affiliated, until],
      [controller, randomHex(32), affiliated, until],
      [controller, owner, !affiliated, until],
      [controller, owner, affiliated, until + 1],
    ])
      expect(await hasActBehind(signer, { ...call, args }), String(args)).toBe(false);
    expect(await hasActBehind(signer, { ...call, intentId: randomUUID() })).toBe(false);
    const trail = await bank.app
      .select()
      .from(auditRow)
      .where(eq(auditRow.subject, `certification:${certificationId}`))
      .orderBy(desc(auditRow.id));
    expect(trail.map(({ command }) => command)).toEqual([
      "carry-out-approve",
      "ask-to-approve",
      ...checkNames.map(() => "check-certification"),
      "apply-for-certification",
    ]);
  });

  it("refused by the second person, leaves the application as it was", async () => {
    const certificationId = await checked();
    const { actId, approvalId } = await ask(certificationId);
    await decide(officer, approvalId, "refuse");
    await expect(callOf(actId)).rejects.toThrow("nothing was asked");
    expect(await code(ask(certificationId))).toBe("done");
  });

  it("changed behind the second person's back, is not carried out", async () => {
    const certificationId = await checked();
    const { actId, approvalId } = await ask(certificationId);
    await bank.owner.update(certificationAct).set({ affiliated: true }).where(eq(certificationAct.id, actId));
    expect(await code(decide(officer, approvalId))).toBe("approval_changed");
  });

  it("ends after today and within a year", async () => {
    const certificationId = await checked();
    for (const days of [-1, 0, certificateDaysAtMost + 1])
      expect(await code(ask(certificationId, days))).toBe("certificate_date");
    const now = new Date("2026-11-22T00:00:00Z");
    expect(certifiedUntil("2026-11-22T00:00:00.999Z", now)).toBeUndefined();
    expect(certifiedUntil("2026-11-22T00:00:01.999Z", now)?.toISOString()).toBe("2026-11-22T00:00:01.000Z");
    expect(certifiedUntil("never", now)).toBeUndefined();
    expect(certifiedUntil("2027-11-23T00:00:00Z", now)).toBeDefined();
    expect(certifiedUntil("2027-11-23T00:00:01Z", now)).toBeUndefined();
  });
});

describe("an operator that stands", () => {
  it("is renewed, revoked and let out of jail by two people, and by no act of another kind", async () => {
    await operatorInState(93, "active");
    await operatorInState(94, "jailed");
    const reason = "its keys were found on a public server";
    const asked = [
      await renewCertification(bank.as(clerk), {
        operatorId: 93,
        certifiedUntil: inDays(200),
        affiliated: false,
        reason: "looked at again",
      }),
      await reinstateOperator(bank.as(clerk), { operatorId: 94, reason: "the fault is mended" }),
    ];
    expect(await code(revokeCertification(bank.as(officer), { operatorId: 93, reason }))).toBe("conflict");
    for (const { approvalId } of asked) await decide(officer, approvalId);
    const calls = await Promise.all(asked.map(({ actId }) => callOf(actId)));
    expect(calls.map(({ name }) => name)).toEqual([
      "validatorRegistry.certify",
      "validatorRegistry.reinstate",
    ]);
    for (const call of calls) expect(await hasActBehind(signer, call)).toBe(true);
    const [renewed, freed] = calls as [(typeof calls)[0], (typeof calls)[0]];
    expect(await hasActBehind(signer, { ...freed, args: [93] })).toBe(false);
    expect(await hasActBehind(signer, { ...renewed, name: "validatorRegistry.reinstate", args: [93] })).toBe(
      false,
    );
    await operatorInState(95, "active");
    const gone = await revokeCertification(bank.as(officer), { operatorId: 95, reason });
    await decide(clerk, gone.approvalId);
    const revoked = await callOf(gone.actId);
    expect(revoked.args).toEqual([95, orderHashOf(reason)]);
    expect(await hasActBehind(signer, revoked)).toBe(true);
    expect(await hasActBehind(signer, { ...revoked, args: [95, orderHashOf("other words")] })).toBe(false);
  });

  it("is not revoked by a clerk, nor twice, nor let out of a jail it is not in", async () => {
    await operatorInState(96, "revoked");
    await operatorInState(97, "active");
    const reason = "a reason that is long enough";
    expect(await code(revokeCertification(bank.as(clerk), { operatorId: 97, reason }))).toBe("not_allowed");
    expect(await code(revokeCertification(bank.as(officer), { operatorId: 96, reason }))).toBe("conflict");
    expect(await code(reinstateOperator(bank.as(clerk), { operatorId: 97, reason }))).toBe("conflict");
    expect(await code(revokeCertification(bank.as(officer), { operatorId: 120, reason }))).toBe("not_found");
  });
});

describe("what an operator is called", () => {
  it("is the name that it was certified under, else a founder's, else its number", async () => {
    const { certificationId } = await apply(form({ name: "Longmeadow Systems" }));
    await bank.worker
      .update(certification)
      .set({ operatorId: 107, state: "approved" })
      .where(eq(certification.id, certificationId));
    await operatorInState(107, "active");
    const nameOf = await operatorNames(bank.app);
    expect([nameOf(107), nameOf(2), nameOf(118)]).toEqual([
      "Longmeadow Systems",
      "Harbor Light Computing",
      "Operator 118",
    ]);
    expect((await register(undefined, bank.app)).find(({ operatorId }) => operatorId === 107)?.name).toBe(
      "Longmeadow Systems",
    );
  });
});
