import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keccak256 } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canary as canaryTable, epoch as epochTable, operator } from "@/db/schema/chain";
import { epochManagerAbi, stakingAbi, stateTokenAbi, validatorRegistryAbi } from "@/lib/chain/abi";
import { env } from "@/lib/env";
import { writeCanary } from "@/lib/epochs/build/canary-batch";
import { keptBatch } from "@/lib/epochs/build/read-batch";
import { canaryWindow, isCanaryDue } from "@/lib/epochs/canary";
import { haltWhenRefused } from "@/lib/epochs/commands/halt-when-refused";
import { openCanary } from "@/lib/epochs/commands/open-canary";
import { decodeManifest } from "@/lib/epochs/format/batch";
import { recentEpochs } from "@/lib/epochs/queries";
import { specimens } from "@/lib/epochs/verify/specimen";
import { verifyEpoch } from "@/lib/epochs/verify/verify-epoch";
import { onFailpoint } from "@/lib/failpoint";
import { writesInTransactions } from "@/lib/jobs/fence";
import { jobContext } from "@/lib/jobs/job";
import { type Attestor, openAttestor } from "@/lib/processes/attestor";
import { onlyReading } from "@/lib/processes/test-batch";
import { epochHistory, staker, stepped, type TestEpochs, testEpochs } from "@/lib/processes/test-epochs";

const keyOf = (n: number) => createHash("sha256").update(`canary key ${n}`).digest("base64");
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => BigInt(from + i));

describe("the draw", () => {
  it("has one canary in each window of ten epochs, anywhere in it", () => {
    const places = new Map<bigint, number>();
    for (let n = 0; n < 500; n++) {
      const key = keyOf(n % 5);
      const due = numbers(1 + 10 * n, Number(canaryWindow)).filter((number) =>
        isCanaryDue(key, { chainId: 31_337, number }),
      );
      expect(due).toHaveLength(1);
      const place = ((due[0] as bigint) - 1n) % canaryWindow;
      places.set(place, (places.get(place) ?? 0) + 1);
    }
    expect(places.size).toBe(10);
    expect(Math.min(...places.values())).toBeGreaterThan(20);
  });
});

describe("a canary's batch", () => {
  const folder = mkdtempSync(join(tmpdir(), "granary-canary-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is refused for its one fault by whoever recomputes, and tells nothing else from an honest one", async () => {
    const reasons = { balance: "closing_differs", payout: "tax_differs", reserves: "reserves_differ" };
    const seen = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const [, one] = await specimens(seed, 2, { customers: 4, seals: 3, events: 4 });
      if (!one) throw new Error("no honest batch");
      writeFileSync(join(folder, "honest.jsonl"), `${one.lines.join("\n")}\n`);
      let turn = 0;
      const made = await writeCanary({
        folder,
        honest: { file: "honest.jsonl", manifest: one.lines[0] as string, number: 2n, seal: BigInt(seed) },
        draw: (below) => (seed * 7 + turn++) % below,
      });
      if (!made) throw new Error("nothing to be wrong in");
      const hex = (bytes: Buffer) => `0x${bytes.toString("hex")}` as const;
      const lines = readFileSync(join(folder, made.file), "utf8").trimEnd().split("\n");
      const proposal = {
        ...one.proposal,
        entriesRoot: hex(made.entriesRoot),
        entriesSeal: keccak256(hex(made.entriesDigest)),
        liabilitiesRoot: hex(made.liabilitiesRoot),
        liabilities: made.liabilitiesMicros,
      };
      const { refusal, entries, findings } = await verifyEpoch(lines, { ...one, proposal });
      expect(refusal?.reason).toBe(reasons[made.fault.in]);
      // what it committed to shows that the whole batch was recomputed
      expect(entries?.digest).toBe(hex(made.entriesDigest));
      const roots = findings.filter(({ reason }) => /root|seal_differs|stated|malformed/.test(reason));
      expect(roots).toEqual([]);
      expect(lines).toHaveLength(one.lines.length);
      const changed = lines.filter((line, at) => line !== one.lines[at]);
      expect(changed.length).toBeLessThanOrEqual(3);
      const [before, after] = [one.lines[0], lines[0]].map((line) => decodeManifest(line as string));
      if (made.fault.in !== "reserves") {
        // what everybody may add up is what it was
        expect(made.fault.other).toBeDefined();
        expect(after).toEqual({ ...before, liabilitiesRoot: after?.liabilitiesRoot });
      }
      seen.add(made.fault.in);
    }
    expect([...seen].sort()).toEqual(["balance", "payout", "reserves"]);
  });
});

describe("a canary on the chain", () => {
  let epochs: TestEpochs;
  const all: Attestor[] = [];
  const attestors = stepped(() => all);
  const ctx = () => jobContext(writesInTransactions(epochs.bank.worker), "epoch-tick");
  const place = () => ({ client: epochs.chain.client, deployment: epochs.chain.deployment });
  const reward = 5_000_000n;
  const manager = () => ({
    to: epochs.chain.deployment.contracts.epochManager,
    abi: epochManagerAbi,
  });
  const owed = (operatorId: number) =>
    epochs.chain.client.readContract({
      address: manager().to,
      abi: epochManagerAbi,
      functionName: "canaryOwed",
      args: [operatorId],
    });

  beforeAll(async () => {
    epochs = await testEpochs();
    const { chainId } = epochs.chain.deployment;
    const due = numbers(1, 200).find((n) => isCanaryDue(keyOf(Number(n)), { chainId, number: 1n })) as bigint;
    process.env.BLIND_INDEX_KEY = keyOf(Number(due));
    expect(isCanaryDue(env.blindIndexKey, { chainId, number: 1n })).toBe(true);
    for (const id of [1, 2, 3, 4]) all.push(await epochs.open(id));
    // the fifth signs whatever it is given
    all.push(
      await openAttestor({
        ...place(),
        finalityFile: undefined,
        batches: onlyReading((root) => keptBatch({ db: epochs.bank.worker, folder: epochs.batches }, root)),
        key: epochs.chain.key(16),
        operatorId: 5,
        folder: join(epochs.folder, "blind"),
      }),
    );
    for (const id of [1, 2, 3, 4, 5]) await epochs.stake(id, 1_000_000_000n);
    await epochs.chain.send(staker, { ...manager(), functionName: "fundCanaryPot", args: [4n * reward] });
  }, 120_000);
  afterAll(async () => {
    onFailpoint(undefined);
    for (const one of all) await one.close();
    await epochs?.close();
  });

  it("strikes who agreed, owes who refused, stops nothing, takes no epoch's place, and is planted once", async () => {
    await epochs.pass(601);
    onFailpoint((name) => {
      if (name === "epoch.batch-kept") throw new Error("dies here");
    });
    await expect(epochs.propose(true)).rejects.toThrow("dies here");
    onFailpoint(undefined);
    await epochs.propose(true);
    const shown = async () =>
      (await recentEpochs(5, epochs.bank.app)).map(({ number, state }) => ({ number, state }));
    // nobody is told before the votes are open
    expect(await shown()).toEqual([{ number: 1n, state: "proposed" }]);
    expect(await openCanary(ctx(), place())).toEqual({ outcome: "waiting" });
    await epochs.finalize(attestors);
    await epochs.rest();
    await epochs.finalize(attestors);
    await epochs.rest();
    await epochs.finalize(attestors);
    const answers = await attestors.ask(1n);
    expect(answers.map(({ answer }) => answer)).toEqual([
      "refused",
      "refused",
      "refused",
      "refused",
      "signed",
    ]);
    expect(await shown()).toEqual([{ number: 1n, state: "canary" }]);
    expect(await haltWhenRefused(ctx(), place())).toEqual({ halted: false });

    expect(await openCanary(ctx(), place())).toMatchObject({ outcome: "submitted" });
    expect(await openCanary(ctx(), place())).toMatchObject({ outcome: "submitted" });
    await epochs.rest();
    expect(await openCanary(ctx(), place())).toEqual({ outcome: "no_canary" });
    const [row] = await epochs.bank.worker.select().from(canaryTable);
    expect(row).toMatchObject({ epochNumber: 1n, struck: [5], paid: [1, 2, 3, 4], rewardEachMicros: reward });
    expect(await Promise.all([1, 2, 3, 4, 5].map(owed))).toEqual([reward, reward, reward, reward, 0n]);
    expect(await haltWhenRefused(ctx(), place())).toEqual({ halted: false });

    // the epoch's own proposal need not wait for another period, and becomes final
    await epochs.pass(1);
    await epochs.propose(true);
    for (let turn = 0; turn < 4; turn++) {
      await epochs.finalize(attestors);
      await epochs.rest();
    }
    const { proposed, final } = await epochHistory(epochs);
    expect(proposed.map(({ number }) => number)).toEqual([1n, 1n]);
    expect(final).toMatchObject([{ number: 1n, digest: proposed[1]?.digest, signers: [1, 2, 3, 4, 5] }]);
    expect(await shown()).toEqual([
      { number: 1n, state: "final" },
      { number: 1n, state: "canary" },
    ]);
    expect(await epochs.bank.worker.$count(epochTable)).toBe(2);
  }, 120_000);

  it("pays what is owed to the operator's wallet, once, whoever asks", async () => {
    const { staking, stateToken } = epochs.chain.deployment.contracts;
    const { client } = epochs.chain;
    const { payoutWallet } = await client.readContract({
      address: staking,
      abi: stakingAbi,
      functionName: "operatorOf",
      args: [2],
    });
    const balance = () =>
      client.readContract({
        address: stateToken,
        abi: stateTokenAbi,
        functionName: "balanceOf",
        args: [payoutWallet],
      });
    const before = await balance();
    const pay = { ...manager(), functionName: "payCanaryReward", args: [2] };
    expect(await epochs.sent(staker, pay)).toBe("done");
    expect((await balance()) - before).toBe(reward);
    expect(await epochs.sent(staker, pay)).toBe("ZeroAmount");
  });

  it("jails who signs one too many, and never strikes who recomputes", async () => {
    const { chainId, contracts } = epochs.chain.deployment;
    const { client } = epochs.chain;
    const registry = { address: contracts.validatorRegistry, abi: validatorRegistryAbi } as const;
    const { strikeLimit } = await client.readContract({ ...registry, functionName: "params" });
    const states = () =>
      epochs.bank.worker
        .select({ id: operator.operatorId, strikes: operator.strikes, state: operator.state })
        .from(operator)
        .orderBy(operator.operatorId);
    for (let strikes = 2; strikes <= strikeLimit; strikes++) {
      const { lastFinal } = await epochs.books();
      const number = lastFinal + 1n;
      // as if its place in the window had come
      const secret = numbers(1, 500).find((n) => isCanaryDue(keyOf(Number(n)), { chainId, number }));
      process.env.BLIND_INDEX_KEY = keyOf(Number(secret));
      await epochs.payFee(1_000_000n);
      await epochs.pass(601);
      await epochs.propose(true);
      for (let turn = 0; turn < 4; turn++) {
        await epochs.finalize(attestors);
        await epochs.rest();
      }
      expect(await openCanary(ctx(), place())).toMatchObject({ outcome: "submitted" });
      await epochs.rest();
      const isOut = strikes === strikeLimit;
      expect(await states()).toEqual(
        [1, 2, 3, 4, 5].map((id) => ({
          id,
          strikes: id === 5 ? (isOut ? expect.any(Number) : strikes) : 0,
          state: id === 5 && isOut ? "jailed" : "active",
        })),
      );
      await epochs.pass(1);
      await epochs.propose(true);
      for (let turn = 0; turn < 4; turn++) {
        await epochs.finalize(attestors);
        await epochs.rest();
      }
      const { final } = await epochHistory(epochs);
      expect(final.at(-1)?.number).toBe(number);
    }
  }, 120_000);
});
