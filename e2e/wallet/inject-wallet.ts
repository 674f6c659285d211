import type { Page } from "@playwright/test";
import { type Address, createPublicClient, defineChain, type Hex, http, keccak256 } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";

type Answer = { result: unknown } | { error: { code: number; message: string } };
type Sent = { to: Address; data: Hex; value?: Hex; gas?: Hex; nonce?: Hex };

/** What the test wallet does with the next requests; change it while a test runs. */
export type WalletMood = {
  /** methods that are declined by the person */
  declines: Set<string>;
  /** milliseconds before any answer */
  delayMs: number;
  /** the network the wallet stands on; null = the bank's */
  chainId: number | null;
  /** declines to leave its network */
  refusesSwitch: boolean;
  /** the node behind the wallet is away */
  down: boolean;
  /** methods that the wallet does not know at all */
  unknown: Set<string>;
  /** answered without being sent; sent behind a missing number; sent, but never answered; sent, and answered with a failure */
  sends: "at once" | "held back" | "behind a gap" | "silently" | "with a failure";
  /** numbers its transactions by itself, whatever the site asks for */
  ownNumbers: boolean;
  /** the gas that the person sets by hand */
  gas?: bigint;
  /** what happens in the wallet when it is asked for this, before it answers */
  before: Record<string, (() => Promise<unknown>) | undefined>;
  /** what the wallet says to several calls as one (EIP-5792) */
  batches: "unknown" | "supported" | "upgrade refused" | "declined";
};

/** A transaction that the wallet has signed and answered with, and that the network may not have. */
export type Held = { hash: Hex; nonce: number; raw: Hex; request: Sent };

const codes = {
  declined: 4001,
  unknownMethod: -32_601,
  internal: -32_603,
  duplicate: 5720,
  unknownBatch: 5730,
  upgradeRefused: 5750,
};

/**
 * A wallet of our own: announced by EIP-6963, answered here in Node by a real key on the real chain.
 * Like a real one it shows no account before the site was connected.
 */
export async function injectWallet(
  page: Page,
  options: {
    privateKey: Hex;
    rpcUrl: string;
    chainId: number;
    /** the account is a contract that this key owns */
    contract?: { address: Address; carry: (calls: Sent[]) => Sent };
  },
) {
  const mood: WalletMood = {
    declines: new Set(),
    delayMs: 0,
    chainId: null,
    refusesSwitch: false,
    down: false,
    unknown: new Set(),
    sends: "at once",
    ownNumbers: false,
    before: {},
    batches: "unknown",
  };
  const chain = defineChain({
    id: options.chainId,
    name: "Bank network",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [options.rpcUrl] } },
  });
  const transport = http(options.rpcUrl);
  const reader = createPublicClient({ chain, transport });
  const log: string[] = [];
  const held: Held[] = [];
  const refused: string[] = [];
  const batches = new Map<string, Hex>();
  let account: PrivateKeyAccount = privateKeyToAccount(options.privateKey);
  let connected = false;

  const shown = (): Address => options.contract?.address ?? account.address;
  const chainIdHex = () => `0x${(mood.chainId ?? options.chainId).toString(16)}`;

  const walletError = (code: number, message: string) => Object.assign(new Error(message), { code });
  const unknownMethod = () => walletError(codes.unknownMethod, "The method does not exist.");

  /** Signs for real; whether and when the network gets it is a matter of mood. */
  async function sign(request: Sent, change: { nonce: number; feeTimes?: bigint }): Promise<Held> {
    const { maxFeePerGas, maxPriorityFeePerGas } = await reader.estimateFeesPerGas();
    const times = change.feeTimes ?? 1n;
    const raw = await account.signTransaction({
      type: "eip1559",
      chainId: options.chainId,
      nonce: change.nonce,
      to: request.to,
      data: request.data,
      value: request.value ? BigInt(request.value) : 0n,
      gas: mood.gas ?? (request.gas ? BigInt(request.gas) : 1_000_000n),
      maxFeePerGas: maxFeePerGas * times,
      maxPriorityFeePerGas: maxPriorityFeePerGas * times,
    });
    return { hash: keccak256(raw), nonce: change.nonce, raw, request };
  }

  const put = (one: Held) => reader.request({ method: "eth_sendRawTransaction", params: [one.raw] });

  const nextNonce = () => reader.getTransactionCount({ address: account.address, blockTag: "pending" });

  /** A key sends the one call; a contract wallet lets its owner carry all of them in one transaction. */
  async function send(...calls: Sent[]): Promise<Hex> {
    const first = calls[0] as Sent;
    const request = options.contract ? options.contract.carry(calls) : first;
    const gap = mood.sends === "behind a gap" ? 1 : 0;
    const asked = options.contract || mood.ownNumbers || !first.nonce ? undefined : Number(first.nonce);
    const one = await sign(request, { nonce: (asked ?? (await nextNonce())) + gap });
    if (mood.sends === "held back" || mood.sends === "behind a gap") held.push(one);
    if (mood.sends !== "held back") await put(one);
    if (mood.sends === "silently") await new Promise(() => {});
    if (mood.sends === "with a failure") throw walletError(codes.internal, "Failed to fetch");
    return one.hash;
  }

  async function perform(method: string, params: unknown[]): Promise<unknown> {
    if (mood.unknown.has(method)) throw unknownMethod();
    await mood.before[method]?.();
    switch (method) {
      case "eth_requestAccounts":
        connected = true;
        return [shown()];
      case "eth_accounts":
        return connected ? [shown()] : [];
      case "wallet_requestPermissions":
        connected = true;
        return [{ parentCapability: "eth_accounts" }];
      case "wallet_revokePermissions":
        connected = false;
        return null;
      case "eth_chainId":
        return chainIdHex();
      case "wallet_addEthereumChain":
      case "wallet_switchEthereumChain":
        if (mood.refusesSwitch) throw Object.assign(new Error("declined"), { code: codes.declined });
        mood.chainId = null;
        await emit("chainChanged", chainIdHex());
        return null;
      case "personal_sign":
        return account.signMessage({ message: { raw: params[0] as Hex } });
      case "eth_signTypedData_v4": {
        const typed = JSON.parse(params[1] as string);
        const { EIP712Domain: _dropped, ...types } = typed.types;
        return account.signTypedData({ ...typed, types });
      }
      case "eth_sendTransaction":
        return send(params[0] as Sent);
      case "wallet_getCapabilities":
        if (mood.batches === "unknown") throw unknownMethod();
        return {
          [chainIdHex()]: { atomic: { status: mood.batches === "supported" ? "supported" : "ready" } },
        };
      case "wallet_sendCalls": {
        const { id, calls } = params[0] as { id: string; calls: Sent[] };
        if (mood.batches === "unknown" || !options.contract) {
          if (mood.batches === "declined") throw walletError(codes.declined, "User rejected the request.");
          throw walletError(codes.upgradeRefused, "The upgrade was rejected.");
        }
        if (batches.has(id)) throw walletError(codes.duplicate, "There is such a batch already.");
        batches.set(id, await send(...calls));
        return { id };
      }
      case "wallet_getCallsStatus": {
        const hash = batches.get(params[0] as string);
        if (!hash) throw walletError(codes.unknownBatch, "No such batch.");
        const receipt = await reader.getTransactionReceipt({ hash }).catch(() => undefined);
        return {
          version: "2.0.0",
          id: params[0],
          chainId: chainIdHex(),
          atomic: true,
          status: receipt ? (receipt.status === "success" ? 200 : 500) : 100,
          receipts: receipt
            ? [{ transactionHash: hash, status: "0x1", blockHash: receipt.blockHash, logs: [] }]
            : [],
        };
      }
      default:
        return reader.request({ method, params } as never);
    }
  }

  async function answer(method: string, params: unknown[]): Promise<Answer> {
    log.push(method);
    if (mood.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, mood.delayMs));
    if (mood.down && ["eth_sendTransaction", "wallet_sendCalls"].includes(method))
      return { error: { code: codes.internal, message: "Failed to fetch" } };
    if (mood.declines.has(method))
      return { error: { code: codes.declined, message: "User rejected the request." } };
    try {
      return { result: await perform(method, params) };
    } catch (thrown) {
      const { code, shortMessage, message } = thrown as {
        code?: number;
        shortMessage?: string;
        message: string;
      };
      refused.push(message);
      return { error: { code: code ?? codes.internal, message: shortMessage ?? message } };
    }
  }

  const emit = (event: string, payload: unknown) =>
    page.evaluate(
      ([name, value]) =>
        (window as never as { testWallet?: { emit(n: string, v: unknown): void } }).testWallet?.emit(
          name as string,
          value,
        ),
      [event, payload] as const,
    );

  await page.exposeFunction("askTestWallet", answer);
  await page.addInitScript(() => {
    type Ask = (method: string, params: unknown[]) => Promise<Answer>;
    const ask = (window as never as { askTestWallet: Ask }).askTestWallet;
    const listeners = new Map<string, Set<(payload: unknown) => void>>();
    const provider = {
      async request({ method, params = [] }: { method: string; params?: unknown[] }) {
        const reply = await ask(method, params);
        if ("error" in reply) throw Object.assign(new Error(reply.error.message), { code: reply.error.code });
        return reply.result;
      },
      on(event: string, listener: (payload: unknown) => void) {
        listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
        return provider;
      },
      removeListener(event: string, listener: (payload: unknown) => void) {
        listeners.get(event)?.delete(listener);
        return provider;
      },
      emit(event: string, payload: unknown) {
        for (const listener of listeners.get(event) ?? []) listener(payload);
      },
    };
    const detail = Object.freeze({
      info: {
        uuid: "350670db-19fa-4704-a166-e52e178b59d2",
        name: "Test wallet",
        icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
        rdns: "org.example.testwallet",
      },
      provider,
    });
    const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
    window.addEventListener("eip6963:requestProvider", announce);
    announce();
    (window as never as { testWallet: typeof provider }).testWallet = provider;
  });

  return {
    get address() {
      return shown();
    },
    mood,
    log,
    /** what it could not do, in the order of asking */
    refused,
    /** how often the site has asked for a transaction */
    asked: () => log.filter((method) => ["eth_sendTransaction", "wallet_sendCalls"].includes(method)).length,
    /** lets what was held back go, as it was signed */
    release: () => put(held.at(-1) as Held),
    /** another transaction in the place of the one held back: the same with a higher fee, nothing to oneself, or another */
    async replace(by: "speed-up" | "cancel" | { to: Address; data: Hex }) {
      const old = held.at(-1) as Held;
      const request =
        by === "speed-up" ? old.request : by === "cancel" ? { to: account.address, data: "0x" as const } : by;
      await put(await sign(request, { nonce: old.nonce, feeTimes: 2n }));
    },
    /** fills the place before the one that waits behind a gap */
    async fillGap() {
      const { nonce } = held.at(-1) as Held;
      await put(await sign({ to: account.address, data: "0x" }, { nonce: nonce - 1 }));
    },
    async disconnect() {
      connected = false;
      await emit("accountsChanged", []);
    },
    /** a transaction that the person makes without the site */
    async sendAlone(request: Sent) {
      const one = await sign(request, { nonce: await nextNonce() });
      await put(one);
      return one.hash;
    },
    /** what happens when somebody picks another account, or network, inside the wallet */
    async useAccount(privateKey: Hex) {
      account = privateKeyToAccount(privateKey);
      await emit("accountsChanged", [shown()]);
    },
    async useChain(chainId: number | null) {
      mood.chainId = chainId;
      await emit("chainChanged", chainIdHex());
    },
  };
}

export type TestWallet = Awaited<ReturnType<typeof injectWallet>>;
