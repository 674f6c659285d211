import { encodeFunctionData, type Hex, maxUint256 } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import type { Db } from "@/db/client";
import type { Actor } from "@/lib/auth/actor";
import { epochManagerAbi, stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import { convertDollars } from "@/lib/collateral/commands/convert-dollars";
import { prepareRedemption } from "@/lib/collateral/commands/prepare-redemption";
import type { Job } from "@/lib/jobs/job";
import { jobs } from "@/lib/jobs/registry";
import { parseAmount } from "@/lib/money/parse";
import type { Engine } from "@/lib/seed/engine";
import type { SeedResident } from "@/lib/seed/people";
import { apply, approve, contextOf, type Resident, signIn, signOut } from "@/lib/seed/residents";
import { approveExact, claim, redeem, requestUnbond, stake, withdraw } from "@/lib/staking/calls";
import { activeProfile } from "@/lib/state-profile/queries";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";
import { fundCanaryPot, postBond } from "@/lib/validators/calls";
import { openOperatorAccount } from "@/lib/validators/commands/open-operator-account";
import { dataFeeMicros, dataRoot } from "@/lib/validators/data-fee";
import { operatorName } from "@/lib/validators/operators";

/** Ninety days of a small bank's life, each step by the command or the signature that a person would use. */
export type Cast = {
  db: Db;
  clerk: Actor;
  people: readonly SeedResident[];
  keys: readonly Hex[];
  dataClientKey: Hex;
  /** who stands behind an operator, in the order of their numbers */
  operatorKeys: readonly Hex[];
  say: (line: string) => void;
};

export const historyDays = 90;
const daySeconds = 86_400;

type Scene = { day: number; who: string; act: (stage: Stage, resident: Resident) => Promise<void> };

const bank = 1;
const meridian = 2;

const scenes: Scene[] = [
  { day: 0, who: "ada-whitcomb", act: (s, r) => s.welcome(r) },
  { day: 1, who: "ada-whitcomb", act: (s, r) => s.convert(r, "12000", ["9000", "2500"]) },
  { day: 1, who: "ada-whitcomb", act: (s, r) => s.stake(r, bank, "8000") },
  { day: 2, who: "walter-brandt", act: (s, r) => s.welcome(r) },
  { day: 2, who: "walter-brandt", act: (s, r) => s.convert(r, "7500", ["6000"]) },
  { day: 12, who: "marcus-delgado", act: (s, r) => s.welcome(r) },
  { day: 12, who: "marcus-delgado", act: (s, r) => s.convert(r, "5200", ["5000"]) },
  { day: 12, who: "marcus-delgado", act: (s, r) => s.stake(r, meridian, "4000") },
  { day: 27, who: "ada-whitcomb", act: (s, r) => s.claim(r, bank) },
  { day: 36, who: "ada-whitcomb", act: (s, r) => s.convert(r, "3000", ["3000"]) },
  { day: 36, who: "ada-whitcomb", act: (s, r) => s.stake(r, meridian, "2000") },
  { day: 45, who: "marcus-delgado", act: (s, r) => s.unbond(r, meridian, "750") },
  { day: 48, who: "marcus-delgado", act: (s, r) => s.withdraw(r) },
  { day: 51, who: "walter-brandt", act: (s, r) => s.redeem(r, "1500") },
  { day: 57, who: "ada-whitcomb", act: (s, r) => s.claim(r, bank) },
  { day: 63, who: "marcus-delgado", act: (s, r) => s.claim(r, meridian) },
  { day: 72, who: "walter-brandt", act: (s, r) => s.stake(r, 3, "2500") },
  { day: 87, who: "marcus-delgado", act: (s, r) => s.claim(r, meridian) },
  { day: 89, who: "ruth-okafor", act: (s, r) => s.applyOnly(r) },
];

/** converted twice, so that each stays within what one person may decide and the fee leaves the whole bond */
const bondParts = ["5010", "5010"];
const bondDollars = "10000";
/** the bank's own operator pays for what its canaries earn others */
const canaryPart = "500.6";
const canaryDollars = "500";

const lastEpochDay = historyDays - 3;

export async function playHistory(engine: Engine, cast: Cast): Promise<void> {
  const stage = new Stage(engine, cast);
  let today = 0;
  for (let day = 0; day < historyDays; day++) {
    const acts = scenes.filter((scene) => scene.day === day);
    const epochEnds = day > 0 && day % 3 === 0 && day <= lastEpochDay;
    if (acts.length === 0 && !epochEnds) continue;
    if (day > today) await engine.jump((day - today) * daySeconds);
    today = day;
    cast.say(`day ${day + 1} of ${historyDays}`);
    await stage.morning(day, { somebodyComes: acts.length > 0, epochEnds });
    if (day === 0) await stage.postBonds();
    for (const { who, act } of acts) await stage.play(who, act);
  }
}

const jobNamed = (name: string): Job => {
  const found = jobs.find((job) => job.name === name);
  if (!found) throw new Error(`there is no job ${name}`);
  return found;
};

class Stage {
  private readonly residents = new Map<string, Resident>();
  private readonly contracts;
  private step = 0;

  constructor(
    private readonly engine: Engine,
    private readonly cast: Cast,
  ) {
    this.contracts = engine.tools.deployment.contracts;
  }

  /** What the bank does by itself: reserves are attested, the data client can pay, an epoch ends every third day. */
  async morning(
    day: number,
    { somebodyComes, epochEnds }: { somebodyComes: boolean; epochEnds: boolean },
  ): Promise<void> {
    const attest = somebodyComes || day % 6 === 0 ? [jobNamed("attest-reserves")] : [];
    if (day <= 3 || day % 30 === 0) {
      await this.engine.run(...attest, jobNamed("fund-data-client"));
      await this.engine.run(jobNamed("receipt-positions"));
    } else if (somebodyComes) await this.engine.run(...attest);
    if (!epochEnds) return;
    await this.payForData();
    await this.engine.run(...(somebodyComes ? [] : attest), jobNamed("epoch-tick"));
    await this.engine.run(jobNamed("epoch-tick"));
  }

  async play(who: string, act: Scene["act"]): Promise<void> {
    const resident = this.residents.get(who) ?? (await this.arrive(who));
    await act(this, resident);
    await this.engine.settle();
  }

  private async arrive(who: string): Promise<Resident> {
    const index = this.cast.people.findIndex(({ slug }) => slug === who);
    const person = this.cast.people[index];
    const key = this.cast.keys[index];
    if (!person || !key) throw new Error(`nobody is called ${who}`);
    const resident = await signIn(this.cast.db, person, key);
    this.residents.set(who, resident);
    return resident;
  }

  private get ctx() {
    return (resident: Resident) => contextOf(this.cast.db, resident.actor);
  }

  /** One key per step, so that a step repeated would move nothing twice. */
  private clientKey(resident: Resident): string {
    this.step += 1;
    return `seed-${resident.slug}-${this.step}`;
  }

  /** The founders bring dollars, convert them as everybody does, and post the tokens as their bonds. */
  async postBonds(): Promise<void> {
    const { db, client, deployment } = this.engine.tools;
    const amountMicros = parseAmount(bondDollars);
    const founders = this.cast.operatorKeys.map((key, place) => ({ key, operatorId: place + 1 }));
    for (const { key, operatorId } of founders) {
      const address = privateKeyToAddress(key);
      const name = operatorName(operatorId, activeProfile().bankName);
      const system = contextOf(db, { kind: "system", job: "seed" });
      const own = await openOperatorAccount(system, { address, name, client, deployment });
      const ctx = contextOf(db, { kind: "customer", ...own, sessionId: "seed" });
      for (const [n, amount] of (operatorId === 1 ? [...bondParts, canaryPart] : bondParts).entries()) {
        const clientKey = `seed-bond-${operatorId}-${n}`;
        await bringDollars(ctx, { amount, clientKey });
        await convertDollars(ctx, { amount, clientKey });
      }
    }
    await this.engine.run(jobNamed("receipt-positions"));
    for (const { key, operatorId } of founders) {
      await this.engine.sign(key, approveExact(this.contracts, amountMicros));
      await this.engine.sign(key, postBond(this.contracts, { operatorId, amountMicros }));
    }
    const bank = founders[0]?.key as Hex;
    for (const call of fundCanaryPot(this.contracts, parseAmount(canaryDollars)))
      await this.engine.sign(bank, call);
    await this.engine.settle();
  }

  async applyOnly(resident: Resident): Promise<void> {
    await apply(this.cast.db, resident);
  }

  async welcome(resident: Resident): Promise<void> {
    const applicationId = await apply(this.cast.db, resident);
    await approve(this.cast.db, this.cast.clerk, applicationId);
    await this.engine.settle();
    await this.engine.run(jobNamed("top-up"));
  }

  async convert(resident: Resident, brought: string, converted: readonly string[]): Promise<void> {
    await bringDollars(this.ctx(resident), { amount: brought, clientKey: this.clientKey(resident) });
    for (const amount of converted) {
      await convertDollars(this.ctx(resident), { amount, clientKey: this.clientKey(resident) });
      await this.engine.run(jobNamed("receipt-positions"));
    }
  }

  async stake(resident: Resident, operatorId: number, amount: string): Promise<void> {
    const amountMicros = parseAmount(amount);
    await this.engine.sign(resident.key, approveExact(this.contracts, amountMicros));
    await this.engine.sign(resident.key, stake(this.contracts, { operatorId, amountMicros }));
  }

  async claim(resident: Resident, operatorId: number): Promise<void> {
    await this.engine.sign(resident.key, claim(this.contracts, operatorId));
    await this.engine.settle();
    await this.engine.run(jobNamed("sweep-taxes"));
  }

  unbond = (resident: Resident, operatorId: number, amount: string) =>
    this.engine.sign(
      resident.key,
      requestUnbond(this.contracts, { operatorId, amountMicros: parseAmount(amount) }),
    );

  async withdraw(resident: Resident): Promise<void> {
    const requests = await this.engine.tools.client.readContract({
      address: this.contracts.staking,
      abi: stakingAbi,
      functionName: "unbondingOf",
      args: [resident.address],
    });
    for (const { requestId } of requests)
      await this.engine.sign(resident.key, withdraw(this.contracts, requestId));
  }

  async redeem(resident: Resident, amount: string): Promise<void> {
    const prepared = await prepareRedemption(this.ctx(resident), {
      amount,
      clientKey: this.clientKey(resident),
    });
    const { redemptionId } = prepared;
    await this.engine.sign(
      resident.key,
      redeem(this.contracts, { amountMicros: parseAmount(amount), redemptionId }),
    );
    await this.engine.settle();
    await this.engine.run(jobNamed("release-reserves"));
  }

  /** The demo data client buys the validators' work: the main source of rewards. */
  private async payForData(): Promise<void> {
    const { client } = this.engine.tools;
    const { stateToken, staking, epochManager } = this.contracts;
    const from = privateKeyToAddress(this.cast.dataClientKey);
    const token = { address: stateToken, abi: stateTokenAbi } as const;
    const [epoch, balance, allowance] = await Promise.all([
      client.readContract({ address: staking, abi: stakingAbi, functionName: "currentEpoch" }),
      client.readContract({ ...token, functionName: "balanceOf", args: [from] }),
      client.readContract({ ...token, functionName: "allowance", args: [from, epochManager] }),
    ]);
    const feeMicros = dataFeeMicros(epoch);
    if (balance < feeMicros) return;
    if (allowance < feeMicros) {
      const data = encodeFunctionData({
        ...token,
        functionName: "approve",
        args: [epochManager, maxUint256],
      });
      await this.engine.sign(this.cast.dataClientKey, { to: stateToken, data });
    }
    const data = encodeFunctionData({
      abi: epochManagerAbi,
      functionName: "requestDataValidation",
      args: [dataRoot(epoch), feeMicros],
    });
    await this.engine.sign(this.cast.dataClientKey, { to: epochManager, data });
  }

  async goHome(): Promise<void> {
    for (const resident of this.residents.values()) await signOut(this.cast.db, resident);
  }
}
