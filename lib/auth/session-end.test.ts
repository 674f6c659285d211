import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { profile, wallet } from "@/db/schema/customers";
import { session, staff } from "@/db/schema/staff";
import { refusalFor } from "@/lib/auth/permissions";
import { actorOfSession, insertSession, revokeSessions } from "@/lib/auth/session";
import { rounds } from "@/lib/bars/rounds";
import { type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";

/** B10: whatever ends a session is felt by its very next request, and the request learns why. */
let bank: TestBank;
let db: Db;
const times = rounds(10);

beforeAll(async () => {
  bank = await testBank();
  db = bank.app;
});
afterAll(() => bank?.close());

const answerTo = async (sessionId: string) => {
  const actor = await actorOfSession(db, sessionId);
  return actor.kind === "anonymous"
    ? refusalFor(actor).code
    : actor.kind === "staff"
      ? actor.role
      : actor.kind;
};
const aged = (sessionId: string, set: Record<string, unknown>) =>
  bank.owner.update(session).set(set).where(eq(session.id, sessionId));

async function clerk() {
  const { staffId } = await bank.staff("clerk");
  return { staffId, sessionId: await insertSession(db, { kind: "staff", staffId }, "test") };
}
async function customer() {
  const { profileId, walletId, address } = await bank.customer();
  const chainId = testDeployment.chainId;
  const sessionId = await insertSession(
    db,
    { kind: "customer", profileId, walletId, address, chainId },
    "test",
  );
  return { profileId, walletId, sessionId };
}

type Ended = { sessionId: string; end: () => Promise<unknown> };
const ways: [string, () => Promise<Ended>, string][] = [
  [
    "signed out",
    async () => {
      const { sessionId } = await customer();
      return { sessionId, end: () => revokeSessions(db, { sessionId }, "customer") };
    },
    "signed_out",
  ],
  [
    "ended with all of a person's",
    async () => {
      const { sessionId, profileId } = await customer();
      return { sessionId, end: () => revokeSessions(db, { profileId }, "staff") };
    },
    "signed_out",
  ],
  [
    "of a closed profile",
    async () => {
      const { sessionId, profileId } = await customer();
      return {
        sessionId,
        end: () => bank.owner.update(profile).set({ status: "closed" }).where(eq(profile.id, profileId)),
      };
    },
    "signed_out",
  ],
  [
    "of a closed wallet",
    async () => {
      const { sessionId, walletId } = await customer();
      return {
        sessionId,
        end: () => bank.owner.update(wallet).set({ status: "closed" }).where(eq(wallet.id, walletId)),
      };
    },
    "signed_out",
  ],
  [
    "of a customer, unused for half an hour",
    async () => {
      const { sessionId } = await customer();
      return {
        sessionId,
        end: () => aged(sessionId, { seenAt: sql`clock_timestamp() - interval '30 minutes'` }),
      };
    },
    "session_ended",
  ],
  [
    "of staff, unused for a quarter of an hour",
    async () => {
      const { sessionId } = await clerk();
      return {
        sessionId,
        end: () => aged(sessionId, { seenAt: sql`clock_timestamp() - interval '15 minutes'` }),
      };
    },
    "session_ended",
  ],
  [
    "at the end of its day",
    async () => {
      const { sessionId } = await clerk();
      return { sessionId, end: () => aged(sessionId, { expiresAt: sql`clock_timestamp()` }) };
    },
    "session_ended",
  ],
  [
    "of somebody who left",
    async () => {
      const { sessionId, staffId } = await clerk();
      return {
        sessionId,
        end: () => bank.owner.update(staff).set({ isActive: false }).where(eq(staff.id, staffId)),
      };
    },
    "signed_out",
  ],
  [
    "of somebody with another role, who keeps it with that role alone",
    async () => {
      const { sessionId, staffId } = await clerk();
      return {
        sessionId,
        end: () => bank.owner.update(staff).set({ role: "examiner" }).where(eq(staff.id, staffId)),
      };
    },
    "examiner",
  ],
];

describe(`a session (${times} of each)`, () => {
  it.each(ways)("%s", async (_, make, after) => {
    for (let n = 0; n < times; n++) {
      const { sessionId, end } = await make();
      expect(["customer", "clerk"]).toContain(await answerTo(sessionId));
      await end();
      expect(await answerTo(sessionId)).toBe(after);
    }
  });
});
