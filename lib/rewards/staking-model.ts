import { smallerOf } from "@/lib/money/math";
import type { AccrualFact } from "@/lib/rewards/accrual";
import type { PayoutStated } from "@/lib/rewards/explain";

/**
 * Staking.sol kept as the contract keeps it, by indices and debts, for tests: whatever it pays must be what the facts
 * alone explain. It shares no code with the explanation.
 */
const scale = 10n ** 18n;
const up = (a: bigint, b: bigint) => (a + b - 1n) / b;

type Operator = {
  base: bigint;
  fee: bigint;
  syncedAt: number;
  dripBase: bigint;
  dripFee: bigint;
  dripEndsAt: number;
  assets: bigint;
  shares: bigint;
  earning: bigint;
  commissionBps: bigint;
  marks: Map<number, { base: bigint; fee: bigint }>;
};
type Position = {
  active: bigint;
  pending: bigint;
  debtBase: bigint;
  debtFee: bigint;
  earnsFrom: number;
};

export class StakingModel {
  readonly facts: AccrualFact[] = [];
  readonly payouts = new Map<string, PayoutStated[]>();
  readonly classChanges = new Map<string, number[]>();
  private readonly changeAt = new Map<string, number>();
  private readonly positions = new Map<string, Position>();
  readonly operators: Operator[];
  epoch = 1;
  now = 1_000_000;
  private place = 0;

  constructor(
    commissions: readonly bigint[],
    private readonly dripSeconds: number,
  ) {
    this.operators = commissions.map((commissionBps) => ({
      base: 0n,
      fee: 0n,
      syncedAt: this.now,
      dripBase: 0n,
      dripFee: 0n,
      dripEndsAt: 0,
      assets: 0n,
      shares: 0n,
      earning: 0n,
      commissionBps,
      marks: new Map(),
    }));
  }

  private operator = (id: number) => this.operators[id - 1] as Operator;
  private key = (wallet: string, id: number) => `${wallet}:${id}`;

  private emit(fact: Record<string, unknown>): void {
    this.place += 1;
    this.facts.push({ place: this.place, at: this.now, ...fact } as AccrualFact);
  }

  private position(wallet: string, id: number): Position {
    const key = this.key(wallet, id);
    const position = this.positions.get(key) ?? {
      active: 0n,
      pending: 0n,
      debtBase: 0n,
      debtFee: 0n,
      earnsFrom: 0,
    };
    this.positions.set(key, position);
    if (position.pending > 0n && this.epoch >= position.earnsFrom) {
      const mark = this.operator(id).marks.get(position.earnsFrom) ?? { base: 0n, fee: 0n };
      position.debtBase += up(position.pending * mark.base, scale);
      position.debtFee += up(position.pending * mark.fee, scale);
      position.active += position.pending;
      position.pending = 0n;
    }
    return position;
  }

  private index(operator: Operator) {
    const { base, fee, earning, syncedAt: from, dripEndsAt: end } = operator;
    if (earning === 0n || this.now === from) return { base, fee, usedBase: 0n, usedFee: 0n };
    let { dripBase, dripFee } = operator;
    if (this.now < end) {
      dripBase = (dripBase * BigInt(this.now - from)) / BigInt(end - from);
      dripFee = (dripFee * BigInt(this.now - from)) / BigInt(end - from);
    }
    const riseBase = (dripBase * scale) / earning;
    const riseFee = (dripFee * scale) / earning;
    return {
      base: base + riseBase,
      fee: fee + riseFee,
      usedBase: up(riseBase * earning, scale),
      usedFee: up(riseFee * earning, scale),
    };
  }

  private sync(operator: Operator): void {
    const { base, fee, usedBase, usedFee } = this.index(operator);
    operator.dripBase -= usedBase;
    operator.dripFee -= usedFee;
    operator.base = base;
    operator.fee = fee;
    operator.syncedAt = this.now;
  }

  private collect(wallet: string, id: number, at: { base: bigint; fee: bigint }) {
    const position = this.position(wallet, id);
    const owed = (index: bigint, debt: bigint) => {
      const left = (position.active * index) / scale - debt;
      return left > 0n ? left : 0n;
    };
    const base = owed(at.base, position.debtBase);
    const fee = owed(at.fee, position.debtFee);
    position.debtBase += base;
    position.debtFee += fee;
    return { grossMicros: base + fee, operatorFeeMicros: fee };
  }

  private pay(
    wallet: string,
    id: number,
    slices: readonly { grossMicros: bigint; operatorFeeMicros: bigint }[],
  ): void {
    for (const slice of slices) {
      if (slice.grossMicros === 0n) continue;
      this.place += 1;
      const key = this.key(wallet, id);
      const stated = { place: this.place, at: this.now, txHash: String(this.place), ...slice };
      this.payouts.set(key, [...(this.payouts.get(key) ?? []), stated]);
    }
  }

  private settleClass(wallet: string): boolean {
    const changeAt = this.changeAt.get(wallet);
    if (changeAt === undefined || this.epoch < changeAt) return false;
    this.changeAt.delete(wallet);
    for (let id = 1; id <= this.operators.length; id++) {
      if (!this.positions.has(this.key(wallet, id))) continue;
      const operator = this.operator(id);
      const before = this.collect(wallet, id, operator.marks.get(changeAt) ?? { base: 0n, fee: 0n });
      this.pay(wallet, id, [before, this.collect(wallet, id, this.index(operator))]);
    }
    return true;
  }

  stake(wallet: string, operatorId: number, amountMicros: bigint): void {
    const operator = this.operator(operatorId);
    this.settleClass(wallet);
    const position = this.position(wallet, operatorId);
    const shares = operator.assets === 0n ? amountMicros : (amountMicros * operator.shares) / operator.assets;
    position.pending += shares;
    position.earnsFrom = this.epoch + 1;
    operator.assets += amountMicros;
    operator.shares += shares;
    this.emit({ event: "staked", wallet, operatorId, amountMicros });
  }

  staked(wallet: string, operatorId: number): bigint {
    const operator = this.operator(operatorId);
    const { active, pending } = this.position(wallet, operatorId);
    return operator.shares === 0n ? 0n : ((active + pending) * operator.assets) / operator.shares;
  }

  unbond(wallet: string, operatorId: number, amountMicros: bigint): void {
    const operator = this.operator(operatorId);
    this.settleClass(wallet);
    const position = this.position(wallet, operatorId);
    const held = position.active + position.pending;
    const worth = (held * operator.assets) / operator.shares;
    const leaving = amountMicros === worth ? held : up(amountMicros * operator.shares, operator.assets);
    const fromPending = smallerOf(leaving, position.pending);
    const fromActive = leaving - fromPending;
    if (fromActive > 0n) {
      this.sync(operator);
      position.debtBase -= (fromActive * operator.base) / scale;
      position.debtFee -= (fromActive * operator.fee) / scale;
      position.active -= fromActive;
      operator.earning -= fromActive;
    }
    position.pending -= fromPending;
    operator.assets -= amountMicros;
    operator.shares -= leaving;
    this.emit({ event: "unbonded", wallet, operatorId, amountMicros });
  }

  claim(wallet: string, operatorId: number): void {
    if (this.settleClass(wallet)) return;
    this.pay(wallet, operatorId, [this.collect(wallet, operatorId, this.index(this.operator(operatorId)))]);
  }

  scheduleClass(wallet: string): void {
    if (this.changeAt.has(wallet)) return;
    this.changeAt.set(wallet, this.epoch + 1);
    this.classChanges.set(wallet, [...(this.classChanges.get(wallet) ?? []), this.epoch + 1]);
  }

  slash(operatorId: number, fromStakeMicros: bigint): void {
    this.operator(operatorId).assets -= fromStakeMicros;
    this.emit({ event: "slashed", operatorId, fromStakeMicros });
  }

  finishEpoch(distributed: bigint, signers: readonly number[]): void {
    const weights = signers.map((id) => this.operator(id).assets);
    const total = weights.reduce((sum, one) => sum + one, 0n);
    const shares = weights.map((one) => (total === 0n ? 0n : (distributed * one) / total));
    const given = shares.reduce((sum, one) => sum + one, 0n);
    const last = weights.findLastIndex((one) => one > 0n);
    if (last >= 0) shares[last] = (shares[last] as bigint) + distributed - given;
    const epoch = this.epoch;
    this.epoch += 1;
    for (const operator of this.operators) {
      this.sync(operator);
      operator.dripEndsAt = this.now + this.dripSeconds;
      operator.earning = operator.shares;
      operator.marks.set(this.epoch, { base: operator.base, fee: operator.fee });
    }
    const rewards = signers.flatMap((operatorId, i) => {
      const grossMicros = shares[i] as bigint;
      if (grossMicros === 0n) return [];
      const operator = this.operator(operatorId);
      const feeMicros = (grossMicros * operator.commissionBps) / 10_000n;
      operator.dripBase += grossMicros - feeMicros;
      operator.dripFee += feeMicros;
      return [{ operatorId, grossMicros, feeMicros }];
    });
    this.emit({
      event: "epoch_final",
      epoch,
      distributedMicros: total === 0n ? 0n : distributed,
      signers,
      rewards,
    });
  }
}
