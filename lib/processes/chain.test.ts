import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChainKeeper, type ChainPlace, chainProcess, rpc } from "@/lib/processes/chain";
import { choosePorts } from "@/lib/processes/ports";
import { Supervised } from "@/lib/processes/supervisor";

const folder = mkdtempSync(join(tmpdir(), "granary-chain-"));
const from = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const to = "0x000000000000000000000000000000000000dEaD";
const now = Math.floor(Date.now() / 1000);
const genesisTime = now - 90 * 86_400;

let place: ChainPlace;
let chain: Supervised;
let keeper: ChainKeeper;
let url: string;
let bankNow: number | undefined;

beforeAll(async () => {
  const port = (await choosePorts({}, { app: 0 })).chain;
  place = {
    port,
    mnemonic: "test test test test test test test test test test test junk",
    chainId: 31337,
    statePath: join(folder, "state.json.gz"),
    savedPath: join(folder, "saved.json"),
    logPath: join(folder, "chain.log"),
    genesisTime,
    bankNow: async () => bankNow,
  };
  url = `http://127.0.0.1:${port}`;
  chain = new Supervised(chainProcess(place), () => {});
  await chain.start();
  keeper = new ChainKeeper(url, place);
  keeper.start();
});

afterAll(async () => {
  await keeper.stop();
  await chain.stop();
  rmSync(folder, { recursive: true, force: true });
});

const latest = () =>
  rpc<{ number: string; hash: string; timestamp: string }>(url, "eth_getBlockByNumber", ["latest", false]);
const pay = () => rpc<string>(url, "eth_sendTransaction", [{ from, to, value: "0x1" }]);
const savedOnDisk = () =>
  JSON.parse(readFileSync(place.savedPath, "utf8")) as { number: string; hash: string };

async function until(what: () => boolean | Promise<boolean>, patienceMs = 10_000): Promise<number> {
  const since = Date.now();
  while (!(await what())) {
    if (Date.now() - since > patienceMs) throw new Error("it did not happen in time");
    await wait(10);
  }
  return Date.now() - since;
}

describe("chain keeper", () => {
  it("begins at the time it was told", async () => {
    expect(Number((await latest()).timestamp)).toBeLessThan(genesisTime + 60);
  });

  it("names a block as saved soon after it was made", async () => {
    await until(() => existsSync(place.savedPath));
    await pay();
    const head = await latest();
    const took = await until(() => savedOnDisk().hash === head.hash);
    expect(took).toBeLessThan(3_000);
    expect(savedOnDisk().number).toBe(BigInt(head.number).toString());
  });

  it("brings every saved block back after kill -9, with time moving on and never back", async () => {
    for (let n = 0; n < 20; n++) await pay();
    await until(async () => savedOnDisk().hash === (await latest()).hash);
    const saved = savedOnDisk();
    const before = await latest();
    bankNow = now;
    process.kill(chain.ref?.pid ?? 0, "SIGKILL");
    await until(() => chain.restarts === 1, 20_000);
    const again = await rpc<{ hash: string }>(url, "eth_getBlockByNumber", [
      `0x${BigInt(saved.number).toString(16)}`,
      false,
    ]);
    expect(again.hash).toBe(saved.hash);
    await pay();
    await until(async () => BigInt((await latest()).number) > BigInt(saved.number));
    // PUSH2 number, BLOCKHASH, and return it: what an epoch names as its parent
    const data = `0x61${BigInt(saved.number).toString(16).padStart(4, "0")}405f5260205ff3`;
    expect(await rpc<string>(url, "eth_call", [{ data }, "latest"])).toBe(saved.hash);
    const after = await latest();
    expect(Number(after.timestamp)).toBeGreaterThanOrEqual(now);
    expect(Number(after.timestamp)).toBeGreaterThan(Number(before.timestamp));
  });

  it("never goes back in time, even when the bank's clock cannot be asked or lags", async () => {
    bankNow = genesisTime;
    await until(async () => savedOnDisk().hash === (await latest()).hash);
    const before = await latest();
    process.kill(chain.ref?.pid ?? 0, "SIGKILL");
    await until(() => chain.restarts === 2, 20_000);
    await pay();
    await until(async () => (await latest()).hash !== before.hash);
    expect(Number((await latest()).timestamp)).toBeGreaterThan(Number(before.timestamp));
  });

  it("keeps its first block, which names the chain, however often it is killed", async () => {
    const first = () => rpc<{ hash: string }>(url, "eth_getBlockByNumber", ["0x0", false]);
    const { parentHash } = await rpc<{ parentHash: string }>(url, "eth_getBlockByNumber", ["0x1", false]);
    for (let kills = 0; kills < 6; kills++) {
      await pay();
      await until(async () => savedOnDisk().hash === (await latest()).hash);
      const before = chain.restarts;
      process.kill(chain.ref?.pid ?? 0, "SIGKILL");
      await until(() => chain.restarts > before, 20_000);
      expect((await first()).hash).toBe(parentHash);
    }
  });
});
