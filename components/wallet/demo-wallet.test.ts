import { hashMessage, recoverMessageAddress, recoverTypedDataAddress, stringToHex } from "viem";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  createDemoProvider,
  type DemoRequest,
  demoWalletKey,
  eraseDemoWallet,
  restoreDemoWallet,
} from "./demo-wallet";

const kept = new Map<string, string>();
const asked: DemoRequest[] = [];
let says = true;

beforeEach(() => {
  kept.clear();
  asked.length = 0;
  says = true;
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
});

const provider = () =>
  createDemoProvider({
    rpcUrl: "http://127.0.0.1:1",
    chainId: 31337,
    ask: async (request) => {
      asked.push(request);
      return says;
    },
  });

async function connected() {
  const wallet = provider();
  const [address] = (await wallet.request({ method: "eth_requestAccounts" })) as `0x${string}`[];
  return { wallet, address: address as `0x${string}` };
}

describe("the demo wallet", () => {
  it("shows no account before somebody said yes", async () => {
    const wallet = provider();
    expect(await wallet.request({ method: "eth_accounts" })).toEqual([]);
    says = false;
    await expect(wallet.request({ method: "eth_requestAccounts" })).rejects.toMatchObject({ code: 4001 });
    expect(await wallet.request({ method: "eth_accounts" })).toEqual([]);
  });

  it("keeps its key over a reload and stays connected", async () => {
    const { address } = await connected();
    expect(await provider().request({ method: "eth_accounts" })).toEqual([address]);
  });

  it("signs messages for real, and says in words what it signs", async () => {
    const { wallet, address } = await connected();
    const message = stringToHex("Sign in. This costs nothing.");
    const signature = (await wallet.request({
      method: "personal_sign",
      params: [message, address],
    })) as `0x${string}`;
    expect(await recoverMessageAddress({ message: { raw: message }, signature })).toBe(address);
    expect(asked.at(-1)).toMatchObject({ kind: "message", text: "Sign in. This costs nothing." });
    expect(hashMessage({ raw: message })).toBe(hashMessage("Sign in. This costs nothing."));
  });

  it("signs typed data for real", async () => {
    const { wallet, address } = await connected();
    const typed = {
      domain: { name: "Token", version: "1", chainId: 31337 },
      types: { Permit: [{ name: "value", type: "uint256" }] },
      primaryType: "Permit",
      message: { value: "5" },
    } as const;
    const signature = (await wallet.request({
      method: "eth_signTypedData_v4",
      params: [address, JSON.stringify({ ...typed, types: { ...typed.types, EIP712Domain: [] } })],
    } as never)) as `0x${string}`;
    expect(await recoverTypedDataAddress({ ...typed, message: { value: 5n }, signature })).toBe(address);
  });

  it("refuses to sign for another account, or when told no", async () => {
    const { wallet, address } = await connected();
    const other = `0x${"11".repeat(20)}`;
    await expect(
      wallet.request({ method: "personal_sign", params: ["0x00", other] } as never),
    ).rejects.toMatchObject({ code: 4100 });
    says = false;
    await expect(
      wallet.request({ method: "personal_sign", params: ["0x00", address] }),
    ).rejects.toMatchObject({ code: 4001 });
  });

  it("stays on the bank's network", async () => {
    const { wallet } = await connected();
    expect(await wallet.request({ method: "eth_chainId" })).toBe("0x7a69");
    await expect(
      wallet.request({ method: "wallet_switchEthereumChain", params: [{ chainId: "0x1" }] }),
    ).rejects.toMatchObject({ code: 4902 });
  });

  it("can be carried to another browser and erased", async () => {
    const { address } = await connected();
    const key = demoWalletKey();
    eraseDemoWallet();
    expect(demoWalletKey()).toBeUndefined();
    expect(await restoreDemoWallet(key ?? "")).toBe(address);
    await expect(restoreDemoWallet("not a key")).rejects.toThrow();
  });
});
