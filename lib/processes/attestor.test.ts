import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeAbiParameters, type Hex, hexToString, keccak256, toHex, zeroHash } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { epochManagerAbi } from "@/lib/chain/abi";
import { chainClient } from "@/lib/chain/client";
import { canarySeal } from "@/lib/epochs/canary";
import { entriesSeal } from "@/lib/epochs/entries";
import { EntryTree } from "@/lib/epochs/format/tree";
import type { FactsView } from "@/lib/epochs/verify/chain-view";
import { onFailpoint } from "@/lib/failpoint";
import { agree } from "@/lib/processes/agreed-restore";
import { type Attestor, type AttestorConfig, openAttestor } from "@/lib/processes/attestor";
import { BatchUnavailable } from "@/lib/processes/batch";
import { startFaultyNode } from "@/lib/processes/faulty-node";
import { anvilFollower } from "@/lib/processes/follower/anvil-follower";
import type { Genesis } from "@/lib/processes/follower/genesis";
import { onlyReading } from "@/lib/processes/test-batch";
import { mintTokens, startTestChain, type TestChain, verifyWallet } from "@/lib/processes/test-chain";

const alice = 20;
const dollars = (n: number) => BigInt(n) * 1_000_000n;
const balancesSlot = "0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace00";
const supplySlot = "0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace02";

let chain: TestChain;
let genesis: Genesis;
let folder: string;
const opened: Attestor[] = [];

const open = async (operatorId: number, options: Partial<AttestorConfig> = {}): Promise<Attestor> => {
  const attestor = await openAttestor({
    client: chain.client,
    deployment: chain.deployment,
    finalityFile: undefined,
    // a batch without a line
    batches: onlyReading(async function* () {}),
    key: chain.key(11 + operatorId),
    operatorId,
    folder: join(folder, String(operatorId)),
    ...options,
  });
  opened.push(attestor);
  return attestor;
};
const openAll = (...ids: number[]) => Promise.all(ids.map((id) => open(id)));
const stepAll = async (of: readonly Attestor[]) => {
  for (const one of of) await one.step();
};
const manager = () => ({ to: chain.deployment.contracts.epochManager, abi: epochManagerAbi }) as const;
const read = <F extends "proposal" | "progress" | "lastFinal">(functionName: F) =>
  chain.client.readContract({
    address: chain.deployment.contracts.epochManager,
    abi: epochManagerAbi,
    functionName,
  });
const isIn = (set: bigint, id: number) => ((set >> BigInt(id)) & 1n) === 1n;

/** A proposal as an honest bank makes it, and two blocks more, so that it is final. */
async function propose(
  seal: Hex = entriesSeal(toHex(new EntryTree().digest())),
): Promise<{ digest: Hex; number: string }> {
  await chain.pass(31);
  const batch = {
    booksRoot: zeroHash,
    entriesRoot: zeroHash,
    liabilitiesRoot: zeroHash,
    liabilities: 0n,
    entriesSeal: seal,
    canarySeal: canarySeal(zeroHash, false),
  };
  await chain.send("proposer", { ...manager(), functionName: "propose", args: [0n, batch] });
  await chain.mine(2);
  const [{ number }, digest] = await read("proposal");
  return { digest, number: number.toString() };
}

/** What one operator did with one proposal, as the chain logged it. */
async function doings(operatorId: number, digest: Hex) {
  const logs = await chain.client.getContractEvents({
    address: chain.deployment.contracts.epochManager,
    abi: epochManagerAbi,
    fromBlock: 0n,
  });
  const own = logs.filter(
    (one) =>
      (one.eventName === "Committed" || one.eventName === "Revealed") &&
      one.args.operatorId === operatorId &&
      one.args.digest === digest,
  );
  const reason = own.flatMap((one) => (one.eventName === "Revealed" ? [one.args.reason as Hex] : []))[0];
  return {
    commits: own.filter(({ eventName }) => eventName === "Committed").length,
    reveals: own.filter(({ eventName }) => eventName === "Revealed").length,
    reason: reason && hexToString(reason, { size: 32 }).replaceAll("\0", ""),
  };
}

beforeAll(async () => {
  chain = await startTestChain();
  folder = mkdtempSync(join(tmpdir(), "granary-attestor-"));
  const first = (await chain.rpc("eth_getBlockByNumber", ["0x0", false])) as Genesis;
  const addresses = (await chain.rpc("eth_accounts")) as Hex[];
  genesis = {
    timestamp: first.timestamp,
    gasLimit: first.gasLimit,
    baseFeePerGas: first.baseFeePerGas,
    alloc: Object.fromEntries(addresses.map((address) => [address, toHex(10_000n * 10n ** 18n)])),
  };
  await verifyWallet(chain, chain.address(alice));
  await mintTokens(chain, chain.address(alice), dollars(100));
});
afterEach(async () => {
  onFailpoint(undefined);
  await Promise.all(opened.splice(0).map((attestor) => attestor.close()));
});
afterAll(async () => {
  await chain.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a validator's vote", () => {
  it("is committed, then shown, then signed, and never signed before it is shown", async () => {
    const [one, ...others] = (await openAll(2, 1, 3, 4)) as [Attestor, ...Attestor[]];
    const { digest, number } = await propose();
    await one.step();
    await one.step();
    expect(await doings(2, digest)).toMatchObject({ commits: 1, reveals: 0 });
    expect(one.attestation(number)).toEqual({ found: "none" });
    expect(one.status().open?.step).toBe("committed");
    await stepAll(others);
    // the last to commit closes the commits; until its own turn the first has shown nothing, and signed nothing
    expect(one.attestation(number)).toEqual({ found: "none" });
    await one.step();
    expect(await doings(2, digest)).toMatchObject({ commits: 1, reveals: 1, reason: "" });
    expect(isIn((await read("progress")).agreed, 2)).toBe(true);
    expect(one.attestation(number)).toMatchObject({ found: "signed", attestation: { digest } });
    expect(one.status().tally).toEqual({ commits: 1, reveals: 1, signatures: 1, refusals: {} });
  });

  const points = [
    "validator.judged",
    "validator.judgement-kept",
    "validator.committed",
    "validator.revealed",
    "validator.signed",
    "validator.kept",
    "file.draft-written",
    "file.draft-synced",
    "file.renamed",
  ];
  it.each(points)("is one commitment, one showing and one signature when it dies at %s", async (point) => {
    const others = await openAll(1, 3, 4);
    let one = await open(2);
    const { digest, number } = await propose();
    let deaths = 0;
    onFailpoint((name) => {
      if (name !== point || deaths > 0) return;
      deaths += 1;
      throw new Error("dies here");
    });
    const lived = async () => {
      await one.step().catch(async () => {
        // nothing of it is left but what lies on the disk
        one = await open(2);
        await one.step();
      });
    };
    await lived();
    await stepAll(others);
    await lived();
    await lived();
    expect(deaths).toBe(1);
    expect(await doings(2, digest)).toMatchObject({ commits: 1, reveals: 1, reason: "" });
    expect(isIn((await read("progress")).agreed, 2)).toBe(true);
    const signed = one.attestation(number);
    expect(signed).toMatchObject({ found: "signed", attestation: { digest } });
    // and whoever starts once more finds the same signature
    expect((await open(2)).attestation(number)).toEqual(signed);
  });

  it("names why it refuses, on the chain as well, and signs nothing", async () => {
    const all = await openAll(1, 2, 3, 4);
    const { digest, number } = await propose(toHex(7, { size: 32 }));
    await stepAll(all);
    await stepAll(all);
    expect(await doings(2, digest)).toEqual({ commits: 1, reveals: 1, reason: "entries_seal_differs" });
    expect(all[1]?.attestation(number)).toMatchObject({
      found: "refused",
      refusal: { reason: "entries_seal_differs" },
    });
    expect(all[1]?.status().tally).toMatchObject({ signatures: 0, refusals: { entries_seal_differs: 1 } });
  });

  it("is not cast with another operator's key, or with one that has no seat", async () => {
    const { digest } = await propose();
    const wrong = await open(2, { key: chain.key(14), folder: join(folder, "wrong") });
    const stranger = await open(2, { key: chain.key(25), folder: join(folder, "stranger") });
    await stepAll([wrong, stranger]);
    expect(wrong.status().trouble?.word).toBe("not_its_seat");
    expect(stranger.status().trouble?.word).toBe("no_seat");
    expect(await doings(2, digest)).toMatchObject({ commits: 0 });
    expect(await doings(3, digest)).toMatchObject({ commits: 0 });
  });

  it("goes on from an epoch before the last only once its operator agrees, and then tells every block since", async () => {
    const seen: { base: bigint | undefined; reaches: boolean }[] = [];
    const reading = onlyReading(async function* () {});
    /** the bank's books lead to this epoch */
    let leadTo: bigint | undefined;
    const batches: AttestorConfig["batches"] = {
      ...reading,
      async judge({ epoch, previous, chain: view }) {
        const base = previous?.number;
        seen.push({ base, reaches: (view as FactsView).reachesBackTo(previous?.block ?? 0n) });
        const { next, ...verdict } = await reading.judge({ epoch, previous, chain: view });
        const refusal =
          leadTo === undefined || base === leadTo
            ? verdict.refusal
            : ({ reason: "previous_log_differs", stated: `${leadTo}`, recomputed: `${base}` } as const);
        const block = epoch.proposedBlock - 1n;
        return {
          ...verdict,
          refusal,
          next: { ...(await reading.beginFrom({ digest: zeroHash, epoch })), block },
        };
      },
    };
    const folderOf = (id: number) => join(folder, `agreeing-${id}`);
    const all = await Promise.all([1, 2, 3, 4].map((id) => open(id, { batches, folder: folderOf(id) })));
    const voted = async () => {
      const { digest, number } = await propose();
      for (let turn = 0; turn < 3; turn++) await stepAll(all);
      return { digest, number, answers: all.map((one) => one.attestation(number)) };
    };
    const becomesFinal = async () => {
      const { number, answers } = await voted();
      const signatures = answers.map((answer) => {
        if (answer.found !== "signed") throw new Error(answer.found);
        return answer.attestation.signature;
      });
      const args = [BigInt(number), 0b11110n, signatures, zeroHash] as const;
      await chain.send("proposer", { ...manager(), functionName: "finalize", args });
      return BigInt(number);
    };
    const base = await becomesFinal();
    const last = await becomesFinal();

    leadTo = base;
    expect((await voted()).answers.map(({ found }) => found)).toEqual([
      "refused",
      "refused",
      "refused",
      "refused",
    ]);
    // of another link than this one nothing was said
    for (const id of [1, 2, 3, 4]) agree(folderOf(id), `${base}:${base - 1n}`);
    expect((await voted()).answers.map(({ found }) => found)).toEqual([
      "refused",
      "refused",
      "refused",
      "refused",
    ]);
    for (const id of [1, 2, 3, 4]) agree(folderOf(id), `${last}:${base}`);
    await propose();
    for (const one of all) await expect(one.step()).rejects.toThrow("from its first block again");
    seen.length = 0;
    for (let turn = 0; turn < 3; turn++) await stepAll(all);
    expect(seen).toEqual(all.map(() => ({ base, reaches: true })));
    const { number } = (await read("proposal"))[0];
    expect(all.map((one) => one.attestation(number.toString()).found)).toEqual(all.map(() => "signed"));
    leadTo = undefined;
    seen.length = 0;
    const after = await becomesFinal();
    expect(after).toBe(last + 1n);
    leadTo = after;
    await becomesFinal();
    expect(seen.at(-1)).toEqual({ base: after, reaches: true });
  });

  it("is not cast while the batch cannot be had, and is once it can", async () => {
    let isThere = false;
    const batches = onlyReading(async function* () {
      if (!isThere) throw new BatchUnavailable("the bank answers 503");
      yield* [];
    });
    const one = await open(2, { batches });
    const { digest } = await propose();
    await expect(one.step()).rejects.toThrow(BatchUnavailable);
    expect(one.status().trouble).toEqual({ word: "batch_unavailable", sentence: "the bank answers 503" });
    expect(await doings(2, digest)).toMatchObject({ commits: 0, reveals: 0 });
    isThere = true;
    await one.step();
    expect(one.status().trouble).toBeUndefined();
    expect(await doings(2, digest)).toMatchObject({ commits: 1 });
  }, 90_000);

  it("waits while the leader is down, and goes on by itself when it is back", async () => {
    const node = await startFaultyNode(chain.rpcUrl);
    const client = chainClient({ rpcUrl: node.url, chainId: 31337, timeoutMs: 2_000 });
    const one = await open(2, { client, folder: join(folder, "partition") });
    await one.step();
    node.tell("fails (500)");
    const { digest } = await propose();
    await expect(one.step()).rejects.toThrow();
    expect(one.status().trouble?.word).toBe("node_refuses");
    node.tell("is on another chain id");
    const fresh = await open(2, { client, folder: join(folder, "partition-2") });
    await expect(fresh.step()).rejects.toThrow();
    expect(fresh.status().trouble?.word).toBe("wrong_chain");
    node.tell();
    await one.step();
    expect(one.status().trouble).toBeUndefined();
    expect(await doings(2, digest)).toMatchObject({ commits: 1 });
    await one.close();
    await node.stop();
  });

  it("with an own node: not signed while the leader's state is forged, refused when proposed then, and signed once healed", async () => {
    const leader = chain.client;
    const { deployment } = chain;
    const own = join(folder, "own-node");
    const follower = anvilFollower({ leader, deployment, genesis, folder: join(own, "node") });
    const one = await open(2, { follower, folder: own });
    const others = await openAll(1, 3, 4);
    await one.step();
    const token = deployment.contracts.stateToken;
    const supply = (await leader.getStorageAt({ address: token, slot: supplySlot })) as Hex;
    const forge = async (micros: bigint) => {
      await chain.rpc("anvil_setStorageAt", [
        token,
        supplySlot,
        toHex(BigInt(supply) + micros, { size: 32 }),
      ]);
      await chain.mine(3);
    };

    const agreed = await propose();
    await stepAll([one, ...others]);
    await forge(-1n);
    const forgedAt = (await chain.client.getBlockNumber()) - 2n;
    await one.step();
    expect(await doings(2, agreed.digest)).toMatchObject({ commits: 1, reveals: 1, reason: "" });
    expect(one.attestation(agreed.number)).toEqual({ found: "none" });
    expect(one.status().trouble?.word).toBe("state_root_differs");
    expect(one.status().follower.differsSince?.block).toBe(forgedAt);
    await forge(0n);
    await one.step();
    expect(one.status().trouble).toBeUndefined();
    expect(one.attestation(agreed.number)).toMatchObject({ found: "signed" });

    // a balance that nobody minted: everything proposed meanwhile is refused, and the first after it is undone is not
    const slot = keccak256(
      encodeAbiParameters([{ type: "address" }, { type: "bytes32" }], [chain.address(alice), balancesSlot]),
    );
    const balance = (await leader.getStorageAt({ address: token, slot })) as Hex;
    await chain.rpc("anvil_setStorageAt", [token, slot, toHex(BigInt(balance) + dollars(1), { size: 32 })]);
    const meanwhile = await propose();
    await stepAll([one, ...others]);
    await one.step();
    expect(await doings(2, meanwhile.digest)).toEqual({
      ...{ commits: 1, reveals: 1, reason: "state_root_differs" },
    });
    await chain.rpc("anvil_setStorageAt", [token, slot, balance]);
    const after = await propose();
    await stepAll([one, ...others]);
    await one.step();
    expect(one.attestation(after.number)).toMatchObject({
      found: "signed",
      attestation: { digest: after.digest },
    });

    await forge(-1n);
    const refused = await propose();
    await stepAll([one, ...others]);
    await stepAll([one]);
    expect(await doings(2, refused.digest)).toEqual({ commits: 1, reveals: 1, reason: "state_root_differs" });
    expect(one.attestation(refused.number)).toMatchObject({
      found: "refused",
      refusal: { reason: "state_root_differs" },
    });

    const file = readdirSync(own).find((name) => /^operator-2-\w+\.json$/.test(name));
    const kept = readFileSync(join(own, file as string), "utf8");
    expect(kept).toContain("state_root_differs");
    expect(kept).not.toContain(chain.key(13).slice(2));
  });
});
