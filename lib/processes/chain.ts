import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Hex } from "viem";
import { failpoint } from "@/lib/failpoint";
import type { Genesis } from "@/lib/processes/follower/genesis";
import { readJson, writeDurably } from "@/lib/processes/home";
import { accountCount } from "@/lib/processes/secrets";
import type { ProcessSpec } from "@/lib/processes/supervisor";
import { Stop } from "@/tools/progress.mjs";

/** what each account of the phrase begins with */
const startingCoins = 1_000_000n;

export interface ChainPlace {
  port: number;
  mnemonic: string;
  chainId: number;
  statePath: string;
  savedPath: string;
  logPath: string;
  /** seconds since 1970 at which a new chain begins */
  genesisTime: number;
  /** the bank's clock in seconds since 1970, if it can be asked */
  bankNow: () => Promise<number | undefined>;
}

/** What was last put on disk: blocks up to this one outlive any crash. */
export interface SavedBlock {
  number: string;
  hash: `0x${string}`;
  /** the block's own time, seconds since 1970 */
  timestamp?: number;
}

export function anvilBinary(): string {
  const platform =
    { linux: "linux", darwin: "darwin", win32: "win32" }[process.platform as string] ?? process.platform;
  const arch = { x64: "amd64", arm64: "arm64" }[process.arch as string] ?? process.arch;
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `@foundry-rs/anvil-${platform}-${arch}/package.json`,
    );
    const path = join(dirname(manifest), "bin", "anvil");
    if (existsSync(path)) return path;
  } catch {
    // Not a platform with an npm package: look on the PATH.
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder && existsSync(join(folder, "anvil"))) return join(folder, "anvil");
  }
  throw new Stop(
    `There is no packaged anvil for ${process.platform} on ${process.arch}: put Foundry's anvil on the PATH, or set CHAIN_RPC_URL.`,
  );
}

let nextId = 1;

/** One JSON-RPC call without a client library: the launcher stays small. */
export async function rpc<T>(
  url: string,
  method: string,
  params: unknown[] = [],
  timeoutMs = 10_000,
): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: nextId++, method, params }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = (await response.json()) as { result?: T; error?: { message: string } };
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result as T;
}

export function chainProcess(place: ChainPlace): ProcessSpec {
  const url = `http://127.0.0.1:${place.port}`;
  const loadPath = join(dirname(place.statePath), "load.json");
  /** the time at which a loaded chain goes on, until it does */
  let loadedAt: number | undefined;
  return {
    name: "chain",
    command: anvilBinary(),
    args: [],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: dirname(place.statePath), TZ: "UTC" },
    cwd: "/",
    logPath: place.logPath,
    stopPatienceMs: 4_000,
    prepare: async () => {
      mkdirSync(dirname(place.statePath), { recursive: true });
      const kept = existsSync(place.statePath);
      if (kept) writeFileSync(loadPath, withOneFirstBlock(readFileSync(place.statePath)), { mode: 0o600 });
      // A loaded chain takes --timestamp for its present: never before its last block, else at the bank's clock.
      const last = readJson<SavedBlock>(place.savedPath)?.timestamp ?? 0;
      const now = kept
        ? Math.max(last + 1, (await place.bankNow()) ?? Math.floor(Date.now() / 1000))
        : place.genesisTime;
      loadedAt = kept ? now : undefined;
      return {
        args: [
          ...["--host", "127.0.0.1", "--port", String(place.port), "--quiet"],
          ...[
            "--mnemonic",
            place.mnemonic,
            "--accounts",
            String(accountCount),
            "--balance",
            String(startingCoins),
          ],
          ...["--chain-id", String(place.chainId), "--hardfork", "prague", "--slots-in-an-epoch", "1"],
          // Without it every block's whole state goes to disk: 200 kB a block.
          ...["--prune-history", "256", "--timestamp", String(Math.floor(now))],
          // mines nothing before it remembers its hashes: a block made meanwhile would lose its parent
          ...(kept ? ["--load-state", loadPath, "--no-mining"] : []),
        ],
      };
    },
    isReady: async () => {
      if (!(await rpc<string>(url, "eth_chainId", [], 1_000))) return false;
      if (loadedAt !== undefined) {
        await rememberHashes(url);
        // going back also set the clock back
        await rpc(url, "evm_setTime", [Math.floor(loadedAt)]);
        await rpc(url, "evm_setAutomine", [true]);
        loadedAt = undefined;
      }
      return true;
    },
    onReady: () => rmSync(loadPath, { force: true }),
  };
}

/** What such a chain began with: addresses and balances, never a key. */
export async function genesisOf(
  url: string,
  { accounts }: { accounts: readonly { address: Hex }[] },
): Promise<Genesis> {
  const { timestamp, gasLimit, baseFeePerGas } = await rpc<Genesis>(url, "eth_getBlockByNumber", [
    "0x0",
    false,
  ]);
  const balance: Hex = `0x${(startingCoins * 10n ** 18n).toString(16)}`;
  const alloc = Object.fromEntries(accounts.map(({ address }) => [address, balance]));
  return { timestamp, gasLimit, baseFeePerGas, alloc };
}

/**
 * A loaded anvil answers BLOCKHASH with made-up hashes, so that the first epoch proposed after a start would name a parent
 * that nobody has. Going back one block makes it read the real ones again.
 */
export async function rememberHashes(url: string): Promise<void> {
  await rpc(url, "evm_mine");
  await rpc(url, "anvil_rollback", [1]);
}

interface ChainState {
  blocks: { header: { number: string; timestamp: string } }[];
}

/**
 * Each start of anvil invents a first block of its own, at the time it is told, and keeps it in what it saves; loaded
 * again, any of them may answer as block 0. The chain's own is the oldest.
 */
function withOneFirstBlock(saved: Buffer): string {
  const state = JSON.parse(gunzipSync(saved).toString()) as ChainState;
  const isFirst = ({ header }: ChainState["blocks"][number]) => BigInt(header.number) === 0n;
  const oldest = Math.min(...state.blocks.filter(isFirst).map(({ header }) => Number(header.timestamp)));
  const blocks = state.blocks.filter((one) => !isFirst(one) || Number(one.header.timestamp) === oldest);
  return JSON.stringify({ ...state, blocks });
}

/** Puts the chain on disk soon after each new block, so that "final" can follow what would survive a crash. */
export class ChainKeeper {
  saved: SavedBlock | undefined;
  private running = false;
  private loop: Promise<void> = Promise.resolve();
  private wake: () => void = () => {};

  constructor(
    private readonly url: string,
    private readonly place: Pick<ChainPlace, "statePath" | "savedPath">,
    private readonly report: (sentence: string) => void = () => {},
  ) {
    this.saved = readJson<SavedBlock>(place.savedPath);
  }

  start(pollMs = 100): void {
    this.running = true;
    this.loop = this.run(pollMs);
  }

  private async run(pollMs: number): Promise<void> {
    let failed = false;
    while (this.running) {
      let pause = pollMs;
      try {
        const took = await this.saveIfNew();
        failed = false;
        // A long chain takes longer to save: never spend more than a fifth of the chain's time on it.
        if (took !== undefined) pause = Math.max(pollMs, took * 4);
      } catch (error) {
        // The chain may be starting again; only a failure of the disk is worth a line.
        if (!failed && (error as NodeJS.ErrnoException).code)
          this.report(`The chain could not be saved: ${(error as Error).message}`);
        failed = true;
        pause = 250;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Saves when there is a block that is not on disk; gives the milliseconds it took. */
  async saveIfNew(): Promise<number | undefined> {
    const head = await rpc<{ hash: string }>(this.url, "eth_getBlockByNumber", ["latest", false]);
    if (head.hash === this.saved?.hash) return undefined;
    const since = performance.now();
    await this.save();
    return performance.now() - since;
  }

  /** The block is read before the dump, so the copy on disk holds at least that block. */
  async save(): Promise<SavedBlock> {
    const head = await rpc<{ number: string; hash: `0x${string}`; timestamp: string }>(
      this.url,
      "eth_getBlockByNumber",
      ["latest", false],
    );
    const dump = await rpc<string>(this.url, "anvil_dumpState", [], 120_000);
    failpoint("chain.dumped");
    writeDurably(this.place.statePath, Buffer.from(dump.slice(2), "hex"), 0o600);
    failpoint("chain.state-kept");
    const saved = {
      number: BigInt(head.number).toString(),
      hash: head.hash,
      timestamp: Number(head.timestamp),
    };
    writeDurably(this.place.savedPath, `${JSON.stringify(saved)}\n`);
    this.saved = saved;
    return saved;
  }

  /** Stops watching and saves what the last pause may have left. */
  async stop(): Promise<void> {
    this.running = false;
    this.wake();
    await this.loop;
    await this.saveIfNew().catch(() => {});
  }
}
