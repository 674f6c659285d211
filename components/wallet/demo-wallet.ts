import {
  type Address,
  createClient,
  type EIP1193Provider,
  type Hex,
  hexToBigInt,
  hexToString,
  http,
  isAddress,
  isHex,
  numberToHex,
  type TransactionSerializableEIP1559,
} from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { estimateFeesPerGas, estimateGas, getTransactionCount, sendRawTransaction } from "viem/actions";

/**
 * A wallet kept in this browser for the demo. Its key is random and its signatures are real;
 * the server never sees the key, and production never loads this file.
 */
export type DemoRequest =
  | { kind: "connect"; address: Address }
  | { kind: "message"; address: Address; text: string }
  | { kind: "permission"; address: Address; domain: string; lines: [string, string][] }
  | { kind: "transaction"; address: Address; to: Address; data: Hex; valueWei: bigint; maxCostWei: bigint };

type Ask = (request: DemoRequest) => Promise<boolean>;
type Listener = (payload: never) => void;

const storageKey = "granary.demo-wallet";

type Kept = { privateKey: Hex; address: Address; connected: boolean };

const signer = () => import("./demo-wallet-signer");

class WalletError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

function readKept(): Kept | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? "null") as Kept | null;
    return kept && isHex(kept.privateKey) && kept.privateKey.length === 66 && isAddress(kept.address)
      ? kept
      : undefined;
  } catch {
    return undefined;
  }
}

function keep(kept: Kept) {
  localStorage.setItem(storageKey, JSON.stringify(kept));
}

export function demoWalletKey(): Hex | undefined {
  return readKept()?.privateKey;
}

export function eraseDemoWallet() {
  localStorage.removeItem(storageKey);
}

/** Puts back a key that was downloaded before. */
export async function restoreDemoWallet(privateKey: string): Promise<Address> {
  if (!isHex(privateKey) || privateKey.length !== 66) throw new WalletError(-32602, "not a private key");
  const { accountOf } = await signer();
  const { address } = accountOf(privateKey);
  keep({ privateKey, address, connected: false });
  return address;
}

export type DemoProvider = EIP1193Provider & { isGranaryDemo: true };

export function createDemoProvider(options: { rpcUrl: string; chainId: number; ask: Ask }): DemoProvider {
  const chainIdHex = numberToHex(options.chainId);
  const client = createClient({
    transport: http(options.rpcUrl, { retryCount: 1 }),
    pollingInterval: 500,
  });
  const listeners = new Map<string, Set<Listener>>();

  const emit = (event: string, payload: unknown) => {
    for (const listener of listeners.get(event) ?? []) listener(payload as never);
  };

  async function ownKey(): Promise<Kept> {
    const known = readKept();
    if (known) return known;
    const { accountOf, newKey } = await signer();
    const privateKey = newKey();
    const made = { privateKey, address: accountOf(privateKey).address, connected: false };
    keep(made);
    return made;
  }

  async function connectedAccount(address?: unknown): Promise<PrivateKeyAccount> {
    const kept = readKept();
    if (!kept?.connected) throw new WalletError(4100, "The demo wallet is not connected.");
    if (typeof address === "string" && address.toLowerCase() !== kept.address.toLowerCase())
      throw new WalletError(4100, "The demo wallet holds another account.");
    const { accountOf } = await signer();
    return accountOf(kept.privateKey);
  }

  async function confirm(request: DemoRequest) {
    if (!(await options.ask(request))) throw new WalletError(4001, "Declined in the demo wallet.");
  }

  async function connect(): Promise<Address[]> {
    const own = await ownKey();
    if (!own.connected) {
      await confirm({ kind: "connect", address: own.address });
      keep({ ...own, connected: true });
      emit("accountsChanged", [own.address]);
      emit("connect", { chainId: chainIdHex });
    }
    return [own.address];
  }

  function disconnect() {
    const kept = readKept();
    if (kept) keep({ ...kept, connected: false });
    emit("accountsChanged", []);
  }

  async function signMessage(message: unknown, address: unknown): Promise<Hex> {
    const own = await connectedAccount(address);
    const raw = typeof message === "string" && isHex(message) ? message : undefined;
    const text = raw ? hexToString(raw) : String(message);
    await confirm({ kind: "message", address: own.address, text });
    return own.signMessage({ message: raw ? { raw } : text });
  }

  async function signTypedData(address: unknown, json: unknown): Promise<Hex> {
    const own = await connectedAccount(address);
    const typed = typeof json === "string" ? JSON.parse(json) : json;
    const lines = Object.entries(typed.message ?? {}).map(
      ([key, value]) => [key, String(value)] as [string, string],
    );
    await confirm({
      kind: "permission",
      address: own.address,
      domain: String(typed.domain?.name ?? ""),
      lines,
    });
    const { EIP712Domain: _dropped, ...types } = typed.types;
    return own.signTypedData({
      domain: typed.domain,
      types,
      primaryType: typed.primaryType,
      message: typed.message,
    });
  }

  async function sendTransaction(input: {
    from?: string;
    to?: string;
    data?: Hex;
    value?: Hex;
    gas?: Hex;
    nonce?: Hex;
  }): Promise<Hex> {
    const own = await connectedAccount(input.from);
    if (!input.to || !isAddress(input.to)) throw new WalletError(-32602, "A recipient is needed.");
    const data = input.data ?? "0x";
    const value = input.value ? hexToBigInt(input.value) : 0n;
    const request = { account: own.address, to: input.to, data, value };
    const [gas, fees] = await Promise.all([
      input.gas ? Promise.resolve(hexToBigInt(input.gas)) : estimateGas(client, request),
      estimateFeesPerGas(client),
    ]);
    await confirm({
      kind: "transaction",
      address: own.address,
      to: input.to,
      data,
      valueWei: value,
      maxCostWei: value + gas * fees.maxFeePerGas,
    });
    const nonce = input.nonce
      ? Number(hexToBigInt(input.nonce))
      : await getTransactionCount(client, { address: own.address, blockTag: "pending" });
    const transaction: TransactionSerializableEIP1559 = {
      type: "eip1559",
      chainId: options.chainId,
      to: input.to,
      data,
      value,
      gas,
      nonce,
      maxFeePerGas: fees.maxFeePerGas,
      maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
    };
    return sendRawTransaction(client, { serializedTransaction: await own.signTransaction(transaction) });
  }

  const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    const list = Array.isArray(params) ? params : [];
    switch (method) {
      case "eth_accounts": {
        const kept = readKept();
        return kept?.connected ? [kept.address] : [];
      }
      case "eth_requestAccounts":
        return connect();
      case "wallet_requestPermissions":
        await connect();
        return [{ parentCapability: "eth_accounts" }];
      case "wallet_revokePermissions":
        disconnect();
        return null;
      case "eth_chainId":
        return chainIdHex;
      case "wallet_switchEthereumChain":
      case "wallet_addEthereumChain":
        if ((list[0] as { chainId?: string })?.chainId !== chainIdHex)
          throw new WalletError(4902, "The demo wallet knows this bank's network only.");
        return null;
      case "personal_sign":
        return signMessage(list[0], list[1]);
      case "eth_signTypedData_v4":
        return signTypedData(list[0], list[1]);
      case "eth_sendTransaction":
        return sendTransaction((list[0] ?? {}) as Parameters<typeof sendTransaction>[0]);
      default:
        return client.request({ method, params } as never);
    }
  };

  return {
    isGranaryDemo: true,
    request: request as EIP1193Provider["request"],
    on: ((event: string, listener: Listener) => {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener));
    }) as EIP1193Provider["on"],
    removeListener: ((event: string, listener: Listener) => {
      listeners.get(event)?.delete(listener);
    }) as EIP1193Provider["removeListener"],
  };
}
