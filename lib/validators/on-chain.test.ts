import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { and, asc, eq, sql } from "drizzle-orm";
import { type Abi, type Address, encodeFunctionData, type Hex, keccak256, maxUint256, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certification, checkNames, evidenceKinds } from "@/db/schema/certification";
import { epochVote, operator, operatorHistory, outboxIntent } from "@/db/schema/chain";
import { approval } from "@/db/schema/control";
import { decideApproval } from "@/lib/approvals/commands/decide-approval";
import { epochManagerAbi, stakingAbi, stateTokenAbi, validatorRegistryAbi } from "@/lib/chain/abi";
import { openIndexer } from "@/lib/chain/indexer";
import { revertIn } from "@/lib/chain/revert";
import { settleFacts } from "@/lib/chain/settle";
import { openSigner } from "@/lib/chain/signer";
import { cash, slashedToken, suspense, walletMirror } from "@/lib/ledger/accounts";
import { post } from "@/lib/ledger/posting";
import { balanceOf, totalOf } from "@/lib/ledger/queries";
import { transfers } from "@/lib/ledger/transfer";
import { randomHex, type TestBank, testBank } from "@/lib/processes/test-bank";
import {
  finishEpoch,
  mintTokens,
  startTestChain,
  type TestChain,
  verifyWallet,
} from "@/lib/processes/test-chain";
import { pictureOf, testIndex } from "@/lib/processes/test-index";
import { reconcile } from "@/lib/reconciliation/commands/reconcile";
import { orderHashOf } from "@/lib/validators/certification";
import { applyForCertification } from "@/lib/validators/commands/apply-for-certification";
import { approveCertification } from "@/lib/validators/commands/approve-certification";
import { checkCertification } from "@/lib/validators/commands/check-certification";
import { renewCertification } from "@/lib/validators/commands/renew-certification";
import { revokeCertification } from "@/lib/validators/commands/revoke-certification";
import { marksAgainstOperators, register } from "@/lib/validators/register/queries";

const bond = 10_000_000_000n;
const epochSeconds = 30;
/** the newcomer's wallet; its keys commit, reveal and sign as account 11 + 5 */
const newcomer = 24;
const founders = [1, 2, 3, 4] as const;
const ownerHash = keccak256(toHex("a newcomer's owner"));

let chain: TestChain;
let bank: TestBank;
let step: () => Promise<void>;
let send: () => Promise<void>;
type Staff = Awaited<ReturnType<TestBank["staff"]>>;
let clerk: Staff;
let officer: Staff;

beforeAll(async () => {
  [chain, bank] = await Promise.all([startTestChain({ epochSeconds }), testBank()]);
  const { client, deployment } = chain;
  const path = join(mkdtempSync(join(tmpdir(), "granary-operators-")), "deployment.json");
  writeFileSync(path, JSON.stringify(deployment));
  Object.assign(process.env, { GRANARY_DEPLOYMENT: path, CHAIN_RPC_URL: chain.rpcUrl });
  const at = { client, deployment, finalityFile: undefined };
  const indexer = openIndexer({ ...at, db: bank.worker, settle: settleFacts });
  const signerDb = bank.database.open("signer", 2).db;
  const signer = openSigner({ ...at, db: signerDb, keys: { certifier: chain.key("certifier") } });
  await signer.start();
  step = async () => {
    await chain.mine(4);
    for (let quiet = 0; quiet < 2; ) quiet = (await indexer.step()) ? 0 : quiet + 1;
  };
  send = async () => {
    while (await signer.step()) await chain.mine(3);
    await step();
  };
  // who minted without asking the bank stands against dollars whose owner is not known
  await bank.worker.transaction((tx) =>
    post(tx, {
      key: "opening cash",
      event: "test",
      actor: { kind: "system", job: "test" },
      requestId: "test",
      transfers: transfers({ debit: cash, credit: suspense, amountMicros: 1_000_000_000_000n }),
    }),
  );
  [clerk, officer] = await Promise.all([bank.staff("clerk"), bank.staff("compliance")]);
  for (const account of [newcomer, 25]) await verifyWallet(chain, chain.address(account));
  for (const account of [...founders.map((id) => 15 + id), newcomer])
    await mintTokens(chain, chain.address(account), 10_100_000_000n);
}, 240_000);
afterAll(async () => {
  await chain?.stop();
  await bank?.close();
});

const call = (contract: "validatorRegistry" | "staking" | "epochManager" | "stateToken") =>
  ({
    validatorRegistry: { to: chain.deployment.contracts.validatorRegistry, abi: validatorRegistryAbi },
    staking: { to: chain.deployment.contracts.staking, abi: stakingAbi },
    epochManager: { to: chain.deployment.contracts.epochManager, abi: epochManagerAbi },
    stateToken: { to: chain.deployment.contracts.stateToken, abi: stateTokenAbi },
  })[contract];
const registry = (from: number, functionName: string, ...args: unknown[]) =>
  chain.send(from, { ...call("validatorRegistry"), functionName, args });
async function refusal(from: number, functionName: string, ...args: unknown[]): Promise<string> {
  const { to, abi } = call("validatorRegistry");
  const data = encodeFunctionData({ abi: abi as Abi, functionName, args });
  return await chain.client.call({ account: chain.address(from), to, data }).then(
    () => "accepted",
    (error: unknown) => revertIn(error)?.split("(")[0] ?? String(error),
  );
}
async function postBond(from: number, operatorId: number, amount = bond): Promise<void> {
  const { staking } = chain.deployment.contracts;
  await chain.send(from, { ...call("stateToken"), functionName: "approve", args: [staking, maxUint256] });
  await chain.send(from, { ...call("staking"), functionName: "postBond", args: [operatorId, amount] });
}
const now = async () => Number((await chain.client.getBlock()).timestamp);
const operatorRow = async (operatorId: number) => {
  const [row] = await bank.app.select().from(operator).where(eq(operator.operatorId, operatorId));
  return row;
};
const seated = async () => {
  const rows = await bank.app.select().from(operator).where(eq(operator.seated, true));
  return rows.map((row) => row.operatorId).sort();
};
const differences = async () => {
  const found = await reconcile(bank.system, { client: chain.client, deployment: chain.deployment });
  return found?.differences ?? "not comparable";
};
async function epoch(signers: readonly number[]): Promise<void> {
  await chain.pass(epochSeconds + 1);
  await finishEpoch(chain, { distributedMicros: 0n, signers });
  await step();
}
async function secondPerson(who: Staff, approvalId: string): Promise<void> {
  const [row] = await bank.app.select().from(approval).where(eq(approval.id, approvalId));
  const seenHash = row?.payloadHash as string;
  await decideApproval(bank.as(who), { approvalId, decision: "approve", seenHash });
}
const form = (own: Record<string, unknown> = {}) => ({
  kind: "validator",
  name: "Northgate Computing",
  controller: chain.address(newcomer),
  ownerHash,
  affiliated: false,
  signer: chain.address(16),
  node: randomHex(20),
  evidence: evidenceKinds.map((kind) => ({ kind, digest: randomHex(32), title: `Paper about ${kind}` })),
  ...own,
});
const code = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code ?? String(error),
  );

describe("an operator's way", () => {
  it("bonds are held by nobody's stake, and supply is still the sum of its holders", async () => {
    for (const id of founders) await postBond(15 + id, id);
    await step();
    expect(await totalOf(bank.app, "operator_bond")).toBe(4n * bond);
    expect((await operatorRow(1))?.bondMicros).toBe(bond);
    expect(await differences()).toEqual([]);
    await epoch(founders);
    expect(await seated()).toEqual([...founders]);
  });

  it("key reuse and a second operator of one owner are refused before and on the chain", async () => {
    const reused = form({ signer: chain.address(12), ownerHash: randomHex(32) });
    expect(await code(applyForCertification(bank.as(clerk), reused))).toBe("key_taken");
    const founder = await operatorRow(2);
    const twice = form({ ownerHash: founder?.ownerHash });
    expect(await code(applyForCertification(bank.as(clerk), twice))).toBe("owner_taken");
    const wallet = chain.address(25);
    const asked = (owner: Hex, signer: Address) => [
      { owner, signer, node: randomHex(20), payoutWallet: wallet, commissionBps: 100 },
    ];
    expect(await refusal(25, "applyFor", ...asked(founder?.ownerHash as Hex, randomHex(20)))).toBe(
      "OwnerTaken",
    );
    const owner = randomHex(32);
    await registry(25, "applyFor", ...asked(owner, chain.address(12)));
    const { timestamp } = await chain.client.getBlock();
    const { to, abi } = call("validatorRegistry");
    const args = [wallet, owner, false, Number(timestamp) + 9_999] as const;
    const answer = await chain.client
      .call({
        account: chain.address("certifier"),
        to,
        data: encodeFunctionData({ abi: abi as Abi, functionName: "approve", args }),
      })
      .catch((error: unknown) => revertIn(error));
    expect(String(answer)).toMatch(/^KeyTaken/);
    await registry(25, "withdrawApplication");
  });

  it("leads from application by checks and two people to a seat; a bond too small gives none", {
    timeout: 60_000,
  }, async () => {
    const asked = form();
    const { certificationId } = await applyForCertification(bank.as(clerk), asked);
    await registry(newcomer, "applyFor", {
      owner: ownerHash,
      signer: asked.signer,
      node: asked.node,
      payoutWallet: chain.address(newcomer),
      commissionBps: 250,
    });
    for (const name of checkNames)
      await checkCertification(bank.as(clerk), { certificationId, name, outcome: "passed" });
    const { approvalId } = await approveCertification(bank.as(clerk), {
      certificationId,
      certifiedUntil: new Date(((await now()) + 200 * 86_400) * 1000).toISOString(),
      reason: "all in order",
    });
    await send();
    expect(await operatorRow(5)).toBeUndefined();
    await secondPerson(officer, approvalId);
    await send();
    const row = await operatorRow(5);
    expect(row).toMatchObject({
      state: "approved",
      ownerHash,
      signer: asked.signer.toLowerCase(),
      commissionBps: 250,
      seated: false,
    });
    const [own] = await bank.app.select().from(certification).where(eq(certification.id, certificationId));
    expect(own).toMatchObject({ state: "approved", operatorId: 5 });

    expect(await refusal(25, "activate", 5)).toBe("TooEarly");
    await chain.pass(2 * 86_400);
    await bank.worker.execute(sql`select bank.advance_clock(${2 * 86_400}::bigint)`);
    expect(await refusal(25, "activate", 5)).toBe("BondTooSmall");
    await postBond(newcomer, 5, bond - 1n);
    expect(await refusal(25, "activate", 5)).toBe("BondTooSmall");
    await postBond(newcomer, 5, 1n);
    await registry(25, "activate", 5);
    await step();
    expect((await operatorRow(5))?.state).toBe("bonded");
    await epoch([...founders, 5]);
    expect(await seated()).toEqual([...founders, 5]);
    const votes = await bank.app
      .select()
      .from(epochVote)
      .where(and(eq(epochVote.operatorId, 5), eq(epochVote.signed, true)));
    expect(votes).toHaveLength(1);
    expect(votes[0]).toMatchObject({ verdict: "agreed", reason: null });
    expect(await differences()).toEqual([]);
  });

  it("a certificate expiring in mid-epoch ends the seat with the next one, not this one's", async () => {
    const until = (await now()) + 120;
    const renew = async (certifiedUntil: number) => {
      const { approvalId } = await renewCertification(bank.as(clerk), {
        operatorId: 2,
        certifiedUntil: new Date(certifiedUntil * 1000).toISOString(),
        affiliated: false,
        reason: "looked at again",
      });
      await secondPerson(officer, approvalId);
      await send();
    };
    await renew(until);
    expect((await operatorRow(2))?.certifiedUntil?.getTime()).toBe(until * 1000);
    // proposed before it ends, finished after: one operator is away, so the window for commits runs out first
    await chain.pass(until - (await now()) - 5);
    await finishEpoch(chain, { distributedMicros: 0n, signers: [2, 3, 4, 5] });
    await step();
    expect(await now()).toBeGreaterThan(until);
    expect(await seated()).toEqual([...founders, 5]);
    await epoch([1, 3, 4, 5]);
    expect(await seated()).toEqual([1, 3, 4, 5]);
    expect((await operatorRow(2))?.state).toBe("approved");
    await renew((await now()) + 86_400 * 100);
    await registry(25, "activate", 2);
    await epoch([1, 3, 4, 5]);
    expect(await seated()).toEqual([...founders, 5]);
  });

  it("revoked by two people, it is out with the next epoch, and its reason stands on the chain", async () => {
    const reason = "its owner turned out to be another operator's";
    const { approvalId } = await revokeCertification(bank.as(officer), { operatorId: 5, reason });
    await secondPerson(clerk, approvalId);
    await send();
    expect(await operatorRow(5)).toMatchObject({ state: "revoked", seated: true, isOpen: false });
    const [own] = await bank.app.select().from(certification).where(eq(certification.operatorId, 5));
    expect(own?.state).toBe("revoked");
    await epoch(founders);
    expect(await operatorRow(5)).toMatchObject({ state: "revoked", seated: false });
    const told = await bank.app
      .select()
      .from(operatorHistory)
      .where(eq(operatorHistory.operatorId, 5))
      .orderBy(asc(operatorHistory.blockNumber), asc(operatorHistory.logIndex));
    expect(told.map(({ kind, state }) => state ?? kind)).toEqual([
      "approved",
      "certified",
      "bonded",
      "active",
      "revoked",
      "revoked",
    ]);
  });

  it("slashed, its bond goes to the first-loss account, and supply is still the sum of its holders", async () => {
    const { timelock, staking } = chain.deployment.contracts;
    const { firstLoss } = await chain.client.readContract({
      address: chain.deployment.contracts.validatorRegistry,
      abi: validatorRegistryAbi,
      functionName: "params",
    });
    const { to, abi } = call("validatorRegistry");
    await chain.rpc("anvil_impersonateAccount", [timelock]);
    await chain.rpc("anvil_setBalance", [timelock, toHex(10n ** 18n)]);
    const args = [3, 4_000_000_000n, keccak256(toHex("an order"))] as const;
    const data = encodeFunctionData({ abi: abi as Abi, functionName: "slashUnderOrder", args });
    await chain.rpc("eth_sendTransaction", [{ from: timelock, to, data, gas: toHex(1_000_000) }]);
    await step();
    expect((await operatorRow(3))?.bondMicros).toBe(bond - 4_000_000_000n);
    expect(await balanceOf(bank.app, slashedToken(firstLoss))).toBe(4_000_000_000n);
    expect(await differences()).toEqual([]);
    const before = await balanceOf(bank.app, walletMirror({ wallet: firstLoss }));
    await chain.send(25, { to: staking, abi: stakingAbi, functionName: "collectSlashed", args: [firstLoss] });
    await step();
    expect(await balanceOf(bank.app, walletMirror({ wallet: firstLoss }))).toBe(before + 4_000_000_000n);
    expect(await totalOf(bank.app, "slashed_token")).toBe(0n);
    expect(await differences()).toEqual([]);
  });

  it("what is set aside for refusing canaries is counted beside the fees", async () => {
    const { epochManager } = chain.deployment.contracts;
    const pay = { ...call("stateToken"), functionName: "approve", args: [epochManager, maxUint256] };
    await chain.send(newcomer, pay);
    await chain.send(newcomer, {
      ...call("epochManager"),
      functionName: "fundCanaryPot",
      args: [7_000_000n],
    });
    await step();
    expect(await totalOf(bank.app, "canary_pot")).toBe(7_000_000n);
    expect(await differences()).toEqual([]);
  });

  it("stands in the public register with its record, and once revoked with the reason word for word", async () => {
    const entries = await register("validator", bank.app);
    expect(entries.map(({ operatorId }) => operatorId)).toEqual([...founders, 5]);
    const of = (id: number) => entries.find(({ operatorId }) => operatorId === id);
    expect(of(5)).toMatchObject({
      name: "Northgate Computing",
      state: "revoked",
      isAffiliated: false,
      revokedBecause: "its owner turned out to be another operator's",
      commissionPpm: 25_000n,
    });
    expect(of(5)?.orderHash).toBe(orderHashOf(of(5)?.revokedBecause as string));
    expect(of(1)).toMatchObject({ state: "active", isAffiliated: true, strikes: 0, revokedBecause: null });
    // away once in the epoch that outlived a certificate; it has a seat in all of them
    expect(of(1)?.record).toMatchObject({ seats: 6, signed: 5, missed: 1, refused: 0, wrong: 0 });
    // without a seat for one epoch, and away in the one that gave it back
    expect(of(2)?.record).toMatchObject({ seats: 5, signed: 4, missed: 1 });
    expect(await register("wallet", bank.app)).toEqual([]);
    expect((await register(undefined, bank.app)).length).toBe(5);
    const marks = await marksAgainstOperators(20, bank.app);
    expect(marks.map(({ kind, operatorId }) => [kind, operatorId])).toEqual([
      ["slashed", 3],
      ["revoked", 5],
    ]);
    expect(marks[0]?.slashedMicros).toBe(4_000_000_000n);
  });

  it("a certificate that is over shows as expired, whatever the chain still says", async () => {
    await bank.owner
      .update(operator)
      .set({ certifiedUntil: new Date(0) })
      .where(eq(operator.operatorId, 4));
    const four = (await register("validator", bank.app)).find(({ operatorId }) => operatorId === 4);
    const { certifiedUntil } = (await operatorRow(1)) ?? {};
    await bank.owner.update(operator).set({ certifiedUntil }).where(eq(operator.operatorId, 4));
    expect(four?.state).toBe("expired");
  });

  it("read again from empty tables, is the same", async () => {
    const fresh = await testIndex({ client: chain.client, deployment: chain.deployment });
    try {
      await chain.mine(4);
      await step();
      for (let quiet = 0; quiet < 2; ) quiet = (await fresh.indexer.step()) ? 0 : quiet + 1;
      expect(await pictureOf(fresh.db)).toBe(await pictureOf(bank.worker));
    } finally {
      await fresh.database.close();
    }
    const sent = await bank.owner.select().from(outboxIntent).where(eq(outboxIntent.sender, "certifier"));
    expect(sent.map(({ state }) => state)).toEqual(["final", "final", "final", "final"]);
  });
});
