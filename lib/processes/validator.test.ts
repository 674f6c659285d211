import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Hex, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AttestorStatus } from "@/lib/processes/attestor";
import type { Genesis } from "@/lib/processes/follower/genesis";
import type { Network } from "@/lib/processes/network";
import { familyOf, isAlive, processRef } from "@/lib/processes/os-process";
import { anyFree } from "@/lib/processes/ports";
import { startTestChain, type TestChain } from "@/lib/processes/test-chain";
import type { ValidatorFile } from "@/lib/processes/validator-config";
import { bundleOne } from "@/tools/bundle.mjs";

const patienceMs = 20_000;
const folder = mkdtempSync(join(tmpdir(), "granary-validator-"));
const path = join(folder, "operator.json");

let chain: TestChain;
let bundled: { folder: string; file: string };
let port: number;
const started: ChildProcess[] = [];

/** With nothing of the bank's in its environment. */
function start(argv = ["--config", path]): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, [bundled.file, ...argv], {
    cwd: folder,
    env: { NODE_ENV: "production", PATH: process.env.PATH, TZ: "UTC" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (words) => {
      said += words;
    });
  return { child, said: () => said };
}
const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once("exit", resolve));
const get = (route: string) => fetch(`http://127.0.0.1:${port}${route}`).catch(() => undefined);
const status = async () => {
  const answer = await get("/status");
  return answer?.ok ? ((await answer.json()) as AttestorStatus) : undefined;
};
async function until<T>(what: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await wait(50)) {
    const found = await what();
    if (found) return found;
  }
  throw new Error("it did not happen in time");
}
const followed = () =>
  until(async () => {
    const now = await status();
    const head = await chain.client.getBlock({ blockTag: "finalized" });
    return now?.recomputedTo?.toString() === head.number.toString() && now;
  });

beforeAll(async () => {
  [chain, bundled, port] = await Promise.all([
    startTestChain(),
    bundleOne("lib/processes/validator.ts"),
    anyFree(),
  ]);
  const first = (await chain.rpc("eth_getBlockByNumber", ["0x0", false])) as Genesis;
  const addresses = (await chain.rpc("eth_accounts")) as Hex[];
  const network: Network = {
    deployment: chain.deployment,
    genesis: {
      timestamp: first.timestamp,
      gasLimit: first.gasLimit,
      baseFeePerGas: first.baseFeePerGas,
      alloc: Object.fromEntries(addresses.map((address) => [address, toHex(10_000n * 10n ** 18n)])),
    },
  };
  writeFileSync(join(folder, "network.json"), JSON.stringify(network));
  const file: ValidatorFile = {
    mode: "demo",
    operatorId: 2,
    chain: chain.rpcUrl,
    bank: "http://127.0.0.1:9",
    key: chain.key(13),
    folder: "state",
    port,
    network: "network.json",
  };
  writeFileSync(path, JSON.stringify(file));
});
afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await chain.stop();
  rmSync(bundled.folder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

describe("a validator as a process of its own", () => {
  it("runs from a config alone, and tells what it does to people and to machines", async () => {
    start();
    await until(async () => (await get("/livez"))?.ok);
    const now = await followed();
    expect(now).toMatchObject({ operatorId: 2, follower: { engine: "an anvil of its own" } });
    const page = await (await get("/"))?.text();
    expect(page).toContain("Validator of operator 2");
    expect(page).toContain('http-equiv="refresh"');
    const metrics = (await (await get("/metrics"))?.text()) ?? "";
    for (const line of [
      'granary_validator_up{operator="2"} 1',
      'granary_validator_lag_blocks{operator="2"} 0',
      'granary_validator_last_final_epoch{operator="2"} 0',
      'granary_validator_commits_total{operator="2"} 0',
    ])
      expect(metrics).toContain(line);
    // every line is a comment or one sample, as Prometheus reads it
    for (const line of metrics.trim().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+\{(\w+="[^"]*",?)+\} \d+(\.\d+)?)$/);
    expect((await get("/attestations/1"))?.status).toBe(404);
  });

  it("is the only one on its folder", async () => {
    const second = start();
    expect(await ended(second.child)).toBe(2);
    expect(second.said()).toMatch(/folder_in_use: /);
  });

  it("takes its own node along when it is killed, and goes on when it is started again", async () => {
    const [child] = started as [ChildProcess];
    const family = familyOf(child.pid as number).flatMap((pid) => familyOf(pid));
    const own = [...new Set(family)].filter((pid) => pid !== child.pid).map(processRef);
    expect(own.length).toBeGreaterThanOrEqual(2);
    child.kill("SIGKILL");
    await ended(child);
    await until(async () => own.every((one) => !isAlive(one)));
    await chain.mine(5);
    const again = start();
    await until(async () => (await get("/livez"))?.ok);
    await followed();
    again.child.kill("SIGTERM");
    expect(await ended(again.child)).toBe(0);
    const last = start();
    await followed();
    // what it kept when it was asked to stop is all that it needed
    expect((await status())?.follower.blocksExecuted).toBe(0);
    last.child.kill("SIGTERM");
    expect(await ended(last.child)).toBe(0);
  });

  it("ends with the reason's name when its config is wrong", async () => {
    const wrong = join(folder, "wrong.json");
    writeFileSync(wrong, "{}");
    for (const [argv, reason] of [
      [[], "config_missing"],
      [["--config", wrong], "config_invalid"],
    ] as const) {
      const one = start([...argv]);
      expect(await ended(one.child)).toBe(2);
      expect(one.said()).toContain(`${reason}: `);
    }
  });
});
