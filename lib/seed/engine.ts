import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { inArray } from "drizzle-orm";
import { createWalletClient, type Hex, http, type PublicClient } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Db } from "@/db/client";
import { outboxIntent } from "@/db/schema/chain";
import type { Deployment } from "@/lib/chain/addresses";
import type { Sender } from "@/lib/chain/allow-list";
import { type Indexer, openIndexer } from "@/lib/chain/indexer";
import { receiptOf } from "@/lib/chain/receipt-of";
import { settleFacts } from "@/lib/chain/settle";
import { openSigner, type Signer } from "@/lib/chain/signer";
import { keptBatch } from "@/lib/epochs/build/read-batch";
import { type Job, type JobTools, jobContext } from "@/lib/jobs/job";
import { type Attestor, openAttestor } from "@/lib/processes/attestor";
import { recomputing } from "@/lib/processes/batch";
import { pushClaims } from "@/lib/rewards/commands/push-claims";
import { mineEmpty, travel } from "@/lib/seed/time-machine";
import type { Attestors } from "@/lib/vendors/attestors/contract";
import type { Custodian } from "@/lib/vendors/custodian/contract";
import type { Valuer } from "@/lib/vendors/valuer/contract";

/**
 * The bank's processes in one, stepped by hand: the same signer, indexer, jobs and validators that run by themselves
 * afterwards, so that three months pass in seconds and nothing is written that they would not have written.
 */
export type SeedConfig = {
  db: Db;
  signerDb: Db;
  client: PublicClient;
  rpcUrl: string;
  deployment: Deployment;
  signerKeys: Partial<Record<Sender, Hex>>;
  validatorKeys: readonly Hex[];
  custodian: Custodian;
  valuer: Valuer;
  home: string;
};

export type Engine = {
  tools: JobTools;
  signer: Signer;
  indexer: Indexer;
  /** sends what is queued, makes it final and credits it, until nothing moves */
  settle(): Promise<void>;
  /** one run of each, then settles */
  run(...jobs: Job[]): Promise<void>;
  /** moves the bank's clock and the chain's */
  jump(seconds: number): Promise<void>;
  /** signs and sends one call with a person's own key; refused calls throw */
  sign(key: Hex, call: { to: Hex; data: Hex }): Promise<void>;
};

const patienceMs = 20_000;

export async function openEngine(config: SeedConfig): Promise<Engine> {
  const { db, client, deployment } = config;
  const signer = openSigner({
    db: config.signerDb,
    client,
    deployment,
    finalityFile: undefined,
    keys: config.signerKeys,
  });
  await signer.start();
  const indexer = openIndexer({
    db,
    client,
    deployment,
    finalityFile: undefined,
    settle: settleFacts,
  });
  const attestors = await Promise.all(
    config.validatorKeys.map((key, index) =>
      openAttestor({
        client,
        deployment,
        finalityFile: undefined,
        batches: recomputing((root) => keptBatch({ db, folder: join(config.home, "epochs") }, root), {
          chainId: BigInt(deployment.chainId),
          epochManager: deployment.contracts.epochManager,
        }),
        key,
        operatorId: index + 1,
        folder: join(config.home, "validators", String(index + 1)),
      }),
    ),
  );
  const tools: JobTools = {
    db,
    client,
    deployment,
    finalityFile: undefined,
    attestors: besideUs(attestors),
    custodian: config.custodian,
    valuer: config.valuer,
    isDemo: true,
    sealFolder: join(config.home, "seals"),
    batchFolder: join(config.home, "epochs"),
    plantsCanaries: false,
  };
  /** blocks that the indexer has not read yet; it reads up to a hundred a step */
  let unseen = 1;
  const isOpen = inArray(outboxIntent.state, ["queued", "signed", "sent", "mined"]);
  const openIntents = () => config.signerDb.$count(outboxIntent, isOpen);
  /** Two empty blocks lie between a transaction and its finality on the demo's chain. */
  const settle = async () => {
    const patience = Date.now() + patienceMs;
    do {
      while (Date.now() < patience && (await signer.step())) {
        await mineEmpty(client, 2);
        unseen = Math.max(unseen, 0) + 3;
      }
      if ((await openIntents()) === 0) {
        for (; unseen > 0; unseen -= 90) await indexer.step();
        return;
      }
      // another signer of this installation may be at work on one of ours
      await wait(50);
      await mineEmpty(client, 1);
      unseen = Math.max(unseen, 0) + 1;
    } while (Date.now() < patience);
    throw new Error("a transaction of the bank did not become final");
  };
  return {
    tools,
    signer,
    indexer,
    settle,
    async jump(seconds) {
      await travel({ db, client }, seconds, async (taxYear) => {
        unseen = Math.max(unseen, 0) + 1;
        await pushClaims(jobContext(db, "year-end-claims"), {
          taxYear,
          round: "last hour",
          client,
          deployment,
        });
        await settle();
      });
      unseen = Math.max(unseen, 0) + 1;
    },
    async run(...jobs) {
      for (const job of jobs) await job.run(tools, jobContext(db, job.name));
      await settle();
    },
    async sign(key, call) {
      const wallet = createWalletClient({
        account: privateKeyToAccount(key),
        chain: client.chain,
        transport: http(config.rpcUrl),
      });
      const gas = await client.estimateGas({ account: wallet.account.address, ...call });
      // rewards drip by the second, so a claim may cost more in its block than it did when asked
      const hash = await wallet.sendTransaction({
        ...call,
        gas: gas + gas / 3n,
        chain: client.chain ?? null,
      });
      const receipt = await receiptOf(client, hash, { everyMs: 20 });
      if (receipt.status !== "success") throw new Error(`transaction ${hash} reverted`);
      await mineEmpty(client, 2);
      unseen = Math.max(unseen, 0) + 3;
    },
  };
}

const besideUs = (attestors: readonly Attestor[]): Attestors => ({
  async ask(epoch) {
    // once to commit, and when all have, once more to reveal
    for (let round = 0; round < 2; round++) await Promise.all(attestors.map((attestor) => attestor.step()));
    return attestors.map((attestor) => {
      const answer = attestor.attestation(epoch.toString());
      const { operatorId, signer } = attestor.status();
      if (answer.found === "none") return { answer: "silent" } as const;
      if (answer.found === "refused")
        return { answer: "refused", digest: answer.digest, ...answer.refusal } as const;
      const { digest, signature } = answer.attestation;
      return { answer: "signed", operatorId, signer, digest, signature } as const;
    });
  },
});
