import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { person, profile, wallet } from "@/db/schema/customers";
import type { Actor } from "@/lib/auth/actor";
import { endOwnSession } from "@/lib/auth/commands/end-own-session";
import { ownSessions } from "@/lib/auth/own-sessions";
import { actorOfSession, insertSession } from "@/lib/auth/session";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

let database: TestDatabase;
let db: Db;

async function customer(digit: string) {
  const [person_] = await db.insert(person).values({}).returning({ id: person.id });
  const [profile_] = await db.insert(profile).values({ personId: person_!.id }).returning({ id: profile.id });
  const address = `0x${digit.repeat(40)}` as const;
  const word = `0x${digit.repeat(64)}` as const;
  const [wallet_] = await db
    .insert(wallet)
    .values({ profileId: profile_!.id, chainId: 31_337, address, identityId: word, identitySalt: word })
    .returning({ id: wallet.id });
  const profileId = profile_!.id;
  const signIn = (browser: string) =>
    insertSession(
      db,
      { kind: "customer", profileId, walletId: wallet_!.id, address, chainId: 31_337 },
      browser,
    );
  const as = (sessionId: string) => ({
    actor: { kind: "customer", profileId, sessionId } satisfies Actor,
    requestId: "test",
    db,
  });
  return { signIn, as };
}

beforeAll(async () => {
  database = await testDatabase();
  db = database.open("app", 8).db;
});
afterAll(() => database?.close());

describe("a customer's own sessions", () => {
  it("are listed with this one marked, and nobody else's among them", async () => {
    const [one, two] = [await customer("1"), await customer("2")];
    const here = await one.signIn("Firefox");
    await one.signIn("Phone");
    await two.signIn("Stranger");
    const listed = await ownSessions(one.as(here));
    expect(listed.map((row) => row.userAgent).sort()).toEqual(["Firefox", "Phone"]);
    expect(listed.filter((row) => row.isThis).map((row) => row.id)).toEqual([here]);
  });

  it("can be ended one by one, or all but this", async () => {
    const one = await customer("3");
    const here = await one.signIn("here");
    const [a, b, c] = [await one.signIn("a"), await one.signIn("b"), await one.signIn("c")];
    expect(await endOwnSession(one.as(here), { sessionId: a })).toEqual({ ended: 1 });
    expect((await actorOfSession(db, a!)).kind).toBe("anonymous");
    expect(await endOwnSession(one.as(here), { others: true })).toEqual({ ended: 2 });
    for (const id of [b, c]) expect((await actorOfSession(db, id!)).kind).toBe("anonymous");
    expect((await actorOfSession(db, here)).kind).toBe("customer");
  });

  it("of somebody else are not there", async () => {
    const [one, two] = [await customer("4"), await customer("5")];
    const here = await one.signIn("here");
    const theirs = await two.signIn("theirs");
    await expect(endOwnSession(one.as(here), { sessionId: theirs })).rejects.toMatchObject({
      code: "not_found",
    });
    expect((await actorOfSession(db, theirs)).kind).toBe("customer");
  });

  it("refuse nonsense, and anybody who is no customer", async () => {
    const one = await customer("6");
    const here = await one.signIn("here");
    for (const raw of [{}, { sessionId: "x" }, { others: false }, null])
      await expect(endOwnSession(one.as(here), raw)).rejects.toMatchObject({ code: "invalid_input" });
    const anonymous = { actor: { kind: "anonymous" } as const, requestId: "test", db };
    await expect(endOwnSession(anonymous, { others: true })).rejects.toMatchObject({
      code: "sign_in_required",
    });
  });
});
