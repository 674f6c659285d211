import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { type Abi, encodeFunctionData, type Hex, hexToString, keccak256, maxUint256, toHex } from "viem";
import type { Db } from "@/db/client";
import { outboxIntent } from "@/db/schema/chain";
import { epochManagerAbi, payoutSplitterAbi, stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import { openIndexer } from "@/lib/chain/indexer";
import { revertIn } from "@/lib/chain/revert";
import { settleFacts } from "@/lib/chain/settle";
import { openSigner } from "@/lib/chain/signer";
import { keptBatch } from "@/lib/epochs/build/read-batch";
import { finalizeEpoch } from "@/lib/epochs/commands/finalize-epoch";
import { proposeEpoch } from "@/lib/epochs/commands/propose-epoch";
import { writesInTransactions } from "@/lib/jobs/fence";
import { jobContext } from "@/lib/jobs/job";
import { cash, suspense } from "@/lib/ledger/accounts";
import { post } from "@/lib/ledger/posting";
import { transfers } from "@/lib/ledger/transfer";
import { type Attestor, openAttestor } from "@/lib/processes/attestor";
import { recomputing } from "@/lib/processes/batch";
import { type TestBank, testBank } from "@/lib/processes/test-bank";
import { mintTokens, startTestChain, type TestChain, verifyWallet } from "@/lib/processes/test-chain";
import { jump } from "@/lib/seed/time-machine";
import type { AttestorAnswer, Attestors } from "@/lib/vendors/attestors/contract";

/** Stakes, pays fees and leaves in tests of epochs. */
export const staker = 25;
/** both windows are a third of it, long enough for the slowest machine */
export const testEpochSeconds = 600;
const windowSeconds = testEpochSeconds / 3;

export interface TestEpochs {
  chain: TestChain;
  bank: TestBank;
  folder: string;
  batches: string;
  /** a validator of this operator over its own folder, as it was left there */
  open(operatorId: number): Promise<Attestor>;
  /** the bank's time and the chain's */
  pass(seconds: number): Promise<void>;
  /** everything of the bank that runs by itself, until it rests */
  rest(): Promise<void>;
  /** one epoch's time: proposed, voted on and, if the contract lets it, finished; answers whether it became final */
  attempt(attestors: Attestors): Promise<boolean>;
  propose(plantsCanaries?: boolean): Promise<void>;
  finalize(attestors: Attestors): ReturnType<typeof finalizeEpoch>;
  /** the staker's */
  stake(operatorId: number, amountMicros: bigint): Promise<void>;
  payFee(feeMicros: bigint): Promise<void>;
  /** the error's name, or "done" */
  sent(from: Parameters<TestChain["send"]>[0], call: Parameters<TestChain["send"]>[1]): Promise<string>;
  books(): Promise<EpochBooks>;
  close(): Promise<void>;
}

/** What the contracts say of money and epochs. */
export interface EpochBooks {
  lastFinal: bigint;
  feePotMicros: bigint;
  /** all that ever left the fee pot: what was paid out of it, and what waits to be */
  fundedMicros: bigint;
  supplyMicros: bigint;
}

/** A bank with everything that an epoch needs, on a real chain and a real database: its own jobs propose and finish. */
export async function testEpochs(
  operators: readonly ("bank" | "outside")[] = ["bank", "outside", "outside", "outside", "bank"],
): Promise<TestEpochs> {
  const [chain, bank] = await Promise.all([
    startTestChain({ epochSeconds: testEpochSeconds, operators }),
    testBank(),
  ]);
  const { client, deployment } = chain;
  const { contracts } = deployment;
  const folder = mkdtempSync(join(tmpdir(), "granary-epochs-"));
  const [seals, batches] = [join(folder, "seals"), join(folder, "epochs")];
  const deploymentPath = join(folder, "deployment.json");
  writeFileSync(deploymentPath, JSON.stringify(deployment));
  Object.assign(process.env, { GRANARY_DEPLOYMENT: deploymentPath, CHAIN_RPC_URL: chain.rpcUrl });
  const db: Db = bank.worker;
  const place = { client, deployment, finalityFile: undefined };
  const signer = openSigner({
    ...place,
    db: bank.database.open("signer", 2).db,
    keys: { proposer: chain.key("proposer") },
  });
  await signer.start();
  const indexer = openIndexer({ ...place, db, settle: settleFacts });
  const ctx = () => jobContext(writesInTransactions(db), "epoch-tick");
  const now = async () => Number((await client.getBlock()).timestamp);
  const pass = async (seconds: number) => {
    await jump({ db, client }, seconds);
  };

  /** Two empty blocks make what was sent final. */
  async function rest(): Promise<void> {
    const isOpen = async () => (await db.$count(outboxIntent, eq(outboxIntent.state, "sent"))) > 0;
    for (let worked = true; worked; ) {
      worked = await signer.step();
      await chain.mine(2);
      while (await indexer.step());
      worked ||= await isOpen();
    }
    await chain.mine(2);
    while (await indexer.step());
  }

  async function propose(plantsCanaries = false): Promise<void> {
    for (let tries = 1; ; tries++) {
      const { outcome } = await proposeEpoch(ctx(), {
        client,
        deployment,
        now: new Date((await now()) * 1000),
        sealFolder: seals,
        batchFolder: batches,
        plantsCanaries,
      });
      if (outcome === "proposed") break;
      // a transaction of another test's database holds sealing up as well
      if (outcome === "not_due" || tries === 200) throw new Error(`nothing was proposed: ${outcome}`);
      await wait(50);
      await rest();
    }
    await rest();
  }

  const finalize: TestEpochs["finalize"] = async (attestors) =>
    finalizeEpoch(ctx(), {
      client,
      deployment,
      attestors,
      now: new Date(((await now()) + 60) * 1000),
    });

  const lastFinal = async () =>
    (
      await client.readContract({
        address: contracts.epochManager,
        abi: epochManagerAbi,
        functionName: "lastFinal",
      })
    )[0];

  await bank.worker.transaction((tx) =>
    post(tx, {
      key: "opening cash",
      event: "test",
      actor: { kind: "system", job: "test" },
      requestId: "test",
      // who mints without asking the bank stands against dollars whose owner is not known
      transfers: transfers({ debit: cash, credit: suspense, amountMicros: 1_000_000_000_000n }),
    }),
  );
  await verifyWallet(chain, chain.address(staker));
  await mintTokens(chain, chain.address(staker), 500_000_000_000n);
  for (const spender of [contracts.staking, contracts.epochManager])
    await chain.send(staker, {
      to: contracts.stateToken,
      abi: stateTokenAbi,
      functionName: "approve",
      args: [spender, maxUint256],
    });
  await rest();

  return {
    chain,
    bank,
    folder,
    batches,
    pass,
    rest,
    propose,
    finalize,
    open: (operatorId) =>
      openAttestor({
        ...place,
        batches: recomputing((root) => keptBatch({ db, folder: batches }, root), {
          chainId: BigInt(deployment.chainId),
          epochManager: contracts.epochManager,
        }),
        key: chain.key(11 + operatorId),
        operatorId,
        folder: join(folder, String(operatorId)),
      }),
    async attempt(attestors) {
      const before = await lastFinal();
      await pass(testEpochSeconds + 1);
      await propose();
      // as it comes, after the time for commits, and after the time for reveals
      for (const seconds of [0, windowSeconds + 1, windowSeconds + 1]) {
        if (seconds > 0) await pass(seconds);
        await chain.mine(2);
        const { outcome } = await finalize(attestors);
        await rest();
        if (outcome === "submitted") break;
      }
      return (await lastFinal()) > before;
    },
    stake: async (operatorId, amountMicros) => {
      const args = [operatorId, amountMicros];
      await chain.send(staker, { to: contracts.staking, abi: stakingAbi, functionName: "stake", args });
    },
    payFee: async (feeMicros) => {
      const args = [keccak256(toHex(`fee ${await now()}`)), feeMicros];
      const to = contracts.epochManager;
      const functionName = "requestDataValidation";
      await chain.send(staker, { to, abi: epochManagerAbi, functionName, args });
    },
    async sent(from, call) {
      const data = encodeFunctionData({
        abi: call.abi as Abi,
        functionName: call.functionName,
        args: (call.args ?? []) as unknown[],
      });
      const refusal = await client.call({ account: chain.address(from), to: call.to, data }).then(
        () => undefined,
        (error: unknown) => revertIn(error)?.split("(")[0] ?? String(error),
      );
      if (refusal) return refusal;
      await chain.send(from, call);
      return "done";
    },
    async books() {
      const { epochManager, payoutSplitter, staking, stateToken } = contracts;
      const splitter = { address: payoutSplitter, abi: payoutSplitterAbi } as const;
      const [last, feePotMicros, unpaid, payouts, supplyMicros] = await Promise.all([
        lastFinal(),
        client.readContract({ address: epochManager, abi: epochManagerAbi, functionName: "feePot" }),
        client.readContract({ ...splitter, functionName: "fundedBy", args: [staking] }),
        client.getContractEvents({ ...splitter, eventName: "Payout", fromBlock: 0n, strict: true }),
        client.readContract({ address: stateToken, abi: stateTokenAbi, functionName: "totalSupply" }),
      ]);
      const fundedMicros = payouts.reduce((sum, { args }) => sum + args.gross, unpaid);
      return { lastFinal: last, feePotMicros, fundedMicros, supplyMicros };
    },
    async close() {
      await chain.stop();
      await bank.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Validators in this process, stepped when they are asked; what one cannot do now it says in its status. */
export const stepped = (validators: () => readonly Attestor[]): Attestors => ({
  async ask(epoch) {
    for (let round = 0; round < 2; round++)
      await Promise.all(validators().map((one) => one.step().catch(() => undefined)));
    return validators().map((one): AttestorAnswer => {
      const { operatorId, signer } = one.status();
      const answer = one.attestation(epoch.toString());
      if (answer.found === "none") return { answer: "silent" };
      if (answer.found === "refused") return { answer: "refused", digest: answer.digest, ...answer.refusal };
      return { answer: "signed", operatorId, signer, ...answer.attestation };
    });
  },
});

export interface EpochHistory {
  /** in the order of the chain */
  proposed: { number: bigint; digest: Hex }[];
  final: { number: bigint; digest: Hex; distributedMicros: bigint; signers: number[] }[];
  commits: { operatorId: number; digest: Hex }[];
  reveals: { operatorId: number; digest: Hex; reason: string }[];
}

/** Everything that the chain logged about epochs. */
export async function epochHistory({ chain }: Pick<TestEpochs, "chain">): Promise<EpochHistory> {
  const logs = await chain.client.getContractEvents({
    address: chain.deployment.contracts.epochManager,
    abi: epochManagerAbi,
    fromBlock: 0n,
    strict: true,
  });
  const history: EpochHistory = { proposed: [], final: [], commits: [], reveals: [] };
  for (const log of logs) {
    if (log.eventName === "EpochProposed")
      history.proposed.push({ number: log.args.number, digest: log.args.digest });
    if (log.eventName === "EpochFinal")
      history.final.push({
        number: log.args.number,
        digest: log.args.digest,
        distributedMicros: log.args.distributed,
        signers: [...log.args.signers],
      });
    if (log.eventName === "Committed")
      history.commits.push({ operatorId: log.args.operatorId, digest: log.args.digest });
    if (log.eventName === "Revealed") {
      const reason = hexToString(log.args.reason, { size: 32 }).replaceAll("\0", "");
      history.reveals.push({ operatorId: log.args.operatorId, digest: log.args.digest, reason });
    }
  }
  return history;
}

/** What is wrong with the epochs of a chain, in words: two of one number, a vote twice, money that nobody paid in. */
export async function epochFaults(epochs: TestEpochs): Promise<string[]> {
  const [{ proposed, final, commits, reveals }, { fundedMicros, lastFinal }] = await Promise.all([
    epochHistory(epochs),
    epochs.books(),
  ]);
  const faults: string[] = [];
  for (const [i, { number, digest }] of final.entries()) {
    if (number !== BigInt(i + 1)) faults.push(`epoch ${number} is final in place of ${i + 1}`);
    if (!proposed.some((one) => one.digest === digest && one.number === number))
      faults.push(`epoch ${number} is final and was never proposed`);
  }
  if (lastFinal !== BigInt(final.length))
    faults.push(`${final.length} epochs were final, the last is ${lastFinal}`);
  for (const [what, votes] of Object.entries({ commits, reveals })) {
    const seen = new Set<string>();
    for (const { operatorId, digest } of votes) {
      const key = `${operatorId} ${digest}`;
      if (seen.has(key)) faults.push(`${what}: operator ${operatorId} twice for ${digest}`);
      seen.add(key);
    }
  }
  for (const { number, digest, signers } of final)
    for (const id of signers)
      if (!reveals.some((one) => one.digest === digest && one.operatorId === id && one.reason === ""))
        faults.push(`epoch ${number} counts operator ${id}, which has not shown that it agrees`);
  const distributed = final.reduce((sum, one) => sum + one.distributedMicros, 0n);
  if (distributed !== fundedMicros) faults.push(`${distributed} distributed, ${fundedMicros} funded`);
  return faults;
}
