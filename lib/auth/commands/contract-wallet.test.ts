import { readFileSync } from "node:fs";
import { type Abi, type Address, createWalletClient, type Hex, http, toHex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Db } from "@/db/client";
import { session } from "@/db/schema/staff";
import type { CommandContext } from "@/lib/auth/actor";
import { signInWithWallet } from "@/lib/auth/commands/sign-in-with-wallet";
import { issueNonce } from "@/lib/auth/nonce";
import { actorOfSession } from "@/lib/auth/session";
import { signInStatement } from "@/lib/auth/siwe-message";
import { chainClient } from "@/lib/chain/client";
import { receiptOf } from "@/lib/chain/receipt-of";
import { startAnvil } from "@/lib/processes/test-chain";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

const phrase = "test test test test test test test test test test test junk";
const owner = mnemonicToAccount(phrase);
const stranger = mnemonicToAccount(phrase, { addressIndex: 1 });
const appUrl = "http://localhost:3000";
const browserSecret = "the secret of this browser";
const compiled = JSON.parse(
  readFileSync(new URL("../../../e2e/wallet/contract-wallet.json", import.meta.url), "utf8"),
) as { abi: Abi; bytecode: Hex };

let database: TestDatabase;
let db: Db;
let ctx: CommandContext;
let chain: Awaited<ReturnType<typeof startAnvil>>;
let wallet: Address;

beforeAll(async () => {
  [database, chain] = await Promise.all([testDatabase(), startAnvil(1)]);
  db = database.open("app").db;
  ctx = { actor: { kind: "system", job: "sign-in" }, requestId: "11111111-1111-4111-8111-111111111111", db };
  const rpcUrl = `http://127.0.0.1:${chain.port}`;
  vi.stubEnv("APP_URL", appUrl);
  vi.stubEnv("CHAIN_ID", "31337");
  vi.stubEnv("CHAIN_RPC_URL", rpcUrl);
  wallet = await deploy(rpcUrl, compiled.bytecode, [owner.address]);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  chain?.child.kill("SIGKILL");
  await database?.close();
});

async function deploy(rpcUrl: string, bytecode: Hex, args: readonly unknown[], abi = compiled.abi) {
  const client = chainClient({ rpcUrl, chainId: 31337 });
  await client.request({ method: "anvil_setBalance", params: [owner.address, toHex(10n ** 20n)] } as never);
  const signer = createWalletClient({ account: owner, chain: client.chain, transport: http(rpcUrl) });
  const hash = await signer.deployContract({ abi, bytecode, args } as never);
  const { contractAddress } = await receiptOf(client, hash);
  return contractAddress as Address;
}

async function prove(address: Address, signer = owner) {
  const nonce = await issueNonce(db, browserSecret);
  const issuedAt = new Date();
  const message = createSiweMessage({
    address,
    domain: "localhost:3000",
    uri: appUrl,
    version: "1",
    chainId: 31337,
    statement: signInStatement,
    issuedAt,
    expirationTime: new Date(issuedAt.getTime() + 300_000),
    nonce,
  });
  return { message, signature: await signer.signMessage({ message }), browserSecret };
}

const outcome = (input: Parameters<typeof signInWithWallet>[1]) =>
  signInWithWallet(ctx, input).then(
    () => "signed in",
    (error: { code?: string }) => error.code ?? String(error),
  );

describe("a wallet that is a contract", () => {
  it("signs in by its owner's signature, as itself", async () => {
    const { sessionId } = await signInWithWallet(ctx, await prove(wallet));
    expect(await actorOfSession(db, sessionId)).toMatchObject({ address: wallet.toLowerCase() });
  });

  it("works once, like every other", async () => {
    const proof = await prove(wallet);
    expect(await outcome(proof)).toBe("signed in");
    expect(await outcome(proof)).toBe("sign_in_used");
  });

  it("is refused with a foreign signature", async () => {
    const before = await db.$count(session);
    expect(await outcome(await prove(wallet, stranger))).toBe("sign_in_wrong_signature");
    expect(await db.$count(session)).toBe(before);
  });

  it("is refused when the signature is for another message", async () => {
    const { signature } = await prove(wallet);
    expect(await outcome({ ...(await prove(wallet)), signature })).toBe("sign_in_wrong_signature");
  });

  it("is refused with its owner's signature for another wallet of the same owner", async () => {
    const second = await deploy(`http://127.0.0.1:${chain.port}`, compiled.bytecode, [owner.address]);
    const { signature } = await prove(second);
    expect(await outcome({ ...(await prove(wallet)), signature })).toBe("sign_in_wrong_signature");
  });

  // PUSH1 x DUP1 PUSH1 0 CODECOPY …: small contracts that answer everything with one thing
  it.each([
    ["that answers nothing", "0x600080600b6000396000f3"],
    ["that says yes with too little", "0x600a600c600039600a6000f3631626ba7e60005260206000f3"],
    ["that never ends", "0x6004600c60003960046000f35b600056"],
  ] as const)("%s lets nobody in", async (_, bytecode) => {
    const odd = await deploy(`http://127.0.0.1:${chain.port}`, bytecode, [], []);
    expect(await outcome(await prove(odd, stranger))).toBe("sign_in_wrong_signature");
  });

  it("is refused where there is no contract, whatever the signature claims", async () => {
    const nowhere = "0x00000000000000000000000000000000000000ff";
    const proof = await prove(nowhere);
    const notYetMade = "6492".repeat(16);
    expect(await outcome(proof)).toBe("sign_in_wrong_signature");
    expect(await outcome({ ...proof, signature: `${proof.signature}${notYetMade}` })).toBe(
      "sign_in_wrong_signature",
    );
  });

  it("is refused while the chain does not answer", async () => {
    const proof = await prove(wallet);
    chain.child.kill("SIGKILL");
    await new Promise((resolve) => chain.child.once("exit", resolve));
    expect(await outcome(proof)).toBe("sign_in_wrong_signature");
  });
});
