import { eq } from "drizzle-orm";
import { decodeFunctionData } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Db } from "@/db/client";
import { outboxIntent } from "@/db/schema/chain";
import { person, profile, wallet } from "@/db/schema/customers";
import type { CommandContext } from "@/lib/auth/actor";
import { identityRegistryAbi } from "@/lib/chain/abi";
import { changeWithholding } from "@/lib/customers/commands/change-withholding";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

vi.mock("@/lib/chain/deployment", () => ({
  deployment: () => ({ contracts: { identityRegistry: "0x00000000000000000000000000000000000000d1" } }),
}));

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  vi.stubEnv("CHAIN_ID", "31337");
  vi.stubEnv("GRANARY_STATE", "MD");
  database = await testDatabase();
  db = database.open("app", 8).db;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database?.close();
});

async function resident(digit: string, status: "verified" | "new" = "verified") {
  const [person_] = await db
    .insert(person)
    .values({ residenceState: "MD", countyFips: "24031", locality: "Rockville" })
    .returning({ id: person.id });
  const election = { filingStatus: "single", election: "flat", otherIncomeMicros: null };
  const [profile_] = await db
    .insert(profile)
    .values({ personId: person_!.id, identityState: "verified", election })
    .returning({ id: profile.id });
  const address = `0x${digit.repeat(40)}` as const;
  const word = `0x${digit.repeat(64)}` as const;
  const [wallet_] = await db
    .insert(wallet)
    .values({
      profileId: profile_!.id,
      chainId: 31_337,
      address,
      identityId: word,
      identitySalt: word,
      status,
    })
    .returning({ id: wallet.id });
  const ctx: CommandContext = {
    actor: {
      kind: "customer",
      profileId: profile_!.id,
      walletId: wallet_!.id,
      address,
      sessionId: crypto.randomUUID(),
    },
    requestId: crypto.randomUUID(),
    db,
  };
  const intents = () => db.select().from(outboxIntent).where(eq(outboxIntent.requestId, ctx.requestId));
  return { ctx, profileId: profile_!.id, intents };
}

const rates =
  (rateClass: number, isChangePending = false) =>
  async () => ({ rateClass, isChangePending });

describe("a change of withholding", () => {
  it("keeps the choice and asks the registrar for the new class", async () => {
    const { ctx, profileId, intents } = await resident("a");
    const { rateClass } = await changeWithholding(
      ctx,
      { filingStatus: "single", election: "none" },
      rates(0x2c0a06),
    );
    expect(rateClass).toBe(0);
    const [kept] = await db.select().from(profile).where(eq(profile.id, profileId));
    expect(kept?.election).toMatchObject({ election: "none" });
    const [intent] = await intents();
    expect(intent).toMatchObject({ sender: "registrar", kind: "identity.rate" });
    expect(decodeFunctionData({ abi: identityRegistryAbi, data: intent!.data })).toMatchObject({
      functionName: "scheduleRateClass",
      args: [expect.any(String), 0],
    });
  });

  it("sends nothing to the chain when the class stays the same", async () => {
    const { ctx, intents } = await resident("b");
    const flat = { filingStatus: "single", election: "flat" };
    const { rateClass } = await changeWithholding(ctx, flat, rates(0));
    const again = await resident("c");
    await changeWithholding(again.ctx, flat, rates(rateClass));
    expect(await intents()).toHaveLength(1);
    expect(await again.intents()).toHaveLength(0);
  });

  it("waits until an earlier change has been settled", async () => {
    const { ctx, intents } = await resident("d");
    await expect(
      changeWithholding(ctx, { filingStatus: "single", election: "none" }, rates(0x2c0a06, true)),
    ).rejects.toMatchObject({ code: "conflict" });
    expect(await intents()).toHaveLength(0);
  });

  it("refuses nonsense, and whoever is not verified", async () => {
    const { ctx } = await resident("e");
    for (const raw of [null, {}, { filingStatus: "single", election: "half" }])
      await expect(changeWithholding(ctx, raw, rates(0))).rejects.toMatchObject({ code: "election_invalid" });
    const fresh = await resident("f", "new");
    await expect(
      changeWithholding(fresh.ctx, { filingStatus: "single", election: "none" }, rates(1)),
    ).rejects.toMatchObject({ code: "not_verified" });
  });
});
