import type { Page } from "@playwright/test";
import { type Address, createPublicClient, createWalletClient, defineChain, type Hex, http } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";

type Answer = { result: unknown } | { error: { code: number; message: string } };
type Sent = { to: Address; data: Hex; value?: Hex; gas?: Hex };

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
};

const codes = { declined: 4001, unauthorized: 4100, unknownChain: 4902, internal: -32_603 };

/**
 * A wallet of our own: announced by EIP-6963, answered here in Node by a real key on the real chain.
 * Like a real one it shows no account before the site was connected.
 */
export async function injectWallet(
  page: Page,
  options: { privateKey: Hex; rpcUrl: string; chainId: number },
) {
  const mood: WalletMood = {
    declines: new Set(),
    delayMs: 0,
    chainId: null,
    refusesSwitch: false,
    down: false,
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
  let account: PrivateKeyAccount = privateKeyToAccount(options.privateKey);
  let connected = false;

  const chainIdHex = () => `0x${(mood.chainId ?? options.chainId).toString(16)}`;

  async function perform(method: string, params: unknown[]): Promise<unknown> {
    const signer = createWalletClient({ account, chain, transport });
    switch (method) {
      case "eth_requestAccounts":
        connected = true;
        return [account.address];
      case "eth_accounts":
        return connected ? [account.address] : [];
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
      case "eth_sendTransaction": {
        const [sent] = params as [Sent];
        return signer.sendTransaction({
          to: sent.to,
          data: sent.data,
          value: sent.value ? BigInt(sent.value) : undefined,
          gas: sent.gas ? BigInt(sent.gas) : undefined,
        });
      }
      default:
        return reader.request({ method, params } as never);
    }
  }

  async function answer(method: string, params: unknown[]): Promise<Answer> {
    log.push(method);
    if (mood.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, mood.delayMs));
    if (mood.down && method !== "eth_accounts" && method !== "eth_chainId")
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
      return account.address;
    },
    mood,
    log,
    /** what happens when somebody picks another account, or network, inside the wallet */
    async useAccount(privateKey: Hex) {
      account = privateKeyToAccount(privateKey);
      await emit("accountsChanged", [account.address]);
    },
    async useChain(chainId: number | null) {
      mood.chainId = chainId;
      await emit("chainChanged", chainIdHex());
    },
  };
}

export type TestWallet = Awaited<ReturnType<typeof injectWallet>>;
