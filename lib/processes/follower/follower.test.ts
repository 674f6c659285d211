import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hex, toHex } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stateTokenAbi } from "@/lib/chain/abi";
import { chainClient } from "@/lib/chain/client";
import { NodeTrouble } from "@/lib/chain/trouble";
import { type FaultyNode, type LieName, lies, startFaultyNode } from "@/lib/processes/faulty-node";
import { anvilFollower } from "@/lib/processes/follower/anvil-follower";
import type { ExecutedBlock, Follower } from "@/lib/processes/follower/contract";
import type { Genesis } from "@/lib/processes/follower/genesis";
import { commandLine, familyOf } from "@/lib/processes/os-process";
import {
  finishEpoch,
  mintTokens,
  payForData,
  stakeTokens,
  startTestChain,
  type TestChain,
  verifyWallet,
} from "@/lib/processes/test-chain";

const alice = 20;
const dollars = (n: number) => BigInt(n) * 1_000_000n;
/** where OpenZeppelin's upgradeable token keeps its total supply */
const supplySlot = "0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace02";

let chain: TestChain;
let node: FaultyNode;
let genesis: Genesis;
let folder: string;
const opened: Follower[] = [];

const follow = (options: { of?: Genesis; at?: string; chainId?: number } = {}) => {
  const follower = anvilFollower({
    leader: chainClient({ rpcUrl: node.url, chainId: 31337, timeoutMs: 2_000 }),
    deployment: { ...chain.deployment, chainId: options.chainId ?? 31337 },
    genesis: options.of ?? genesis,
    folder: options.at ?? folder,
  });
  opened.push(follower);
  return follower;
};
const height = () => chain.client.getBlockNumber();
const executed = async (follower: Follower, to?: bigint): Promise<ExecutedBlock[]> => {
  const blocks: ExecutedBlock[] = [];
  for await (const block of follower.advance(to ?? (await height()))) blocks.push(block);
  return blocks;
};
const differing = (blocks: ExecutedBlock[]) =>
  blocks.flatMap(({ number, difference }) => (difference ? [[number, difference.reason]] : []));
const troubleOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error: Error) => (error instanceof NodeTrouble ? error.trouble : error.name),
  );
const childrenOf = (pid: number) =>
  familyOf(pid)
    .filter((one) => one !== pid)
    .map((one) => ({ pid: one, command: commandLine(one) }));
const epoch = async () => {
  await chain.pass(31);
  await finishEpoch(chain, { distributedMicros: 0n, signers: [1, 2, 3, 4] });
};

beforeAll(async () => {
  chain = await startTestChain();
  node = await startFaultyNode(chain.rpcUrl);
  const first = (await chain.rpc("eth_getBlockByNumber", ["0x0", false])) as Genesis;
  const addresses = (await chain.rpc("eth_accounts")) as Hex[];
  genesis = {
    timestamp: first.timestamp,
    gasLimit: first.gasLimit,
    baseFeePerGas: first.baseFeePerGas,
    alloc: Object.fromEntries(addresses.map((address) => [address, toHex(10_000n * 10n ** 18n)])),
  };
  await verifyWallet(chain, chain.address(alice));
  await mintTokens(chain, chain.address(alice), dollars(10_000));
  await stakeTokens(chain, alice, { operatorId: 2, amountMicros: dollars(1_000) });
  await payForData(chain, alice, dollars(3));
  // the demo's clock jumps
  await chain.pass(90 * 86_400);
  await epoch();
  await chain.mine(5);
  folder = mkdtempSync(join(tmpdir(), "granary-follower-"));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((follower) => follower.close()));
});
afterAll(async () => {
  await node.stop();
  await chain.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a follower of its own", () => {
  it("executes what the bank did to the same blocks, over a jump of the clock, and reads its own state", async () => {
    const follower = follow();
    expect(await follower.begin()).toBeUndefined();
    const blocks = await executed(follower);
    expect(blocks.length).toBe(Number(await height()));
    expect(differing(blocks)).toEqual([]);
    const head = await chain.client.getBlock();
    expect(follower.status().at).toEqual({ number: head.number, hash: head.hash });
    const asked = node.asked.get("eth_call") ?? 0;
    const supply = await follower.reader().readContract({
      address: chain.deployment.contracts.stateToken,
      abi: stateTokenAbi,
      functionName: "totalSupply",
    });
    expect(supply).toBe(dollars(10_000));
    expect(node.asked.get("eth_call") ?? 0).toBe(asked);
    expect(blocks.flatMap(({ logs }) => logs).length).toBeGreaterThan(20);
    await follower.keep("so far");
  });

  it("goes on from what it kept, even when an epoch names the kept block as its parent", async () => {
    const before = await height();
    await epoch();
    const follower = follow();
    expect(await follower.begin()).toMatchObject({ at: { number: before }, note: "so far" });
    const blocks = await executed(follower);
    expect(blocks[0]?.number).toBe(before + 1n);
    expect(differing(blocks)).toEqual([]);
    expect(follower.status().at?.hash).toBe((await chain.client.getBlock()).hash);
  });

  it("begins anew when what it kept is damaged", async () => {
    const at = mkdtempSync(join(tmpdir(), "granary-follower-"));
    writeFileSync(join(at, "kept.json.gz"), "half a file");
    const follower = follow({ at });
    expect(await follower.begin()).toBeUndefined();
    expect(differing(await executed(follower, 20n))).toEqual([]);
    await follower.close();
    rmSync(at, { recursive: true });
  });

  it("finds a state that was changed behind the chain's back at that very block, and agrees again once it is undone", async () => {
    const follower = follow();
    await follower.begin();
    await executed(follower);
    const token = chain.deployment.contracts.stateToken;
    const supply = (await chain.client.getStorageAt({ address: token, slot: supplySlot })) as Hex;
    const forged = toHex(BigInt(supply) + dollars(1_000_000), { size: 32 });
    await chain.rpc("anvil_setStorageAt", [token, supplySlot, forged]);
    await chain.mine(3);
    const first = (await height()) - 2n;
    const blocks = await executed(follower);
    expect(differing(blocks)).toEqual([first, first + 1n, first + 2n].map((n) => [n, "state_root_differs"]));
    expect(follower.status().differsSince?.block).toBe(first);
    // its own state is still what the transactions made
    expect(
      await follower.reader().readContract({
        address: token,
        abi: stateTokenAbi,
        functionName: "totalSupply",
      }),
    ).toBe(dollars(10_000));
    const { keptTo } = follower.status();
    await follower.keep("not while they differ");
    expect(follower.status().keptTo).toBe(keptTo);

    await chain.rpc("anvil_setStorageAt", [token, supplySlot, supply]);
    await epoch();
    expect(differing(await executed(follower))).toEqual([]);
    expect(follower.status().differsSince).toBeUndefined();
    expect(follower.status().at?.hash).toBe((await chain.client.getBlock()).hash);
    await follower.keep("healed");

    // one wei of anybody is enough, and what was kept over the forged blocks is whole
    const again = follow();
    expect(await again.begin()).toMatchObject({ note: "healed" });
    const balance = await chain.client.getBalance({ address: chain.address(25) });
    await chain.rpc("anvil_setBalance", [chain.address(25), toHex(balance + 1n)]);
    await chain.mine(1);
    expect(differing(await executed(again))).toEqual([[await height(), "state_root_differs"]]);
    await chain.rpc("anvil_setBalance", [chain.address(25), toHex(balance)]);
    await chain.mine(1);
    expect(differing(await executed(again))).toEqual([]);
    await again.keep("healed again");
  });

  it("follows a chain that goes back", async () => {
    const follower = follow();
    await follower.begin();
    await chain.mine(2);
    await executed(follower);
    await chain.rpc("anvil_rollback", [2]);
    await chain.pass(5);
    await payForData(chain, alice, dollars(1));
    expect(await troubleOf(executed(follower))).toBe("ChainMoved");
    expect(follower.isRunning()).toBe(false);
    await follower.begin();
    expect(differing(await executed(follower))).toEqual([]);
    expect(follower.status().at?.hash).toBe((await chain.client.getBlock()).hash);
  });

  it("is started again from what it kept when its own node dies", async () => {
    const follower = follow();
    await follower.begin();
    await chain.mine(2);
    await executed(follower);
    const shell = childrenOf(process.pid).find(({ command }) => command.includes("--no-mining"));
    const anvil = childrenOf(shell?.pid ?? 0)[0];
    process.kill(anvil?.pid ?? 0, "SIGKILL");
    await chain.mine(1);
    await expect(executed(follower)).rejects.toThrow(/the own node failed/);
    expect(follower.isRunning()).toBe(false);
    await follower.begin();
    expect(differing(await executed(follower))).toEqual([]);
  });

  it("names a chain with another number or another beginning", async () => {
    expect(await troubleOf(follow({ chainId: 5 }).begin())).toBe("wrong_chain");
    const at = mkdtempSync(join(tmpdir(), "granary-follower-"));
    const later = { ...genesis, timestamp: toHex(BigInt(genesis.timestamp) + 1n) };
    expect(await troubleOf(follow({ of: later, at }).begin())).toBe("other_chain");
    // balances are no part of the first block's hash: the first that is executed tells
    const richer = { ...genesis, alloc: { ...genesis.alloc, [chain.address(0)]: toHex(1n << 90n) } };
    const follower = follow({ of: richer, at });
    await follower.begin();
    expect(differing(await executed(follower, 1n))).toEqual([[1n, "state_root_differs"]]);
    await follower.close();
    rmSync(at, { recursive: true });
  });

  /** it asks for no receipts, and decides nothing about what is final */
  const toOthers = /log|receipt|amount|another transaction|calls a block final/;
  const told = (Object.keys(lies) as LieName[]).filter((name) => !toOthers.test(name));
  it.each(told)("is not taken in by a node that %s", async (name) => {
    const follower = follow();
    await follower.begin();
    await executed(follower);
    await chain.send(alice, {
      to: chain.deployment.contracts.stateToken,
      abi: stateTokenAbi,
      functionName: "approve",
      args: [chain.address(1), 1n],
    });
    node.tell(name);
    const answer = await executed(follower).then(
      (blocks) =>
        differing(blocks)
          .map(([, reason]) => reason)
          .join() || "none",
      (error: Error) => (error instanceof NodeTrouble ? error.trouble : error.name),
    );
    node.tell();
    expect(answer).toMatch(/^(node_\w+|wrong_chain|ChainMoved|\w+_root_differs|block_hash_differs)/);
    if (!follower.isRunning()) await follower.begin();
    expect(await troubleOf(executed(follower))).toMatch(/none|ChainMoved/);
    if (!follower.isRunning()) await follower.begin();
    expect(differing(await executed(follower))).toEqual([]);
    expect(follower.status().at?.hash).toBe((await chain.client.getBlock()).hash);
  });
});
