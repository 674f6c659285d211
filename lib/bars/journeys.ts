import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { eq, inArray, sql } from "drizzle-orm";
import { encodeFunctionData, type Hex, keccak256, maxUint256, type PublicClient } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { type Db, openFor } from "@/db/client";
import { issuance, redemption } from "@/db/schema/collateral";
import { staff } from "@/db/schema/staff";
import type { Actor } from "@/lib/auth/actor";
import { chooser, type Random } from "@/lib/bars/random";
import { startBank } from "@/lib/bars/w2-warm-start";
import { identityRegistryAbi, stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { factsOf, readBlocks } from "@/lib/chain/blocks";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { readSavedBlock } from "@/lib/chain/finality";
import { convertDollars } from "@/lib/collateral/commands/convert-dollars";
import { prepareRedemption } from "@/lib/collateral/commands/prepare-redemption";
import { AppError, errorFacts } from "@/lib/errors";
import { dollarDeposit } from "@/lib/ledger/accounts";
import { balanceOf, verifyLedger } from "@/lib/ledger/queries";
import type { Runtime } from "@/lib/processes/installation";
import { isAlive } from "@/lib/processes/os-process";
import { enterRunningBank, type RunningBank } from "@/lib/processes/running-bank";
import { accountIndex } from "@/lib/processes/secrets";
import { reconcile } from "@/lib/reconciliation/commands/reconcile";
import type { SeedResident } from "@/lib/seed/people";
import { seedResidents } from "@/lib/seed/people";
import { apply, approve, contextOf, type Resident, signIn } from "@/lib/seed/residents";
import { claim, redeem, stake } from "@/lib/staking/calls";
import { activeProfile } from "@/lib/state-profile/queries";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";

/** Stakes, claims, mints and redemptions of several people while every process of the bank is killed in turn. */
export interface JourneyPlan {
  seed: number;
  acts: number;
  people: number;
  /** between two kills */
  pauseMs: { least: number; most: number };
  withApp: boolean;
  /** who may be killed; everybody unless named */
  targets?: readonly string[];
  /** so many kills and no more; without it, until the last act is done */
  mostKills?: number;
  say?: (line: string) => void;
}

export interface JourneyResult {
  /** what does not add up, in words; empty when all is well */
  findings: string[];
  acts: Record<ActKind, number>;
  kills: Record<string, number>;
  refunded: number;
  /** from the last kill until nothing waited any more and the books were equal */
  settledSeconds: number;
  seconds: number;
}

const actKinds = ["mint", "stake", "claim", "redeem"] as const;
type ActKind = (typeof actKinds)[number];

const patienceMs = 240_000;
const dollar = 1_000_000n;
const broughtMicros = 9_000n * dollar;
const gas = 900_000n;

async function until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + patienceMs;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    await wait(250);
  }
  throw new Error(`gave up waiting for ${what}${last ? `: ${(last as Error).message}` : ""}`);
}

/** A person who tries again with the same key whenever the bank was away; a refusal that means it is an answer. */
async function insist<T>(what: string, command: () => Promise<T>): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await command();
    } catch (error) {
      if (error instanceof AppError && !errorFacts[error.code].retry) throw error;
      if (Date.now() > end) throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
    }
    await wait(500);
  }
}

/** One wallet that signs a transaction once and sends the same bytes until they are final. */
class Wallet {
  readonly account: PrivateKeyAccount;
  private nonce: number | undefined;
  readonly done: { hash: Hex; blockHash: Hex; blockNumber: bigint }[] = [];

  constructor(
    key: Hex,
    private readonly bank: { client: PublicClient; chainId: number; finalityFile: string },
  ) {
    this.account = privateKeyToAccount(key);
  }

  private firstNonce(): Promise<number> {
    const { client } = this.bank;
    const { address } = this.account;
    return until("a nonce", async () => ({ value: await client.getTransactionCount({ address }) })).then(
      ({ value }) => value,
    );
  }

  async send(what: string, call: { to: Hex; data: Hex }, mayRevert = false): Promise<boolean> {
    const { client, chainId, finalityFile } = this.bank;
    const { address } = this.account;
    const nonce = this.nonce ?? (await this.firstNonce());
    const serializedTransaction = await this.account.signTransaction({
      ...call,
      chainId,
      gas,
      nonce,
      type: "eip1559",
      maxFeePerGas: 50_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
    });
    this.nonce = nonce + 1;
    const hash = keccak256(serializedTransaction);
    const receipt = await until(`${what} of ${address} to be final`, async () => {
      const found = await client.getTransactionReceipt({ hash }).catch(() => undefined);
      if (!found) {
        await client.sendRawTransaction({ serializedTransaction }).catch(() => undefined);
        return undefined;
      }
      const saved = readSavedBlock(finalityFile);
      return saved && saved.number >= found.blockNumber ? found : undefined;
    });
    this.done.push({ hash, blockHash: receipt.blockHash, blockNumber: receipt.blockNumber });
    if (receipt.status !== "success" && !mayRevert) throw new Error(`${what} of ${address} reverted`);
    return receipt.status === "success";
  }
}

export async function playJourneys(plan: JourneyPlan): Promise<JourneyResult> {
  const since = performance.now();
  const say = plan.say ?? (() => undefined);
  const folder = mkdtempSync(join(tmpdir(), "granary-journeys-"));
  const env: Record<string, string> = { GRANARY_SEED: "none", ...(!plan.withApp && { GRANARY_APP: "none" }) };
  const started = await startBank(folder, { env });
  process.env.GRANARY_HOME = folder;
  const bank = enterRunningBank();
  const { db, close } = openFor("worker");
  try {
    const stage = await setTheStage(plan, bank, db);
    say(`${plan.people} people are in after ${((performance.now() - since) / 1000).toFixed(0)} s`);
    const killer = startKiller(plan, bank, say);
    const acts = { mint: 0, stake: 0, claim: 0, redeem: 0 };
    let left = plan.acts;
    try {
      const refund = stage.refund();
      await Promise.all(
        stage.people.map(async (person, index) => {
          const dice = chooser(plan.seed + 1_000 + index);
          while (left > 0) {
            left -= 1;
            acts[await stage.act(person, dice)] += 1;
            if (left % 20 === 0) say(`${plan.acts - left} acts, ${JSON.stringify(killer.kills)}`);
          }
        }),
      );
      await refund;
    } finally {
      await killer.stop();
    }
    const last = performance.now();
    const findings = await stage.findings();
    return {
      findings,
      acts,
      kills: killer.kills,
      refunded: await stage.refundedCount(),
      settledSeconds: (performance.now() - last) / 1000,
      seconds: (performance.now() - since) / 1000,
    };
  } finally {
    await close().catch(() => undefined);
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function startKiller(plan: JourneyPlan, bank: RunningBank, say: (line: string) => void) {
  const dice = chooser(plan.seed);
  const kills: Record<string, number> = {};
  const runtime = () => JSON.parse(readFileSync(bank.home.runtime, "utf8")) as Runtime;
  let stopped = false;
  const strike = () => {
    const { processes } = runtime();
    // every process once before any twice, in an order of the seed's
    const names = Object.keys(processes)
      .filter((name) => plan.targets?.includes(name) ?? true)
      .sort();
    const least = Math.min(...names.map((name) => kills[name] ?? 0));
    const name = dice.pick(names.filter((one) => (kills[one] ?? 0) === least));
    const ref = processes[name];
    if (!ref || !isAlive(ref)) return;
    try {
      // with its children, as when the machine takes them all
      process.kill(-ref.pid, "SIGKILL");
    } catch {
      process.kill(ref.pid, "SIGKILL");
    }
    kills[name] = (kills[name] ?? 0) + 1;
  };
  const ended = (async () => {
    for (let strikes = 0; !stopped && strikes < (plan.mostKills ?? Number.POSITIVE_INFINITY); strikes++) {
      await wait(plan.pauseMs.least + dice.below(plan.pauseMs.most - plan.pauseMs.least));
      if (stopped) return;
      try {
        strike();
      } catch (error) {
        say(`no kill: ${(error as Error).message}`);
      }
    }
  })();
  return {
    kills,
    stop: async () => {
      stopped = true;
      await ended;
    },
  };
}

interface Person {
  resident: Resident;
  wallet: Wallet;
  minted: number;
}

async function setTheStage(plan: JourneyPlan, bank: RunningBank, db: Db) {
  const client = publicClient();
  const contracts = deployment();
  const chain = {
    client,
    chainId: contracts.chainId,
    finalityFile: bank.at.finalityFile as string,
  };
  const clerk = await hireClerk(db);
  const model = seedResidents(activeProfile())[0] as SeedResident;
  const own = (resident: Resident) => contextOf(db, resident.actor);
  const enforcer = new Wallet(bank.secrets.accounts[accountIndex.enforcer]?.key as Hex, chain);

  async function welcome(index: number): Promise<Person> {
    const key = bank.secrets.accounts[accountIndex.firstPerson + index]?.key as Hex;
    const taxNumber = `899-46-${String(1000 + index)}`;
    const profile = { ...model, slug: `person-${index}`, taxNumber };
    const resident = await insist("sign in", () => signIn(db, profile, key));
    const applicationId = await insist("apply", () => apply(db, resident));
    await insist("approve", () => approve(db, clerk, applicationId));
    await insist("bring dollars", () =>
      bringDollars(own(resident), {
        amount: (broughtMicros / dollar).toString(),
        clientKey: `journey-bring-${index}`,
      }),
    );
    await until("registration", async () => {
      const { rows } = await db.execute(
        sql`select 1 from bank.wallet where address = ${resident.address.toLowerCase()} and status = 'verified'`,
      );
      return rows.length > 0;
    });
    return { resident, wallet: new Wallet(key, chain), minted: 0 };
  }

  /** the same key every time: a lost answer is asked for again, and nothing is converted twice */
  async function mint(person: Person, amount: string): Promise<string> {
    person.minted += 1;
    const clientKey = `journey-mint-${person.resident.slug}-${person.minted}`;
    const made = await insist("convert", () => convertDollars(own(person.resident), { amount, clientKey }));
    return made.issuanceId;
  }

  const tokensOf = (person: Person) =>
    until("a balance", async () => ({
      value: await client.readContract({
        address: contracts.contracts.stateToken,
        abi: stateTokenAbi,
        functionName: "balanceOf",
        args: [person.resident.address],
      }),
    })).then(({ value }) => value);

  async function claimableAt(person: Person): Promise<number | undefined> {
    for (const operatorId of [1, 2, 3, 4, 5]) {
      const { claimableGross } = await until("a stake", () =>
        client.readContract({
          address: contracts.contracts.staking,
          abi: stakingAbi,
          functionName: "stakeOf",
          args: [person.resident.address, operatorId],
        }),
      );
      if (claimableGross > 1_000n) return operatorId;
    }
    return undefined;
  }

  async function act(person: Person, dice: Random): Promise<ActKind> {
    const wanted = dice.pick(actKinds);
    const amountMicros = BigInt(1 + dice.below(20)) * dollar;
    const operatorId = 1 + dice.below(5);
    const claimFrom = wanted === "claim" ? await claimableAt(person) : undefined;
    if (claimFrom !== undefined) {
      // another claim may have taken what was there when it was asked
      await person.wallet.send("claim", claim(contracts.contracts, claimFrom), true);
      return "claim";
    }
    if (wanted === "mint" || (await tokensOf(person)) < amountMicros) {
      await mint(person, (amountMicros / dollar).toString());
      return "mint";
    }
    if (wanted === "redeem") {
      const clientKey = `redeem-${randomUUID()}`;
      const amount = (amountMicros / dollar).toString();
      const { redemptionId } = await insist("prepare redemption", () =>
        prepareRedemption(own(person.resident), { amount, clientKey }),
      );
      await person.wallet.send("redeem", redeem(contracts.contracts, { amountMicros, redemptionId }));
      return "redeem";
    }
    await person.wallet.send("stake", stake(contracts.contracts, { operatorId, amountMicros }));
    return "stake";
  }

  /** Asked for while the bank still believes in the wallet, and refused by the contract: the dollars come back. */
  async function convertWhileFrozen(person: Person): Promise<string> {
    const seen = await client.getBlockNumber({ cacheTime: 0 });
    const frozen = enforcer.send("freeze", {
      to: contracts.contracts.identityRegistry,
      data: encodeFunctionData({
        abi: identityRegistryAbi,
        functionName: "freeze",
        args: [person.resident.address, `0x${"0f".repeat(32)}`],
      }),
    });
    // mined, and not yet final: the bank does not know
    while ((await client.getBlockNumber({ cacheTime: 0 })) === seen) await wait(20);
    const issuanceId = await mint(person, "700");
    await frozen;
    return issuanceId;
  }

  async function refundOf(issuanceId: string): Promise<void> {
    await until("the refused conversion to be refunded", async () => {
      const [row] = await db.select().from(issuance).where(eq(issuance.id, issuanceId));
      return row?.state === "refunded";
    });
  }

  const people = await Promise.all(Array.from({ length: plan.people }, (_, index) => welcome(index)));
  const refused = await welcome(accountIndex.lastPerson - accountIndex.firstPerson);
  await Promise.all(
    people.map(async (person) => {
      await mint(person, "500");
      await person.wallet.send("approve", {
        to: contracts.contracts.stateToken,
        data: encodeFunctionData({
          abi: stateTokenAbi,
          functionName: "approve",
          args: [contracts.contracts.staking, maxUint256],
        }),
      });
      await until("the first tokens", async () => (await tokensOf(person)) > 0n);
    }),
  );
  const refusedIssuance = await convertWhileFrozen(refused);
  return {
    people,
    act,
    refund: () => refundOf(refusedIssuance),
    refundedCount: () => db.$count(issuance, eq(issuance.state, "refunded")),
    findings: () => findingsOf({ db, client, contracts, people: [...people, refused] }),
  };
}

async function hireClerk(db: Db): Promise<Actor> {
  const [row] = await db
    .insert(staff)
    .values({ username: randomUUID(), displayName: "Clerk", role: "clerk", passwordHash: "scrypt$x$y" })
    .returning({ id: staff.id });
  return { kind: "staff", staffId: (row as { id: string }).id, role: "clerk", sessionId: randomUUID() };
}

interface Scene {
  db: Db;
  client: PublicClient;
  contracts: Deployment;
  people: Person[];
}

/** Waits until nothing is under way, with nobody's help, and then counts everything. */
async function findingsOf(scene: Scene): Promise<string[]> {
  const { db, client, contracts } = scene;
  const { rows: clock } = await db.execute<{ now: string }>(sql`select clock_timestamp()::text as now`);
  const open = async () => {
    const { rows } = await db.execute<{ what: string }>(sql`
      select kind || ' ' || state || ' ' || coalesce(error, '') as what from chain.outbox_intent
      where state in ('queued', 'signed', 'sent', 'mined') and created_at <= ${clock[0]?.now}::timestamptz
      union all select 'issuance ' || state from bank.issuance where state not in ('minted', 'refunded')
      union all select concat_ws(' ', 'redemption', r.state, 'whose release is', i.state, i.error)
        from bank.redemption r left join chain.outbox_intent i on i.id = r.release_intent_id
        where r.state <> 'released'
      union all select 'transfer ' || state from bank.dollar_transfer where state = 'initiated'`);
    if (rows.length === 0) return true;
    const { rows: cursors } = await db.execute<{ what: string }>(
      sql`select name || ' ' || block_number as what from chain.cursor order by name`,
    );
    throw new Error([...rows, ...cursors].map(({ what }) => what).join(", "));
  };
  await until("nothing to be under way", open);
  const result = await until("the books to be compared", () =>
    reconcile(contextOf(db, { kind: "system", job: "reconcile-books" }), { client, deployment: contracts }),
  );
  const all = await Promise.all([
    result.differences.map(
      ({ what, expectedMicros, bookedMicros }) =>
        `${what}: expected ${expectedMicros}, booked ${bookedMicros}`,
    ),
    verifyLedger(db),
    indexFindings(scene),
    outboxFindings(scene),
    peopleFindings(scene),
    switchFindings(db),
  ]);
  return all.flat();
}

/** Every log of a final block is in the index once, and every mint and redemption happened once. */
async function indexFindings({ db, client, contracts }: Scene): Promise<string[]> {
  const { rows: cursors } = await db.execute<{ block_number: string }>(
    sql`select block_number from chain.cursor where name = 'final'`,
  );
  const final = BigInt(cursors[0]?.block_number ?? 0);
  const facts = [];
  for (let from = BigInt(contracts.deployedAtBlock); from <= final; from += 200n) {
    const to = from + 199n < final ? from + 199n : final;
    for (const block of await readBlocks(client, contracts, { from, to }))
      facts.push(...factsOf(contracts, block));
  }
  const { rows: kept } = await db.execute<{ place: string }>(sql`
    select block_hash || ':' || log_index as place from chain.log
    where settled_at is not null and block_number <= ${final.toString()}::bigint`);
  const places = facts.map(({ blockHash, logIndex }) => `${blockHash}:${logIndex}`);
  const findings = differenceOf(
    "logs",
    places,
    kept.map(({ place }) => place),
  );
  const issued = facts.flatMap((fact) => (fact.event === "Issued" ? [fact.issuanceId] : []));
  const burned = facts.flatMap((fact) => (fact.event === "Redeemed" ? [fact.redemptionId] : []));
  const minted = await db.select().from(issuance).where(eq(issuance.state, "minted"));
  const released = await db
    .select()
    .from(redemption)
    .where(inArray(redemption.state, ["released"]));
  findings.push(
    ...differenceOf(
      "mints",
      issued,
      minted.map((row) => row.issuanceId),
    ),
    ...differenceOf(
      "redemptions",
      burned,
      released.map((row) => row.redemptionId),
    ),
  );
  const paid = facts.flatMap((fact) =>
    fact.event === "Payout" ? [`${fact.blockHash}:${fact.logIndex}`] : [],
  );
  const { rows: payouts } = await db.execute<{ place: string }>(
    sql`select block_hash || ':' || log_index as place from chain.payout where event_id is not null`,
  );
  findings.push(
    ...differenceOf(
      "payouts",
      paid,
      payouts.map(({ place }) => place),
    ),
  );
  return findings;
}

function differenceOf(what: string, onChain: string[], inBooks: string[]): string[] {
  const findings: string[] = [];
  const chain = new Set(onChain);
  const books = new Set(inBooks);
  if (chain.size !== onChain.length) findings.push(`${what}: the chain has one twice`);
  if (books.size !== inBooks.length) findings.push(`${what}: the books have one twice`);
  for (const one of chain) if (!books.has(one)) findings.push(`${what}: ${one} is not in the books`);
  for (const one of books) if (!chain.has(one)) findings.push(`${what}: ${one} is not on the chain`);
  return findings;
}

/** An intent had at most one effect, and no number of a key was skipped. */
async function outboxFindings({ db, client, contracts }: Scene): Promise<string[]> {
  const findings: string[] = [];
  const { rows: attempts } = await db.execute<{ intent_id: string; tx_hash: Hex }>(
    sql`select intent_id, tx_hash from chain.outbox_attempt where purpose <> 'cancel'`,
  );
  const effects = new Map<string, number>();
  for (const { intent_id, tx_hash } of attempts) {
    const receipt = await client.getTransactionReceipt({ hash: tx_hash }).catch(() => undefined);
    if (receipt) effects.set(intent_id, (effects.get(intent_id) ?? 0) + 1);
  }
  for (const [intent, times] of effects)
    if (times > 1) findings.push(`intent ${intent} was mined ${times} times`);
  const { rows: senders } = await db.execute<{ address: Hex; sender: string; used: number }>(sql`
    select sender as address, sender, count(distinct nonce)::int as used from chain.outbox_attempt
    where chain_id = ${contracts.chainId} group by sender`);
  for (const { address, used } of senders) {
    const { rows } = await db.execute<{ first: number }>(sql`
      select min(nonce)::int as first from chain.outbox_attempt where sender = ${address}`);
    const sent = await client.getTransactionCount({ address });
    if (sent < used + (rows[0]?.first ?? 0))
      findings.push(`${address} signed up to ${used}, the chain has ${sent}`);
  }
  return findings;
}

/** What each person was told is final is still there, and the dollars are what was brought, minted and given back. */
async function peopleFindings({ db, client, people }: Scene): Promise<string[]> {
  const findings: string[] = [];
  for (const { resident, wallet } of people) {
    for (const { hash, blockHash } of wallet.done) {
      const receipt = await client.getTransactionReceipt({ hash }).catch(() => undefined);
      if (receipt?.blockHash !== blockHash) findings.push(`${hash} was final and is gone`);
    }
    const { profileId } = resident.actor;
    const { rows } = await db.execute<{ micros: string }>(sql`
      select (${broughtMicros.toString()}::numeric
        - (select coalesce(sum(gross_micros), 0) from bank.issuance where profile_id = ${profileId} and state = 'minted')
        + (select coalesce(sum(gross_micros - fee_micros), 0) from bank.redemption where profile_id = ${profileId}))::text
        as micros`);
    const balance = await balanceOf(db, dollarDeposit(profileId));
    if (balance !== BigInt(rows[0]?.micros ?? -1))
      findings.push(`${resident.slug} has ${balance} micros and should have ${rows[0]?.micros}`);
  }
  return findings;
}

async function switchFindings(db: Db): Promise<string[]> {
  const { rows } = await db.execute<{ name: string; reason: string }>(
    sql`select name, reason from bank.switch where not is_on`,
  );
  return rows.map(({ name, reason }) => `the switch ${name} went off: ${reason}`);
}
