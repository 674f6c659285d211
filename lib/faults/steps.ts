import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { eq, sql } from "drizzle-orm";
import pg from "pg";
import { type Hex, toHex } from "viem";
import { outboxAttempt, outboxIntent } from "@/db/schema/chain";
import { dollarTransfer } from "@/db/schema/collateral";
import { wholeBackups } from "@/lib/backups/keep";
import { epochManagerAbi, reserveRegistryAbi, stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import type { Asked, Verb } from "@/lib/faults/bank";
import { Died } from "@/lib/faults/mortal";
import {
  applicant,
  applicationOf,
  type Customer,
  claimableOf,
  openCustomer,
  type Town,
} from "@/lib/faults/town";
import { bpsOfUp, microsPerDollar } from "@/lib/money/math";

/** What customers were told is done; the books are held against it at the end. */
export interface Promised {
  depositMicros: Map<string, bigint>;
  transfers: number;
  minted: number;
  refunded: number;
  redeemed: number;
  registered: number;
  grants: number;
  epochs: number;
}

export const nothingPromised = (): Promised => ({
  depositMicros: new Map(),
  ...{ transfers: 0, minted: 0, refunded: 0, redeemed: 0, registered: 0, grants: 0, epochs: 0 },
});

/**
 * One thing that people or the bank do, from beginning to end. After a death it is played again from the top: what the
 * bank is asked carries the same key, what a customer signed is not signed twice.
 */
export type Step = (town: Town, play: Play) => Promise<void>;

/** how often each run of a job is done: at once, and again afterwards */
export interface Runs {
  atOnce: number;
  again: number;
}

/** names of the jobs that the steps have run */
export const played = new Set<string>();

export class Play {
  private readonly done = new Map<string, unknown>();
  readonly key = randomUUID();

  constructor(
    private readonly town: Town,
    readonly promised: Promised,
    private readonly runs: Runs = { atOnce: 1, again: 0 },
  ) {}

  /** once in this play, whatever dies meanwhile */
  async once<T>(name: string, act: () => Promise<T>): Promise<T> {
    if (!this.done.has(name)) this.done.set(name, await act());
    return this.done.get(name) as T;
  }

  ask<T = unknown>(verb: Verb, input: Asked["input"] = {}): Promise<T> {
    return this.town.bank.ask<T>(verb, input);
  }

  async job(name: string): Promise<void> {
    played.add(name);
    await this.ask("job", { name, atOnce: this.runs.atOnce });
    if (this.runs.again === 0) return;
    await this.ask("settle");
    for (let n = 0; n < this.runs.again; n++) await this.ask("job", { name });
  }

  /** an answer that says that an earlier try, unanswered, had done it */
  async unless(code: string, asked: Promise<unknown>): Promise<void> {
    await asked.catch((error: Error & { code?: string }) => {
      if (error instanceof Died || error.code !== code) throw error;
    });
  }

  promise(customer: Customer, deltaMicros: bigint): void {
    const before = this.promised.depositMicros.get(customer.profileId) ?? 0n;
    this.promised.depositMicros.set(customer.profileId, before + deltaMicros);
  }
}

const dollars = (whole: number) => BigInt(whole) * microsPerDollar;
const redemptionFee = async ({ chain }: Town) =>
  chain.client.readContract({
    address: chain.deployment.contracts.stateToken,
    abi: stateTokenAbi,
    functionName: "redemptionFeeBps",
  });

async function bring(play: Play, who: Customer, amount: number, name = "bring"): Promise<void> {
  await play.ask("bring", { actor: who.actor, amount: String(amount), clientKey: `${name}-${play.key}` });
  await play.once(name, async () => {
    play.promise(who, dollars(amount));
    play.promised.transfers += 1;
  });
}

async function convert(play: Play, who: Customer, amount: number): Promise<void> {
  await bring(play, who, amount);
  await play.ask("convert", { actor: who.actor, amount: String(amount), clientKey: play.key });
  await play.once("converted", async () => play.promise(who, -dollars(amount)));
  await play.job("receipt-positions");
  await play.ask("settle");
}

/** A grant's key carries its second. */
async function makePoor({ chain, owner, pauper }: Town, play: Play): Promise<void> {
  await play.once("another second", () => play.ask("jump", { seconds: 2 }));
  await play.once("poor", async () => {
    await chain.rpc("anvil_setBalance", [pauper.address, "0x0"]);
    await owner.execute(sql`update bank.wallet set last_grant_at = null where id = ${pauper.walletId}`);
  });
}

async function closeEpoch(play: Play): Promise<void> {
  await play.job("epoch-tick");
  await play.ask("settle");
  await play.job("epoch-tick");
  await play.ask("settle");
}

const steps = {
  async bring(town, play) {
    await bring(play, town.ada, 20);
  },

  async send({ ada }, play) {
    await play.ask("sendDollars", { actor: ada.actor, amount: "3", clientKey: play.key });
    await play.once("sent", async () => {
      play.promise(ada, -dollars(3));
      play.promised.transfers += 1;
    });
  },

  /** the web server died between writing a transfer down and asking the rail */
  async stuck({ ada, owner }, play) {
    await play.once("written", () =>
      owner.insert(dollarTransfer).values({
        profileId: ada.profileId,
        direction: "in",
        rail: "demo",
        amountMicros: dollars(7),
        clientKey: play.key,
        requestId: play.key,
        initiatedAt: sql`bank.now() - interval '2 minutes'` as never,
      }),
    );
    await play.job("sweep-stuck");
    await play.once("swept", async () => {
      play.promise(ada, dollars(7));
      play.promised.transfers += 1;
    });
  },

  /** dollars come in, are sealed and prepared for the next batch, the accounts get their checkpoints, proofs their paths, and old batches go */
  async seal(town, play) {
    await bring(play, town.ada, 1);
    await play.job("seal-ledger");
    await play.job("prepare-batch");
    await play.job("keep-ledger");
    await play.job("keep-paths");
    await play.job("clear-batches");
  },

  /** two copies are kept, and the one before them goes */
  async backup({ database, env }, play) {
    const folder = join(env.GRANARY_HOME as string, "backups");
    const place = await play.once("place", () => serverOf(database.superuserUrl, `${folder}-log`));
    while (wholeBackups(folder).length < 2) await play.ask("backup", { place, folder });
    await play.ask("backup", { place, folder });
  },

  async save(_, play) {
    await play.ask("save");
  },

  async grant(town, play) {
    await makePoor(town, play);
    await play.job("top-up");
    await play.ask("settle");
    await play.once("granted", async () => {
      play.promised.grants += 1;
    });
  },

  async reorg({ chain }, play) {
    await chain.mine();
    await play.ask("index");
    // another miner: an empty block made again within the second would be the same one
    await chain.rpc("anvil_setCoinbase", [`0x${play.key.replaceAll("-", "").padStart(40, "b")}`]);
    await chain.rpc("anvil_reorg", [1, []]);
    await play.ask("index");
    await play.ask("settle");
  },

  async hang(town, play) {
    const { chain, owner, signerDb } = town;
    const kind = eq(outboxIntent.kind, "faucet.grant");
    await makePoor(town, play);
    await chain.rpc("evm_setAutomine", [false]);
    await play.job("top-up");
    const [intent] = await signerDb
      .select()
      .from(outboxIntent)
      .where(kind)
      .orderBy(sql`created_at desc`)
      .limit(1);
    const attempts = () =>
      signerDb
        .select()
        .from(outboxAttempt)
        .where(eq(outboxAttempt.intentId, intent?.id ?? ""));
    for (let round = 0; round < 12 && (await attempts()).length < 2; round++) {
      await play.ask("send");
      const late = sql`clock_timestamp() - interval '2 minutes'`;
      await owner.execute(
        sql`update chain.outbox_attempt set created_at = ${late}, sent_at = ${late} where intent_id = ${intent?.id}`,
      );
      await chain.rpc("anvil_dropAllTransactions");
      await chain.mine();
    }
    await chain.rpc("evm_setAutomine", [true]);
    await owner.execute(sql`update chain.outbox_attempt set sent_at = null where intent_id = ${intent?.id}`);
    await play.ask("settle");
    await play.once("granted", async () => {
      play.promised.grants += 1;
    });
  },

  async convert(town, play) {
    await convert(play, town.ada, 30);
    await play.once("minted", async () => {
      play.promised.minted += 1;
    });
  },

  async refund(town, play) {
    await convert(play, town.frida, 10);
    await play.job("release-reserves");
    await play.ask("settle");
    await play.once("refunded", async () => {
      play.promise(town.frida, dollars(10));
      play.promised.refunded += 1;
    });
  },

  async redeem(town, play) {
    const { chain, ada } = town;
    const prepared = await play.ask<{ redemptionId: Hex }>("prepare", {
      actor: ada.actor,
      amount: "2",
      clientKey: play.key,
    });
    await play.once("burned", () =>
      chain.send(ada.account, {
        to: chain.deployment.contracts.stateToken,
        abi: stateTokenAbi,
        functionName: "redeem",
        args: [dollars(2), prepared.redemptionId],
      }),
    );
    await chain.mine(2);
    await play.ask("settle");
    await play.job("release-reserves");
    await play.ask("settle");
    const fee = bpsOfUp(dollars(2), BigInt(await redemptionFee(town)));
    await play.once("redeemed", async () => {
      play.promise(ada, dollars(2) - fee);
      play.promised.redeemed += 1;
    });
  },

  async register({ owner, clerk, chain }, play) {
    const account = await play.once("newcomer", async () => {
      const own = await openCustomer(owner, `0x${randomUUID().replaceAll("-", "").padStart(40, "a")}`);
      return { ...own, form: applicant() };
    });
    await play.unless("identity_pending", play.ask("submit", { actor: account.actor, ...account.form }));
    const applicationId = await applicationOf(owner, account.profileId);
    await play.unless(
      "identity_decided",
      play.ask("decide", { actor: clerk, applicationId, decision: "approve" }),
    );
    await play.ask("settle");
    await play.once("registered", async () => {
      play.promised.registered += 1;
      await chain.mine();
    });
  },

  async attest({ chain }, play) {
    const maxAge = await chain.client.readContract({
      address: chain.deployment.contracts.reserveRegistry,
      abi: reserveRegistryAbi,
      functionName: "maxAge",
    });
    await play.ask("jump", { seconds: Number(maxAge / 4n) + 60 });
    await play.job("attest-reserves");
    await play.ask("settle");
    await closeEpoch(play);
  },

  async epoch({ chain, ada }, play) {
    const { epochManager } = chain.deployment.contracts;
    await play.once("paid", () =>
      chain.send(ada.account, {
        to: epochManager,
        abi: epochManagerAbi,
        functionName: "requestDataValidation",
        args: [toHex(play.key.replaceAll("-", ""), { size: 32 }), dollars(20)],
      }),
    );
    await play.once("later", () => play.ask("jump", { seconds: 31 }));
    await closeEpoch(play);
    await play.once("epoch", async () => {
      play.promised.epochs += 1;
    });
  },

  async claim(town, play) {
    const { chain, ada } = town;
    await play.once("later", () => play.ask("jump", { seconds: 601 }));
    await play.once("claimed", async () => {
      if ((await claimableOf(town, ada.address, 2)) === 0n) return;
      await chain.send(ada.account, {
        to: chain.deployment.contracts.staking,
        abi: stakingAbi,
        functionName: "claim",
        args: [2],
      });
    });
    await chain.mine(2);
    await play.ask("settle");
    await play.job("sweep-taxes");
    await play.ask("settle");
  },

  async yearEnd(_, play) {
    const taxYear = await play.once("year", async () => (years += 1));
    await play.ask("pushClaims", { taxYear });
    await play.ask("settle");
  },

  /** the token's supply is forged: the bank stops, and people switch it on again */
  async reconcile({ chain, owner }, play) {
    const to = chain.deployment.contracts.stateToken;
    const slot = "0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace02";
    const supply = await play.once("supply", async () =>
      BigInt((await chain.client.getStorageAt({ address: to, slot })) ?? 0),
    );
    const forge = (value: bigint) => chain.rpc("anvil_setStorageAt", [to, slot, toHex(value, { size: 32 })]);
    await forge(supply + 1n);
    // state is read at the last credited block, which keeps what it had: the forgery needs a block of its own
    await chain.mine(3);
    await play.ask("index");
    await play.job("reconcile-books");
    await forge(supply);
    await chain.mine(3);
    await play.ask("index");
    const { rows } = await owner.execute(sql`select from bank.switch where name = 'mint' and not is_on`);
    if (rows.length === 0) throw new Error("the bank did not stop minting");
    await owner.execute(sql`update bank.switch set is_on = true, reason = null`);
  },
} satisfies Record<string, Step>;

/** The test server, as whoever copies its files must know it; a few of them are enough to die among. */
async function serverOf(superuserUrl: string, archive: string) {
  mkdirSync(archive, { recursive: true });
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  const { rows } = await client.query<{ data_directory: string }>("show data_directory");
  await client.end();
  const { port, password } = new URL(superuserUrl);
  const folder = join(rows[0]?.data_directory as string, "global");
  return { folder, port: Number(port), superuserPassword: password, logPath: "", archive };
}

let years = 2_100;

export type StepName = keyof typeof steps;
export const stepNames = Object.keys(steps) as StepName[];

/** Plays a step to its end, through every death; answers how long it took after the last one, in milliseconds. */
export async function playThrough(
  town: Town,
  name: StepName,
  promised: Promised,
  runs?: Runs,
): Promise<number> {
  const play = new Play(town, promised, runs);
  let diedAt = 0;
  for (let tries = 1; ; tries++) {
    try {
      await steps[name](town, play);
      return diedAt && performance.now() - diedAt;
    } catch (error) {
      if (!(error instanceof Died) || tries > 100) throw error;
      diedAt = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Ada is ready to do everything: attested reserves, dollars, tokens, a stake that earns, allowances. */
export async function moveIn(town: Town, promised: Promised): Promise<void> {
  const { chain, ada } = town;
  const { contracts } = chain.deployment;
  const play = new Play(town, promised);
  await play.ask("jump", { seconds: 1 });
  await play.job("attest-reserves");
  await play.ask("settle");
  await bring(play, ada, 1_000, "first");
  await convert(play, ada, 6_000);
  promised.minted += 1;
  for (const spender of [contracts.staking, contracts.epochManager])
    await chain.send(ada.account, {
      to: contracts.stateToken,
      abi: stateTokenAbi,
      functionName: "approve",
      args: [spender, 2n ** 255n],
    });
  await chain.send(ada.account, {
    to: contracts.staking,
    abi: stakingAbi,
    functionName: "stake",
    args: [2, dollars(1_000)],
  });
  await play.ask("jump", { seconds: 31 });
  await closeEpoch(play);
  promised.epochs += 1;
}
