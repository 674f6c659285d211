import { randomUUID } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issuance } from "@/db/schema/collateral";
import { approval, auditRow } from "@/db/schema/control";
import { decideApproval } from "@/lib/approvals/commands/decide-approval";
import { chooser } from "@/lib/bars/random";
import { barSeed, rounds } from "@/lib/bars/rounds";
import { convertDollars } from "@/lib/collateral/commands/convert-dollars";
import { type TestBank, testBank } from "@/lib/processes/test-bank";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";

/** B4: what is above the limit needs two persons who saw the same, and happens once. */
let bank: TestBank;
type Clerk = Awaited<ReturnType<TestBank["staff"]>>;
let clerks: Clerk[];
const terms = async () => ({ issuanceFeeBps: 10n, redemptionFeeBps: 20n, isStale: false, isPaused: false });

beforeAll(async () => {
  bank = await testBank();
  clerks = await Promise.all(
    Array.from({ length: 20 }, (_, n) => bank.staff(n % 2 ? "compliance" : "clerk")),
  );
});
afterAll(() => bank?.close());

async function asked() {
  const customer = await bank.customer();
  await bringDollars(bank.as(customer), { amount: "20000", clientKey: randomUUID() });
  const { approvalId, issuanceId } = await convertDollars(
    bank.as(customer),
    { amount: "15000", clientKey: randomUUID() },
    terms,
  );
  const [row] = await bank.owner
    .select()
    .from(approval)
    .where(eq(approval.id, approvalId as string));
  if (!row) throw new Error("no approval was asked for");
  return { ...row, issuanceId };
}
type Asked = Awaited<ReturnType<typeof asked>>;

const decide = (who: Clerk, { id, payloadHash }: Asked, decision: "approve" | "refuse" = "approve") =>
  decideApproval(bank.as(who), { approvalId: id, decision, seenHash: payloadHash, reason: "a reason" }).then(
    ({ state }) => state as string,
    (error: { code?: string }) => error.code ?? String(error),
  );
const edit = ({ id }: Asked, set: Record<string, unknown>) =>
  bank.owner.update(approval).set(set).where(eq(approval.id, id));
const stateOf = async ({ issuanceId }: Asked) =>
  (await bank.owner.select({ state: issuance.state }).from(issuance).where(eq(issuance.id, issuanceId)))[0]
    ?.state;

describe("a decision of two persons", () => {
  it(`is taken once, though twenty take it at the same moment, in both senses (${rounds(2)} times)`, async () => {
    const random = chooser(barSeed());
    for (let n = 0; n < rounds(2); n++) {
      const request = await asked();
      const outcomes = await Promise.all(
        clerks.map((who) => decide(who, request, random.chance(0.5) ? "approve" : "refuse")),
      );
      const taken = outcomes.filter((one) => one === "approved" || one === "refused");
      expect(taken).toHaveLength(1);
      expect(outcomes.filter((one) => one === "approval_decided")).toHaveLength(19);
      expect(await stateOf(request)).toBe(taken[0] === "approved" ? "requested" : "refunded");
      const trail = and(
        eq(auditRow.subject, `approval:${request.id}`),
        eq(auditRow.command, "decide-approval"),
      );
      expect(await bank.owner.$count(auditRow, trail)).toBe(1);
    }
  });

  it("is not taken by the person who asked, in whatever session or role", async () => {
    const request = await asked();
    const [maker, checker] = clerks as [Clerk, Clerk];
    await edit(request, { submittedBy: `staff:${maker.staffId}` });
    for (const role of ["clerk", "compliance"] as const)
      expect(await decide({ ...maker, role, sessionId: randomUUID() }, request)).toBe("approval_same_person");
    expect(await decide(checker, request)).toBe("approved");
  });

  it("is void once anything of what was shown has changed", async () => {
    const request = await asked();
    const { payload } = request;
    const changes: Record<string, unknown>[] = [
      ...Object.keys(payload).map((key) => ({ payload: { ...payload, [key]: "1" } })),
      ...Object.keys(payload).map((key) => {
        const { [key]: _gone, ...rest } = payload;
        return { payload: rest };
      }),
      { payload: { ...payload, more: "1" } },
      { payload: { ...payload, grossMicros: Number(payload.grossMicros) } },
      { subject: "issuance:another" },
      { payloadHash: `0x${"00".repeat(32)}` },
    ];
    for (const change of changes) {
      await edit(request, change);
      expect(await decide(clerks[0] as Clerk, request), JSON.stringify(change)).toBe("approval_changed");
      const { subject, payloadHash } = request;
      await edit(request, { payload, subject, payloadHash });
    }
    expect(await stateOf(request)).toBe("awaiting_approval");
    expect(await decide(clerks[0] as Clerk, request)).toBe("approved");
  });

  it("is void when what it is about has changed behind it", async () => {
    const request = await asked();
    await bank.owner.update(issuance).set({ feeMicros: 0n }).where(eq(issuance.id, request.issuanceId));
    expect(await decide(clerks[0] as Clerk, request)).toBe("approval_changed");
    const [row] = await bank.owner.select().from(approval).where(eq(approval.id, request.id));
    expect(row?.state).toBe("submitted");
  });

  it("is too late after its day, and in time until then", async () => {
    const [late, early] = [await asked(), await asked()];
    const hours = (late.expiresAt.getTime() - late.submittedAt.getTime()) / 3_600_000;
    expect(hours).toBeLessThanOrEqual(24);
    await edit(late, { expiresAt: sql`bank.now()` });
    expect(await decide(clerks[0] as Clerk, late)).toBe("approval_expired");
    await edit(early, { expiresAt: sql`bank.now() + interval '1 minute'` });
    expect(await decide(clerks[0] as Clerk, early)).toBe("approved");
  });
});
