import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import pg from "pg";
import { encodeFunctionData, type Hex, toHex, zeroHash } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Db } from "@/db/client";
import { epochAttestation, epoch as epochTable, fee as feeTable, outboxIntent } from "@/db/schema/chain";
import { switches } from "@/db/schema/installation";
import { epochManagerAbi, stakingAbi } from "@/lib/chain/abi";
import { type Indexer, openIndexer } from "@/lib/chain/indexer";
import { project } from "@/lib/chain/projections";
import { openSigner, type Signer } from "@/lib/chain/signer";
import { keptBatch } from "@/lib/epochs/build/read-batch";
import { finalizeEpoch } from "@/lib/epochs/commands/finalize-epoch";
import { haltWhenRefused } from "@/lib/epochs/commands/halt-when-refused";
import { proposeEpoch } from "@/lib/epochs/commands/propose-epoch";
import { epochDigest } from "@/lib/epochs/digest";
import { finalEpochs } from "@/lib/epochs/final-epochs";
import { writesInTransactions } from "@/lib/jobs/fence";
import { jobContext } from "@/lib/jobs/job";
import { post } from "@/lib/ledger/posting";
import { renewAnchor } from "@/lib/ledger/seal/commands/renew-anchor";
import { sealBooks } from "@/lib/ledger/seal/commands/seal-books";
import { newestHead } from "@/lib/ledger/seal/queries";
import { verifyAnchoredBooks } from "@/lib/ledger/seal/verify-books";
import { transfers } from "@/lib/ledger/transfer";
import { type Attestor, openAttestor } from "@/lib/processes/attestor";
import { onlyReading } from "@/lib/processes/test-batch";
import {
  mintTokens,
  payForData,
  stakeTokens,
  startTestChain,
  type TestChain,
  verifyWallet,
} from "@/lib/processes/test-chain";
import { allCanBeSealed, type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";
import { setSwitch } from "@/lib/switches/commands/set-switch";
import type { AttestorAnswer, Attestors } from "@/lib/vendors/attestors/contract";

const dollars = (n: number) => BigInt(n) * 1_000_000n;
const alice = 20;

let chain: TestChain;
let database: TestDatabase;
let db: Db;
let signer: Signer;
let indexer: Indexer;
let folder: string;
let validators: Attestor[];

const openValidators = () =>
  Promise.all(
    [1, 2, 3, 4].map((operatorId) =>
      openAttestor({
        client: chain.client,
        deployment: chain.deployment,
        finalityFile: undefined,
        batches: onlyReading((root) => keptBatch({ db, folder: join(folder, "epochs") }, root)),
        key: chain.key(11 + operatorId),
        operatorId,
        folder: join(folder, String(operatorId)),
      }),
    ),
  );

const answersOf = async (of: readonly Attestor[], epoch: bigint): Promise<AttestorAnswer[]> =>
  stepped(of).then(() =>
    of.map((one) => {
      const { operatorId, signer: address } = one.status();
      const answer = one.attestation(epoch.toString());
      if (answer.found === "signed")
        return { answer: "signed", operatorId, signer: address, ...answer.attestation } as const;
      return answer.found === "refused"
        ? ({ answer: "refused", digest: answer.digest, ...answer.refusal } as const)
        : ({ answer: "silent" } as const);
    }),
  );
/** Once to commit; and when all have, once more to reveal. */
async function stepped(of: readonly Attestor[]): Promise<void> {
  for (let round = 0; round < 2; round++) await Promise.all(of.map((one) => one.step()));
}
const asking = (of: readonly Attestor[]): Attestors => ({ ask: (epoch) => answersOf(of, epoch) });

/** Everything that runs by itself, until it rests; two empty blocks make what was sent final. */
async function rest(): Promise<void> {
  for (let worked = true; worked; ) {
    worked = await signer.step();
    await chain.mine(worked ? 2 : 1);
    while (await indexer.step());
  }
  await chain.mine(2);
  while (await indexer.step());
}

const now = async () => new Date(Number((await chain.client.getBlock()).timestamp) * 1000);
const ctx = () => jobContext(writesInTransactions(db), "epoch-tick");
const propose = async () =>
  proposeEpoch(ctx(), {
    client: chain.client,
    deployment: chain.deployment,
    now: await now(),
    sealFolder: join(folder, "seals"),
    batchFolder: join(folder, "epochs"),
    plantsCanaries: false,
  });
const finalize = async (attestors: Attestors, later = 60_000) =>
  finalizeEpoch(ctx(), {
    client: chain.client,
    deployment: chain.deployment,
    attestors,
    now: new Date((await now()).getTime() + later),
  });
const lastFinal = async () => {
  const [number] = await chain.client.readContract({
    address: chain.deployment.contracts.epochManager,
    abi: epochManagerAbi,
    functionName: "lastFinal",
  });
  return number;
};

beforeAll(async () => {
  chain = await startTestChain();
  process.env.BLIND_INDEX_KEY = Buffer.alloc(32, 2).toString("base64");
  process.env.CHAIN_ID = String(chain.deployment.chainId);
  folder = mkdtempSync(join(tmpdir(), "granary-validators-"));
  database = await testDatabase();
  db = database.open("worker", 4).db;
  signer = openSigner({
    db: database.open("signer", 2).db,
    client: chain.client,
    deployment: chain.deployment,
    finalityFile: undefined,
    keys: { proposer: chain.key("proposer") },
  });
  await signer.start();
  indexer = openIndexer({
    db,
    client: chain.client,
    deployment: chain.deployment,
    finalityFile: undefined,
    settle: project,
  });
  validators = await openValidators();
  await verifyWallet(chain, chain.address(alice));
  await mintTokens(chain, chain.address(alice), dollars(10_000));
  await stakeTokens(chain, alice, { operatorId: 2, amountMicros: dollars(1_000) });
  await rest();
});
afterAll(async () => {
  await chain.stop();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("an epoch", () => {
  it("is not proposed before its time", async () => {
    expect(await propose()).toEqual({ outcome: "not_due" });
  });

  it("goes from proposal over four verdicts to a final epoch that pays what was collected", async () => {
    await chain.pass(31);
    expect(await propose()).toMatchObject({ outcome: "proposed", distributeMicros: dollars(10) });
    expect(await propose()).toEqual({ outcome: "under_way" });
    await rest();
    expect(await finalize(asking(validators))).toMatchObject({ outcome: "submitted", number: 1n });
    await rest();
    expect(await lastFinal()).toBe(1n);
    const [row] = await db.select().from(epochTable).where(eq(epochTable.number, 1n));
    expect(row).toMatchObject({ state: "final", distributedMicros: dollars(10), signers: expect.any(Array) });
    expect(row?.signers?.toSorted()).toEqual([1, 2, 3, 4]);
    expect(await db.select().from(epochAttestation)).toHaveLength(4);
    const [fee] = await db.select().from(feeTable);
    expect(fee).toMatchObject({ kind: "issuance", amountMicros: dollars(10), epochNumber: 1n });

    await chain.pass(31);
    const stake = await chain.client.readContract({
      address: chain.deployment.contracts.staking,
      abi: stakingAbi,
      functionName: "stakeOf",
      args: [chain.address(alice), 2],
    });
    expect(stake.claimableGross).toBeGreaterThan(dollars(10) - 10n);
    expect(stake.claimableGross).toBeLessThanOrEqual(dollars(10));
  });

  it("puts the newest head of the sealed books on the chain, and validators sign it", async () => {
    await db.transaction((tx) =>
      post(tx, {
        key: "sealed before the epoch",
        event: "test",
        actor: "test",
        requestId: "test",
        transfers: transfers({
          debit: { class: "rail_clearing" },
          credit: { class: "suspense" },
          amountMicros: 1n,
        }),
      }),
    );
    await allCanBeSealed(db);
    expect(await sealBooks(ctx(), { folder: join(folder, "seals"), period: 1n })).toMatchObject({ last: 1n });
    const head = await newestHead(db);
    await payForData(chain, alice, dollars(1));
    await chain.pass(31);
    await propose();
    await rest();
    expect(await finalize(asking(validators))).toMatchObject({ outcome: "submitted", number: 2n });
    await rest();
    const rows = await db.select().from(epochTable).where(eq(epochTable.state, "final"));
    expect(rows.map(({ booksRoot }) => booksRoot).toSorted()).toEqual([zeroHash, head].toSorted());
    expect(await finalEpochs(chain.client, chain.deployment)).toEqual([
      { number: 1n, booksRoot: zeroHash },
      { number: 2n, booksRoot: head },
    ]);
  });

  it("finds sealed books that were rewritten together with the anchor file, since the chain cannot be", async () => {
    const seals = join(folder, "seals");
    const verify = async () =>
      verifyAnchoredBooks(db, seals, { epochs: await finalEpochs(chain.client, chain.deployment) });
    expect(await verify()).toMatchObject({
      ok: true,
      chain: { compared: true, epochs: 2, newest: 1n, takenBack: [] },
    });

    const superuser = new pg.Client({ connectionString: database.superuserUrl });
    await superuser.connect();
    await superuser.query("SET session_replication_role = replica");
    await superuser.query("UPDATE ledger.transfer SET amount_micros = amount_micros + 1");
    await superuser.query("DELETE FROM ledger.seal_chunk");
    await superuser.query("DELETE FROM ledger.seal");
    await vi.waitFor(
      async () => {
        const { rows } = await superuser.query("SELECT ledger.seal_next(1) AS number");
        expect(rows[0].number).not.toBeNull();
      },
      { timeout: 20_000 },
    );
    await superuser.end();
    const kept = join(seals, "heads.jsonl");
    const before = readFileSync(kept, "utf8");
    rmSync(kept);
    await renewAnchor(ctx(), { folder: seals, reason: "rewritten with everything" });

    // nothing at the bank tells, and without the chain nothing is claimed
    expect(await verifyAnchoredBooks(db, seals)).toMatchObject({ ok: true, chain: { compared: false } });
    const report = await verify();
    expect(report).toMatchObject({ ok: false, chain: { compared: true, newest: undefined } });
    expect(report.findings).toEqual([
      { code: "chain_differs", what: "epoch 2 was signed over a head that is not of these books" },
    ]);

    // whoever says that it was a restore is quoted with it, and the epoch is named
    writeFileSync(join(seals, "heads.2026-11-22T00-00-00.000Z.jsonl"), before);
    expect(await verify()).toMatchObject({
      ok: true,
      chain: { takenBack: [{ epoch: 2n, seal: 1n, reason: "rewritten with everything" }] },
    });
  });

  it("waits for a quorum: two validators are not enough, the bank's own signature does not help", async () => {
    await payForData(chain, alice, dollars(3));
    await chain.pass(31);
    await propose();
    await rest();
    const [bank, second, third, fourth] = validators as [Attestor, Attestor, Attestor, Attestor];
    // while others may still commit nothing is shown, and nobody signs what it has not shown
    expect(await finalize(asking([bank, second]))).toMatchObject({ outcome: "waiting", signed: 0 });
    await stepped(validators);
    expect(await finalize(asking([bank, second]))).toMatchObject({ outcome: "waiting", signed: 2 });
    expect(await finalize(asking([bank]))).toMatchObject({ outcome: "waiting", signed: 1 });
    expect(await finalize(asking([second, third, fourth]))).toMatchObject({ outcome: "submitted" });
    await rest();
    expect(await lastFinal()).toBe(3n);
  });

  it("counts only signatures over the digest on chain, by keys with a seat", async () => {
    await payForData(chain, alice, dollars(4));
    await chain.pass(31);
    await propose();
    await rest();
    const honest = await answersOf(validators, 4n);
    const stranger = chain.account(25);
    const forged: AttestorAnswer[] = await Promise.all(
      honest.map(async (answer) =>
        answer.answer === "signed"
          ? { ...answer, signature: await stranger.sign({ hash: answer.digest }) }
          : answer,
      ),
    );
    expect(await finalize({ ask: async () => forged })).toMatchObject({ outcome: "waiting", signed: 0 });
    const other = honest.map((a) => (a.answer === "signed" ? { ...a, digest: zeroHash } : a));
    expect(await finalize({ ask: async () => other })).toMatchObject({ outcome: "waiting", signed: 0 });
    // one validator's signature four times is one signature
    const [first] = honest as [AttestorAnswer];
    expect(await finalize({ ask: async () => [first, first, first, first] })).toMatchObject({ signed: 1 });
  });

  it("counts no attestation that is malformed, cut short, of an earlier or a later epoch, or of another chain", async () => {
    const honest = await answersOf(validators, 4n);
    const earlier = await answersOf(validators, 3n);
    const { deployment } = chain;
    const [proposal] = await chain.client.readContract({
      address: deployment.contracts.epochManager,
      abi: epochManagerAbi,
      functionName: "proposal",
    });
    const later = epochDigest(deployment, { ...proposal, number: 5n });
    const elsewhere = epochDigest({ ...deployment, chainId: 1 }, proposal);
    type Signed = Extract<AttestorAnswer, { answer: "signed" }>;
    const wrong: Record<string, (of: Signed) => Partial<Signed> | Promise<Partial<Signed>>> = {
      "no signature": () => ({ signature: "0x" }),
      "no hex": () => ({ signature: "0xnone" as Hex }),
      "cut short": ({ signature }) => ({ signature: signature.slice(0, -2) as Hex }),
      "a byte more": ({ signature }) => ({ signature: `${signature}00` }),
      "all ones": () => ({ signature: `0x${"ff".repeat(65)}` }),
      "an earlier epoch's": ({ operatorId }) => earlier[operatorId - 1] as Signed,
      "an earlier signature under this digest": ({ operatorId }) => ({
        signature: (earlier[operatorId - 1] as Signed).signature,
      }),
      "a later epoch's": async ({ operatorId }) => ({
        signature: await chain.account(11 + operatorId).sign({ hash: later }),
      }),
      "another chain's": async ({ operatorId }) => ({
        signature: await chain.account(11 + operatorId).sign({ hash: elsewhere }),
      }),
    };
    for (const [what, change] of Object.entries(wrong)) {
      const told = await Promise.all(
        honest.map(async (one) => (one.answer === "signed" ? { ...one, ...(await change(one)) } : one)),
      );
      const ask = async () => told;
      expect(await finalize({ ask }), what).toMatchObject({ outcome: "waiting", signed: 0 });
    }
  });

  it("is replaced when it did not become final, and each validator signs the replacement once", async () => {
    const before = (await answersOf(validators, 4n)).map((a) => a.answer === "signed" && a.digest);
    await chain.pass(31);
    expect(await propose()).toMatchObject({ outcome: "proposed" });
    await rest();
    const after = (await answersOf(validators, 4n)).map((a) => a.answer === "signed" && a.digest);
    expect(new Set(after).size).toBe(1);
    expect(after[0]).toBeTruthy();
    expect(after[0]).not.toBe(before[0]);
    expect(await finalize(asking(validators))).toMatchObject({ outcome: "submitted", number: 4n });
    await rest();
    expect(await lastFinal()).toBe(4n);
    const rows = await db.select().from(epochTable).where(eq(epochTable.number, 4n));
    expect(rows.map((row) => row.state).sort()).toEqual(["final", "proposed"]);
  });

  it("is judged the same by validators that start anew, and remembered by those that restart", async () => {
    await payForData(chain, alice, dollars(5));
    await chain.pass(31);
    await propose();
    await rest();
    const [one] = validators as [Attestor];
    await stepped(validators);
    const signed = one.attestation("5");
    expect(signed.found).toBe("signed");
    const restarted = (await openValidators())[0] as Attestor;
    expect(restarted.attestation("5")).toEqual(signed);
    for (const { operatorId } of validators.map((each) => each.status()))
      rmSync(join(folder, String(operatorId)), { recursive: true });
    validators = await openValidators();
    expect(await answersOf(validators, 5n)).toMatchObject(Array(4).fill({ answer: "signed" }));
    expect(await finalize(asking(validators))).toMatchObject({ outcome: "submitted", number: 5n });
    await rest();
  });

  it("is refused by every validator, with a name, once the token's supply is not what its transfers say", async () => {
    await payForData(chain, alice, dollars(2));
    await chain.pass(31);
    // a forged balance sheet: the slot of totalSupply in the token's storage (ERC-7201 of ERC20Upgradeable, third word)
    const slot = "0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace02";
    const supply = await chain.client.getStorageAt({
      address: chain.deployment.contracts.stateToken,
      slot,
    });
    const forge = (value: bigint) =>
      chain.rpc("anvil_setStorageAt", [
        chain.deployment.contracts.stateToken,
        slot,
        toHex(value, { size: 32 }),
      ]);
    await forge(BigInt(supply ?? 0) - 1n);
    await propose();
    await rest();
    const answers = await answersOf(validators, 6n);
    expect(answers.map((a) => a.answer === "refused" && a.reason)).toEqual(Array(4).fill("supply_differs"));
    expect(await finalize(asking(validators))).toMatchObject({ outcome: "waiting", signed: 0, refused: 4 });
    const refusals = await db.select().from(epochAttestation).where(eq(epochAttestation.verdict, "refused"));
    expect(refusals).toHaveLength(4);

    const halt = () => haltWhenRefused(ctx(), { client: chain.client, deployment: chain.deployment });
    const off = async () =>
      (await db.select().from(switches).where(eq(switches.isOn, false))).map(({ name }) => name).sort();
    expect(await halt()).toEqual({ halted: true });
    expect(await off()).toEqual(["issue", "mint", "payout"]);
    expect(await halt()).toEqual({ halted: false });
    for (const name of await off())
      await setSwitch(ctx(), { name, isOn: true, reason: "somebody has looked at what they refuse" });
    expect(await halt()).toEqual({ halted: false });
    expect(await off()).toEqual([]);

    await forge(BigInt(supply ?? 0));
    await chain.pass(31);
    await propose();
    await rest();
    expect(await finalize(asking(validators))).toMatchObject({ outcome: "submitted", number: 6n });
    await rest();
    expect(await lastFinal()).toBe(6n);
  });

  it("is finished without an operator that is away, once the time to commit is over", async () => {
    await payForData(chain, alice, dollars(2));
    await chain.pass(31);
    await propose();
    await rest();
    const there = validators.slice(0, 3);
    expect(await finalize(asking(there))).toMatchObject({ outcome: "waiting", signed: 0 });
    await chain.pass(11);
    expect(await finalize(asking(there))).toMatchObject({ outcome: "submitted", number: 7n });
    await rest();
    expect(await lastFinal()).toBe(7n);
    const [row] = await db
      .select()
      .from(epochTable)
      .where(and(eq(epochTable.number, 7n), eq(epochTable.state, "final")));
    expect(row?.signers).toEqual([1, 2, 3]);
  });

  it("cannot distribute what was not collected: the contract refuses before any validator is asked", async () => {
    await chain.pass(31);
    const data = encodeFunctionData({
      abi: epochManagerAbi,
      functionName: "propose",
      args: [
        dollars(1_000_000),
        {
          booksRoot: zeroHash,
          entriesRoot: zeroHash,
          liabilitiesRoot: zeroHash,
          liabilities: 0n,
          entriesSeal: zeroHash,
          canarySeal: zeroHash,
        },
      ],
    });
    await expect(
      chain.client.call({
        account: chain.address("proposer"),
        to: chain.deployment.contracts.epochManager,
        data,
      }),
    ).rejects.toThrow();
    const open = await db.select().from(outboxIntent).where(eq(outboxIntent.state, "reverted"));
    expect(open).toEqual([]);
  });
});
