import { eq, sql } from "drizzle-orm";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Db } from "@/db/client";
import { auditRow } from "@/db/schema/control";
import { profile, wallet } from "@/db/schema/customers";
import { switches } from "@/db/schema/installation";
import { session, siweNonce } from "@/db/schema/staff";
import type { CommandContext } from "@/lib/auth/actor";
import { signInWithWallet } from "@/lib/auth/commands/sign-in-with-wallet";
import { issueNonce } from "@/lib/auth/nonce";
import { actorOfSession } from "@/lib/auth/session";
import { signInStatement } from "@/lib/auth/siwe-message";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

const appUrl = "http://localhost:3000";
const browserSecret = "the secret of this browser";
let database: TestDatabase;
let db: Db;
let owner: Db;
let ctx: CommandContext;
let account: ReturnType<typeof privateKeyToAccount>;

beforeAll(async () => {
  database = await testDatabase();
  db = database.open("app", 24).db;
  owner = database.open("owner").db;
  ctx = { actor: { kind: "system", job: "sign-in" }, requestId: "11111111-1111-4111-8111-111111111111", db };
  vi.stubEnv("APP_URL", appUrl);
  vi.stubEnv("CHAIN_ID", "31337");
  vi.stubEnv("CHAIN_RPC_URL", "http://127.0.0.1:1");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database?.close();
});
beforeEach(() => {
  account = privateKeyToAccount(generatePrivateKey());
});

type Fields = Partial<Parameters<typeof createSiweMessage>[0]>;

async function prove(change: Fields = {}, signer = account) {
  const nonce = change.nonce ?? (await issueNonce(db, browserSecret));
  const issuedAt = new Date();
  const message = createSiweMessage({
    address: account.address,
    domain: "localhost:3000",
    uri: appUrl,
    version: "1",
    chainId: 31337,
    statement: signInStatement,
    issuedAt,
    expirationTime: new Date(issuedAt.getTime() + 300_000),
    ...change,
    nonce,
  });
  return { message, signature: await signer.signMessage({ message }), browserSecret };
}

const outcome = (input: Parameters<typeof signInWithWallet>[1]) =>
  signInWithWallet(ctx, input).then(
    () => "signed in",
    (error: { code?: string }) => error.code ?? String(error),
  );

const profilesOf = (address: string) =>
  db.$count(wallet, eq(wallet.address, address.toLowerCase() as `0x${string}`));

describe("a wallet that proves itself", () => {
  it("gets a session, and at the first time a profile, with an audit row", async () => {
    const { sessionId, profileId } = await signInWithWallet(ctx, await prove());
    expect(await actorOfSession(db, sessionId)).toMatchObject({
      kind: "customer",
      profileId,
      address: account.address.toLowerCase(),
    });
    const rows = await db
      .select()
      .from(auditRow)
      .where(eq(auditRow.subject, `profile:${profileId}`));
    expect(rows.map(({ command }) => command).sort()).toEqual(["open-profile", "sign-in-with-wallet"]);
    expect(rows.every(({ requestId }) => requestId === ctx.requestId)).toBe(true);
  });

  it("comes back to the same profile with another session", async () => {
    const first = await signInWithWallet(ctx, await prove());
    const second = await signInWithWallet(ctx, await prove());
    expect(second.profileId).toBe(first.profileId);
    expect(second.sessionId).not.toBe(first.sessionId);
    expect(await profilesOf(account.address)).toBe(1);
  });

  it("logs in once, though the same proof comes twenty times at once", async () => {
    const proof = await prove();
    const before = await db.$count(session);
    const all = await Promise.all(Array.from({ length: 20 }, () => outcome(proof)));
    expect(all.filter((one) => one === "signed in")).toHaveLength(1);
    expect(all.filter((one) => one === "sign_in_used")).toHaveLength(19);
    expect(await db.$count(session)).toBe(before + 1);
    expect(await profilesOf(account.address)).toBe(1);
  });
});

describe("a proof that does not hold", () => {
  const minutes = (n: number) => new Date(Date.now() + n * 60_000);
  const cases: [string, () => Promise<Parameters<typeof signInWithWallet>[1]>, string][] = [
    [
      "signed by another wallet",
      () => prove({}, privateKeyToAccount(generatePrivateKey())),
      "sign_in_wrong_signature",
    ],
    ["for another site", () => prove({ domain: "evil.example" }), "sign_in_wrong_domain"],
    ["for another address of ours", () => prove({ uri: "http://localhost:3001" }), "sign_in_wrong_domain"],
    ["for another chain", () => prove({ chainId: 1 }), "sign_in_wrong_chain"],
    ["too old", () => prove({ issuedAt: minutes(-6), expirationTime: minutes(1) }), "sign_in_expired"],
    ["expired", () => prove({ issuedAt: minutes(-4), expirationTime: minutes(-1) }), "sign_in_expired"],
    ["without an end", () => prove({ expirationTime: undefined }), "sign_in_malformed"],
    ["with a nonce of its own", () => prove({ nonce: "0123456789abcdef0123456789abcdef" }), "sign_in_used"],
    ["from another browser", async () => ({ ...(await prove()), browserSecret: "another" }), "sign_in_used"],
    ["from no browser", async () => ({ ...(await prove()), browserSecret: undefined }), "sign_in_used"],
    [
      "with half a signature",
      async () => ({ ...(await prove()), signature: "0x1234" }),
      "sign_in_wrong_signature",
    ],
    ["with no signature", async () => ({ ...(await prove()), signature: "" }), "sign_in_wrong_signature"],
    [
      "with an endless signature",
      async () => ({ ...(await prove()), signature: `0x${"11".repeat(9_000)}` }),
      "sign_in_wrong_signature",
    ],
    [
      "changed after signing",
      async () => {
        const proof = await prove();
        return {
          ...proof,
          message: `${proof.message}\nResources:\n- https://x`,
        };
      },
      "sign_in_wrong_signature",
    ],
    ["that is no message", async () => ({ ...(await prove()), message: "hello" }), "sign_in_malformed"],
  ];

  it.each(cases)("%s is refused and opens nothing", async (_, make, code) => {
    const before = await db.$count(session);
    expect(await outcome(await make())).toBe(code);
    expect(await db.$count(session)).toBe(before);
    expect(await profilesOf(account.address)).toBe(0);
  });

  it("is refused when it comes too late for its nonce", async () => {
    const proof = await prove();
    await owner.update(siweNonce).set({ expiresAt: sql`clock_timestamp() - interval '1 second'` });
    expect(await outcome(proof)).toBe("sign_in_used");
  });

  it("leaves the right one usable: a wrong signer does not burn the nonce", async () => {
    const proof = await prove();
    const stranger = privateKeyToAccount(generatePrivateKey());
    const wrong = { ...proof, signature: await stranger.signMessage({ message: proof.message }) };
    expect(await outcome(wrong)).toBe("sign_in_wrong_signature");
    expect(await outcome(proof)).toBe("signed in");
  });
});

describe("the bank", () => {
  it("lets nobody in while sign-in is switched off, and the proof waits", async () => {
    const proof = await prove();
    await owner.update(switches).set({ isOn: false }).where(eq(switches.name, "sign_in"));
    expect(await outcome(proof)).toBe("under_review");
    await owner.update(switches).set({ isOn: true }).where(eq(switches.name, "sign_in"));
    expect(await outcome(proof)).toBe("signed in");
  });

  it("lets a closed profile in no more", async () => {
    const { profileId } = await signInWithWallet(ctx, await prove());
    await owner.update(profile).set({ status: "closed" }).where(eq(profile.id, profileId));
    expect(await outcome(await prove())).toBe("under_review");
  });

  it("opens sessions only for itself", async () => {
    const proof = await prove();
    const stranger: CommandContext = { ...ctx, actor: { kind: "anonymous" } };
    await expect(signInWithWallet(stranger, proof)).rejects.toMatchObject({ code: "sign_in_required" });
  });
});
