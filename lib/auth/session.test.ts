import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { person, profile, wallet } from "@/db/schema/customers";
import { session, staff } from "@/db/schema/staff";
import { clearAttempts, countAttempt } from "@/lib/auth/attempts";
import { consumeNonce, issueNonce } from "@/lib/auth/nonce";
import { hashPassword, verifyPassword } from "@/lib/auth/password";
import { actorOfSession, insertSession, revokeSessions } from "@/lib/auth/session";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

let database: TestDatabase;
let db: Db;
let owner: Db;
let staffId: string;
let customer: { profileId: string; walletId: string; address: `0x${string}`; chainId: number };

const required = <T>(row: T | undefined): T => {
  if (!row) throw new Error("no row");
  return row;
};

beforeAll(async () => {
  database = await testDatabase();
  db = database.open("app", 24).db;
  owner = database.open("owner").db;
  const member = {
    username: "clerk@bank.test",
    displayName: "A clerk",
    role: "clerk",
    passwordHash: "scrypt$a$b",
  } as const;
  staffId = required((await owner.insert(staff).values(member).returning({ id: staff.id }))[0]).id;
  const { id: personId } = required((await db.insert(person).values({}).returning({ id: person.id }))[0]);
  const { id: profileId } = required((await db.insert(profile).values({ personId }).returning())[0]);
  const address = "0x00000000000000000000000000000000000000aa";
  const word = `0x${"ab".repeat(32)}` as const;
  const { id: walletId } = required(
    (
      await db
        .insert(wallet)
        .values({ profileId, chainId: 31337, address, identityId: word, identitySalt: word })
        .returning()
    )[0],
  );
  customer = { profileId, walletId, address, chainId: 31337 };
});

afterAll(() => database?.close());

const kindOf = async (sessionId: string) => (await actorOfSession(db, sessionId)).kind;
const age = (sessionId: string, set: Record<string, unknown>) =>
  owner.update(session).set(set).where(eq(session.id, sessionId));

describe("a staff session", () => {
  let sessionId: string;
  beforeEach(async () => {
    await owner.update(staff).set({ role: "clerk", isActive: true });
    sessionId = await insertSession(db, { kind: "staff", staffId }, "test");
  });

  it("stands for the person with the role of this moment", async () => {
    expect(await actorOfSession(db, sessionId)).toEqual({ kind: "staff", staffId, role: "clerk", sessionId });
    await owner.update(staff).set({ role: "examiner" });
    expect(await actorOfSession(db, sessionId)).toMatchObject({ role: "examiner" });
  });

  it("ends on the next request when revoked", async () => {
    expect(await kindOf(sessionId)).toBe("staff");
    expect(await revokeSessions(db, { sessionId }, "test")).toBe(1);
    expect(await kindOf(sessionId)).toBe("anonymous");
    expect(await revokeSessions(db, { sessionId }, "test")).toBe(0);
  });

  it("ends on the next request when the person leaves, with all their others", async () => {
    const other = await insertSession(db, { kind: "staff", staffId }, "test");
    await owner.update(staff).set({ isActive: false });
    expect([await kindOf(sessionId), await kindOf(other)]).toEqual(["anonymous", "anonymous"]);
    await owner.update(staff).set({ isActive: true });
    await revokeSessions(db, { staffId }, "test");
    expect([await kindOf(sessionId), await kindOf(other)]).toEqual(["anonymous", "anonymous"]);
  });

  it("ends after 15 minutes unused and 8 hours in all", async () => {
    await age(sessionId, { seenAt: sql`clock_timestamp() - interval '14 minutes'` });
    expect(await kindOf(sessionId)).toBe("staff");
    await age(sessionId, { seenAt: sql`clock_timestamp() - interval '16 minutes'` });
    expect(await kindOf(sessionId)).toBe("anonymous");
    const long = await insertSession(db, { kind: "staff", staffId }, "test");
    const [row] = await db.select().from(session).where(eq(session.id, long));
    expect(
      Math.round((required(row).expiresAt.getTime() - required(row).createdAt.getTime()) / 3_600_000),
    ).toBe(8);
    await age(long, { expiresAt: sql`clock_timestamp() - interval '1 second'` });
    expect(await kindOf(long)).toBe("anonymous");
  });

  it("is kept alive by use", async () => {
    await age(sessionId, { seenAt: sql`clock_timestamp() - interval '10 minutes'` });
    await actorOfSession(db, sessionId);
    const [row] = await db.select().from(session).where(eq(session.id, sessionId));
    expect(Date.now() - required(row).seenAt.getTime()).toBeLessThan(60_000);
  });

  it("is nobody's when the id is made up", async () => {
    for (const id of ["", "x", "' OR true --", "00000000-0000-4000-8000-000000000000"])
      expect(await kindOf(id)).toBe("anonymous");
  });
});

describe("a customer's session", () => {
  it("stands for the profile and the wallet that signed", async () => {
    const sessionId = await insertSession(db, { kind: "customer", ...customer }, undefined);
    const { profileId, walletId, address } = customer;
    expect(await actorOfSession(db, sessionId)).toEqual({
      kind: "customer",
      profileId,
      walletId,
      address,
      sessionId,
    });
  });

  it("lasts 30 minutes unused", async () => {
    const sessionId = await insertSession(db, { kind: "customer", ...customer }, undefined);
    await age(sessionId, { seenAt: sql`clock_timestamp() - interval '29 minutes'` });
    expect(await kindOf(sessionId)).toBe("customer");
    await age(sessionId, { seenAt: sql`clock_timestamp() - interval '31 minutes'` });
    expect(await kindOf(sessionId)).toBe("anonymous");
  });

  it("ends when the profile is closed", async () => {
    const sessionId = await insertSession(db, { kind: "customer", ...customer }, undefined);
    await owner.update(profile).set({ status: "closed" }).where(eq(profile.id, customer.profileId));
    expect(await kindOf(sessionId)).toBe("anonymous");
    await owner.update(profile).set({ status: "open" }).where(eq(profile.id, customer.profileId));
  });
});

describe("a nonce", () => {
  const browserSecret = "a browser's secret";
  const outcome = (work: Promise<unknown>) =>
    work.then(
      () => "used",
      (error: { code?: string }) => error.code,
    );

  it("works once, also for twenty at the same time", async () => {
    const nonce = await issueNonce(db, browserSecret);
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        outcome(db.transaction((tx) => consumeNonce(tx, { nonce, browserSecret }))),
      ),
    );
    expect(all.filter((one) => one === "used")).toHaveLength(1);
    expect(all.filter((one) => one === "sign_in_used")).toHaveLength(19);
  });

  it("belongs to the browser that asked", async () => {
    const nonce = await issueNonce(db, browserSecret);
    expect(await outcome(consumeNonce(db, { nonce, browserSecret: "another" }))).toBe("sign_in_used");
    expect(await outcome(consumeNonce(db, { nonce, browserSecret }))).toBe("used");
  });

  it("does not outlive its five minutes", async () => {
    const nonce = await issueNonce(db, browserSecret);
    await owner.execute(sql`UPDATE bank.siwe_nonce SET expires_at = clock_timestamp() - interval '1 second'`);
    expect(await outcome(consumeNonce(db, { nonce, browserSecret }))).toBe("sign_in_used");
  });

  it("comes back when the login around it fails", async () => {
    const nonce = await issueNonce(db, browserSecret);
    await outcome(
      db.transaction(async (tx) => {
        await consumeNonce(tx, { nonce, browserSecret });
        throw new Error("the rest failed");
      }),
    );
    expect(await outcome(consumeNonce(db, { nonce, browserSecret }))).toBe("used");
  });

  it("is new each time and 128 bits long", async () => {
    const some = await Promise.all(Array.from({ length: 50 }, () => issueNonce(db, browserSecret)));
    expect(new Set(some).size).toBe(50);
    for (const nonce of some) expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("attempts", () => {
  const limit = { attempts: 10, windowMinutes: 15 };
  const tries = async (key: string, times: number) => {
    const all = await Promise.all(
      Array.from({ length: times }, () =>
        countAttempt(db, key, limit).then(
          () => true,
          () => false,
        ),
      ),
    );
    return all.filter(Boolean).length;
  };

  it("let ten through, however many come at once", async () => {
    expect(await tries("a", 60)).toBe(10);
    expect(await tries("a", 5)).toBe(0);
    expect(await tries("b", 5)).toBe(5);
  });

  it("are forgotten after the window and after a success", async () => {
    expect(await tries("c", 20)).toBe(10);
    await owner.execute(
      sql`UPDATE bank.rate_window SET started_at = clock_timestamp() - interval '16 minutes'`,
    );
    expect(await tries("c", 3)).toBe(3);
    await clearAttempts(db, "c");
    expect(await tries("c", 10)).toBe(10);
  });
});

describe("a password", () => {
  it("is kept as a salted hash and compared whole", async () => {
    const [first, second] = [await hashPassword("correct horse"), await hashPassword("correct horse")];
    expect(first).not.toBe(second);
    expect(await verifyPassword("correct horse", first)).toBe(true);
    expect(await verifyPassword("correct horsf", first)).toBe(false);
    expect(await verifyPassword("", first)).toBe(false);
    for (const broken of [undefined, null, "", "scrypt$$", "plain$x$y", first.slice(0, -2)])
      expect(await verifyPassword("correct horse", broken)).toBe(false);
  });
});
