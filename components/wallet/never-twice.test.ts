import fc from "fast-check";
import { custom, defineChain, type EIP1193Provider } from "viem";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Config, createConfig, createConnector, injected } from "wagmi";
import { connect } from "wagmi/actions";
import { barSeed, rounds } from "@/lib/bars/rounds";
import { type Flow, hasSent, isFinished } from "./flow";
import { createFlowDriver, type FlowDriver } from "./flow-driver";
import * as runner from "./flow-runner";
import type { FlowKey } from "./flow-storage";
import { place, SimulatedChain, SimulatedWallet } from "./simulated-world";
import type { PublicConfig } from "./wallet-store";

const owner = "0x00000000000000000000000000000000000000c3";
const key: FlowKey = { chainId: place.chainId, staking: place.staking, owner, flowId: "test" };
const config = {
  chainId: place.chainId,
  contracts: { stateToken: place.stateToken, staking: place.staking },
} as unknown as PublicConfig;

const wish = { operatorId: 2, amountMicros: "5000000" };
const flows: Record<string, { flow: Flow; acts: string[]; each: string[] }> = {
  "a stake by permission": {
    flow: { kind: "stake", ...wish, permission: "permit" },
    acts: ["stake", "stakeWithPermit"],
    each: [],
  },
  "a stake by approval": {
    flow: { kind: "stake", ...wish, permission: "approve" },
    acts: ["stake"],
    each: ["approve"],
  },
  "an unstake": { flow: { kind: "unbond", ...wish }, acts: ["requestUnbond"], each: [] },
};

const kept = new Map<string, string>();
const realImmediate = setImmediate;
const settle = async () => {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => realImmediate(resolve));
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  // two windows of one browser
  const held = new Set<string>();
  vi.stubGlobal("navigator", {
    locks: {
      async request(name: string, _options: unknown, run: (lock: object | null) => Promise<void>) {
        if (held.has(name)) return run(null);
        held.add(name);
        await run({}).finally(() => held.delete(name));
      },
    },
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

class World {
  readonly chain = new SimulatedChain(owner);
  readonly wallet: SimulatedWallet;
  windows: FlowDriver[] = [];
  /** found it done in the wallet, and closed the page */
  private left = false;
  private wagmi?: Config;

  constructor(
    readonly flow: Flow,
    readonly acts: string[],
    ownNumbers: boolean,
  ) {
    this.wallet = new SimulatedWallet(this.chain, ownNumbers);
    kept.clear();
    vi.stubGlobal("fetch", async () => {
      if (this.chain.away) throw new TypeError("Failed to fetch");
      return Response.json({ indexedBlock: this.chain.blocks.length - 1 });
    });
  }

  async begin() {
    const chain = defineChain({
      id: place.chainId,
      name: "simulated",
      nativeCurrency: { name: "coin", symbol: "C", decimals: 18 },
      rpcUrls: { default: { http: ["http://simulated"] } },
    });
    const provider = this.wallet as unknown as EIP1193Provider;
    const connector = createConnector((wagmi) => ({
      ...injected()(wagmi),
      getProvider: async () => provider,
    }));
    const request = async ({ method, params }: { method: string; params?: unknown }) =>
      this.chain.request(method, (params ?? []) as unknown[]);
    this.wagmi = createConfig({
      chains: [chain],
      connectors: [connector],
      transports: { [chain.id]: custom({ request }, { retryCount: 0 }) },
      multiInjectedProviderDiscovery: false,
      storage: null,
    });
    const connected = connect(this.wagmi, { connector });
    await vi.advanceTimersByTimeAsync(50);
    await connected;
    await this.openWindow();
  }

  async openWindow() {
    const driver = createFlowDriver({ key, flow: this.flow, owner, load: async () => runner });
    driver.see({ wagmi: this.wagmi, config, connection: "connected" });
    this.windows.push(driver);
    await this.pass(10);
  }

  async reload() {
    for (const driver of this.windows) driver.stop();
    this.windows = [];
    await this.openWindow();
  }

  async pass(ms: number) {
    await settle();
    await vi.advanceTimersByTimeAsync(ms);
    await settle();
  }

  get finished() {
    return this.left || this.windows.some((driver) => isFinished(driver.view().state));
  }

  /** A careful person: reads what stands on the screen, and looks in the wallet when told to. */
  async person(driver: FlowDriver) {
    const { failure, orphaned, state } = driver.view();
    // A wallet that numbers by itself could send both: as advised, one looks there before a second request, closes the
    // page when it is done, and clears out what still waits.
    if (this.wallet.ownNumbers && hasSent(state)) {
      if (this.count(this.acts) > 0) {
        this.left = true;
        return;
      }
      this.wallet.open.length = 0;
      this.wallet.signed.length = 0;
      this.chain.pool.clear();
    }
    if (failure !== undefined) driver.again();
    else if (orphaned) driver.askAgain();
    else driver.press();
    await this.pass(10);
  }

  count = (names: string[]) => names.reduce((sum, name) => sum + this.chain.count(name), 0);
}

const events = [
  "person",
  "person in the other window",
  "reload",
  "second window",
  "answers",
  "is silent",
  "reports a failure",
  "keeps it back",
  "decline",
  "release",
  "speed-up",
  "cancel",
  "another",
  "unrelated",
  "mine",
  "mine",
  "revert",
  "forget",
  "away",
  "back",
  "a second",
  "half a minute",
] as const;

async function happen(world: World, event: (typeof events)[number]) {
  const { chain, wallet, windows } = world;
  switch (event) {
    case "person":
      return world.person(windows[0] as FlowDriver);
    case "person in the other window":
      return world.person(windows.at(-1) as FlowDriver);
    case "reload":
      return world.reload();
    case "second window":
      return windows.length < 2 ? world.openWindow() : undefined;
    case "answers":
    case "is silent":
    case "reports a failure":
    case "keeps it back":
      wallet.confirm(event);
      break;
    case "decline":
      wallet.decline();
      break;
    case "release":
      wallet.release();
      break;
    case "speed-up":
    case "cancel":
    case "another":
      wallet.replace(event);
      break;
    case "unrelated":
      wallet.unrelated();
      break;
    case "mine":
      chain.mine();
      break;
    case "revert":
      for (const one of chain.pool.values()) one.reverts = true;
      chain.mine();
      break;
    case "forget":
      chain.pool.clear();
      break;
    case "away":
      chain.away = true;
      break;
    case "back":
      chain.away = false;
      break;
    case "a second":
      return world.pass(1_100);
    case "half a minute":
      return world.pass(30_000);
  }
  await world.pass(10);
}

describe.each(Object.entries(flows))(
  "%s, whatever wallet, network and person do",
  (_, { flow, acts, each }) => {
    const never = (world: World) => {
      expect(world.count(acts)).toBeLessThanOrEqual(1);
      for (const name of each) expect(world.count([name])).toBeLessThanOrEqual(1);
    };

    it("is never sent twice, and comes to its end once everything works again", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.boolean(),
          fc.array(fc.constantFrom(...events), { minLength: 5, maxLength: 40 }),
          async (ownNumbers, script) => {
            const world = new World(flow, acts, ownNumbers);
            await world.begin();
            for (const event of script) {
              await happen(world, event);
              never(world);
              if (world.finished) break;
            }
            if (world.finished) expect(world.count(acts)).toBe(1);
            world.chain.away = false;
            if (!world.finished) await world.reload();
            for (let turn = 0; turn < 60 && !world.finished; turn++) {
              world.wallet.confirm("answers");
              world.wallet.tellAgain();
              world.chain.mine();
              await world.pass(2_500);
              const { failure, orphaned, armed } = (world.windows[0] as FlowDriver).view();
              if (world.wallet.open.length === 0 && (failure || orphaned || !armed))
                await world.person(world.windows[0] as FlowDriver);
              never(world);
            }
            const { state, failure } = (world.windows[0] as FlowDriver).view();
            expect(world.finished, `ends: ${failure} ${JSON.stringify(state.steps)}`).toBe(true);
            expect(world.count(acts)).toBe(1);
            for (const driver of world.windows) driver.stop();
          },
        ),
        { numRuns: rounds(40), seed: barSeed(), endOnFailure: true },
      );
    }, 600_000);
  },
);
