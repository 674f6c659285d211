import { sql } from "drizzle-orm";
import { type Hex, hashMessage, hexToBigInt, numberToHex, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Db } from "@/db/client";
import { session, siweNonce } from "@/db/schema/staff";
import type { CommandContext } from "@/lib/auth/actor";
import { signInWithWallet, type WalletSignIn } from "@/lib/auth/commands/sign-in-with-wallet";
import { issueNonce } from "@/lib/auth/nonce";
import { signInStatement } from "@/lib/auth/siwe-message";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

/** B13: a wallet's signature proves one login, here, once, now. Each case is signed properly unless it says otherwise. */
const appUrl = "http://localhost:3000";
const browserSecret = "the secret of this browser";
const account = privateKeyToAccount(generatePrivateKey());
const stranger = privateKeyToAccount(generatePrivateKey());
let database: TestDatabase;
let db: Db;
let owner: Db;
let ctx: CommandContext;

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

type Fields = Partial<Parameters<typeof createSiweMessage>[0]>;
const minutes = (n: number) => new Date(Date.now() + n * 60_000);
const nonce = () => issueNonce(db, browserSecret);

async function text(change: Fields = {}): Promise<string> {
  return createSiweMessage({
    address: account.address,
    domain: "localhost:3000",
    uri: appUrl,
    version: "1",
    chainId: 31337,
    statement: signInStatement,
    issuedAt: new Date(),
    expirationTime: minutes(5),
    nonce: await nonce(),
    ...change,
  });
}

const signed = async (message: string, by = account): Promise<WalletSignIn> => ({
  message,
  signature: await by.signMessage({ message }),
  browserSecret,
});
const prove = async (change?: Fields) => signed(await text(change));
const rewritten = async (from: string | RegExp, to: string) => signed((await text()).replace(from, to));
const withSignature = async (make: (message: string) => Promise<string>): Promise<WalletSignIn> => {
  const message = await text();
  return { message, signature: await make(message), browserSecret };
};

const outcome = (input: WalletSignIn) =>
  signInWithWallet(ctx, input).then(
    () => "signed in",
    (error: { code?: string }) => error.code ?? String(error),
  );

const curve = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** The same signature in its other form: s mirrored, v swapped. */
const mirrored = (signature: Hex): Hex => {
  const s = hexToBigInt(`0x${signature.slice(66, 130)}`);
  const v = signature.slice(130) === "1b" ? "1c" : "1b";
  return `${signature.slice(0, 66)}${numberToHex(curve - s, { size: 32 }).slice(2)}${v}` as Hex;
};

const cases: [string, () => Promise<WalletSignIn>, string][] = [
  ["another wallet's signature", async () => signed(await text(), stranger), "sign_in_wrong_signature"],
  ["another wallet's address", () => prove({ address: stranger.address }), "sign_in_wrong_signature"],
  [
    "a signature of another message",
    () => withSignature(async () => account.signMessage({ message: await text() })),
    "sign_in_wrong_signature",
  ],
  [
    "a signature over the bare hash",
    () => withSignature((message) => account.sign({ hash: hashMessage(`${message} `) })),
    "sign_in_wrong_signature",
  ],
  [
    "a signature over the text as hex",
    () => withSignature((message) => account.signMessage({ message: toHex(message) })),
    "sign_in_wrong_signature",
  ],
  [
    "a signature of typed data",
    () =>
      withSignature((message) =>
        account.signTypedData({
          domain: { name: "localhost:3000" },
          types: { Login: [{ name: "text", type: "string" }] },
          primaryType: "Login",
          message: { text: message },
        }),
      ),
    "sign_in_wrong_signature",
  ],
  [
    "a signature of zeros",
    () => withSignature(async () => `0x${"00".repeat(65)}`),
    "sign_in_wrong_signature",
  ],
  ["a signature that is no hex", () => withSignature(async () => "0xzz"), "sign_in_wrong_signature"],
  ["no signature", () => withSignature(async () => ""), "sign_in_wrong_signature"],
  [
    "an endless signature",
    () => withSignature(async () => `0x${"11".repeat(9_000)}`),
    "sign_in_wrong_signature",
  ],
  ["another site", () => prove({ domain: "evil.example" }), "sign_in_wrong_domain"],
  ["a site that begins like ours", () => prove({ domain: "localhost:30001" }), "sign_in_wrong_domain"],
  [
    "our site with a user's name",
    () => rewritten("localhost:3000 wants", "a@localhost:3000 wants"),
    "sign_in_malformed",
  ],
  [
    "our site in capitals",
    () => rewritten("localhost:3000 wants", "LOCALHOST:3000 wants"),
    "sign_in_wrong_domain",
  ],
  ["another uri", () => prove({ uri: "https://evil.example/sign-in" }), "sign_in_wrong_domain"],
  ["a uri of another port", () => prove({ uri: "http://localhost:3001" }), "sign_in_wrong_domain"],
  ["a uri of another scheme", () => prove({ uri: "https://localhost:3000" }), "sign_in_wrong_domain"],
  [
    "a uri with our address as its user",
    () => prove({ uri: "http://localhost:3000@evil.example" }),
    "sign_in_wrong_domain",
  ],
  ["another scheme before the site", () => prove({ scheme: "https" }), "sign_in_wrong_domain"],
  ["another chain", () => prove({ chainId: 1 }), "sign_in_wrong_chain"],
  ["a chain in hex", () => rewritten("Chain ID: 31337", "Chain ID: 0x7a69"), "sign_in_malformed"],
  ["version 2", () => rewritten("Version: 1", "Version: 2"), "sign_in_malformed"],
  ["no version", () => rewritten("Version: 1\n", ""), "sign_in_malformed"],
  ["another statement", () => prove({ statement: "I give everything away." }), "sign_in_malformed"],
  [
    "our statement with more behind it",
    () => prove({ statement: `${signInStatement} And more.` }),
    "sign_in_malformed",
  ],
  ["no statement", () => prove({ statement: undefined }), "sign_in_malformed"],
  ["a nonce that we never gave", () => prove({ nonce: "0123456789abcdef0123456789abcdef" }), "sign_in_used"],
  ["a short nonce", () => prove({ nonce: "a1b2c3d4" }), "sign_in_malformed"],
  [
    "a nonce of another browser",
    async () => prove({ nonce: await issueNonce(db, "another browser") }),
    "sign_in_used",
  ],
  [
    "our nonce from another browser",
    async () => ({ ...(await prove()), browserSecret: "another browser" }),
    "sign_in_used",
  ],
  [
    "our nonce from no browser",
    async () => ({ ...(await prove()), browserSecret: undefined }),
    "sign_in_used",
  ],
  [
    "a nonce that is too old",
    async () => {
      const old = await nonce();
      await owner
        .update(siweNonce)
        .set({ expiresAt: sql`clock_timestamp() - interval '1 second'` })
        .where(sql`nonce = ${old}`);
      return prove({ nonce: old });
    },
    "sign_in_used",
  ],
  ["no expiry", () => prove({ expirationTime: undefined }), "sign_in_malformed"],
  [
    "an expiry in the past",
    () => prove({ issuedAt: minutes(-4), expirationTime: minutes(-1) }),
    "sign_in_expired",
  ],
  ["an expiry of a day", () => prove({ expirationTime: minutes(24 * 60) }), "sign_in_malformed"],
  ["an issue in the future", () => prove({ issuedAt: minutes(2) }), "sign_in_malformed"],
  [
    "an issue six minutes ago",
    () => prove({ issuedAt: minutes(-6), expirationTime: minutes(1) }),
    "sign_in_expired",
  ],
  ["no issue", () => rewritten(/Issued At: .*\n/, ""), "sign_in_malformed"],
  ["an issue that is no time", () => rewritten(/Issued At: .*/, "Issued At: now"), "sign_in_malformed"],
  ["a beginning in the future", () => prove({ notBefore: minutes(3) }), "sign_in_malformed"],
  [
    "a line added before signing",
    () => rewritten("Version: 1", "Admin: yes\nVersion: 1"),
    "sign_in_malformed",
  ],
  [
    "the lines in another order",
    () => rewritten(/(Version: 1)\n(Chain ID: 31337)/, "$2\n$1"),
    "sign_in_malformed",
  ],
  [
    "line ends of another system",
    async () => signed((await text()).replaceAll("\n", "\r\n")),
    "sign_in_malformed",
  ],
  ["two messages in one", async () => signed(`${await text()}\n${await text()}`), "sign_in_malformed"],
  ["a text that is no message", () => signed("hello"), "sign_in_malformed"],
  ["nothing", () => signed(""), "sign_in_malformed"],
  ["a very long text", async () => signed(`${await text()}${" ".repeat(5_000)}`), "sign_in_malformed"],
];

describe("a sign-in with", () => {
  it.each(cases)("%s opens nothing", async (_, make, code) => {
    const proof = await make();
    const before = await db.$count(session);
    expect(await outcome(proof)).toBe(code);
    expect(await db.$count(session)).toBe(before);
  });
});

describe("a proof that was used", () => {
  it("opens nothing again, nor in its mirrored form", async () => {
    const proof = await prove();
    expect(await outcome(proof)).toBe("signed in");
    expect(await outcome(proof)).toBe("sign_in_used");
    expect(await outcome({ ...proof, signature: mirrored(proof.signature as Hex) })).toMatch(
      /^sign_in_(used|wrong_signature)$/,
    );
  });

  it("opens one session, though it comes twenty times at once, in both forms", async () => {
    const proof = await prove();
    const twin = { ...proof, signature: mirrored(proof.signature as Hex) };
    const before = await db.$count(session);
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => outcome(n % 2 ? twin : proof)));
    expect(all.filter((one) => one === "signed in")).toHaveLength(1);
    expect(await db.$count(session)).toBe(before + 1);
  });
});
