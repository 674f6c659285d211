import { smallerOf } from "@/lib/money/math";

/**
 * How rewards add up, recomputed from the facts of final blocks alone: the index of every operator as Staking.sol moves it.
 * Units: micros; an index is micros per share times 1e18; times in seconds. Rounding: as the contract, what leaves the drip
 * up, what an index gains down. Refuses: nothing, the facts are the chain's.
 */
export const indexScale = 10n ** 18n;

export type AccrualFact = { place: number; at: number } & (
  | { event: "staked"; wallet: string; operatorId: number; amountMicros: bigint }
  | { event: "unbonded"; wallet: string; operatorId: number; amountMicros: bigint }
  | { event: "slashed"; operatorId: number; fromStakeMicros: bigint }
  | {
      event: "epoch_final";
      epoch: number;
      distributedMicros: bigint;
      signers: readonly number[];
      rewards: readonly { operatorId: number; grossMicros: bigint; feeMicros: bigint }[];
    }
);

/** An operator right after its index was brought up to a moment. */
export interface Standing {
  place: number;
  at: number;
  /** open for accrual from here on */
  epoch: number;
  base: bigint;
  fee: bigint;
  /** still to drip */
  dripBase: bigint;
  dripFee: bigint;
  dripEndsAt: number;
  /** all that this epoch had to drip when it began */
  dripWhole: bigint;
  earning: bigint;
}

/** What one's own shares with an operator went through; the split of an exit depends on the epoch it fell in. */
export type OwnMove = { place: number; at: number } & (
  | { kind: "staked"; shares: bigint; earnsFrom: number }
  | { kind: "unbonded"; fromActive: bigint; fromPending: bigint }
);

export interface FinalEpoch {
  epoch: number;
  place: number;
  at: number;
  distributedMicros: bigint;
  signers: readonly number[];
  /** stake of each operator when it was shared out */
  assets: ReadonlyMap<number, bigint>;
  grossOf: ReadonlyMap<number, bigint>;
}

interface Position {
  active: bigint;
  pending: bigint;
  earnsFrom: number;
  moves: OwnMove[];
}

interface OperatorBook {
  assets: bigint;
  shares: bigint;
  standings: Standing[];
}

export interface Accrual {
  dripSeconds: number;
  /** the last fact that is in here */
  place: number;
  epoch: number;
  operators: Map<number, OperatorBook>;
  positions: Map<string, Position>;
  epochs: Map<number, FinalEpoch>;
}

export const openAccrual = (dripSeconds: number): Accrual => ({
  dripSeconds,
  place: -1,
  epoch: 1,
  operators: new Map(),
  positions: new Map(),
  epochs: new Map(),
});

export const positionKey = (wallet: string, operatorId: number) => `${wallet.toLowerCase()}:${operatorId}`;

const ceilDiv = (amount: bigint, over: bigint) => (amount + over - 1n) / over;

function raised(amount: bigint, earning: bigint): { rise: bigint; used: bigint } {
  const rise = (amount * indexScale) / earning;
  return { rise, used: ceilDiv(rise * earning, indexScale) };
}

/** What has dripped by a later moment, and how far that has moved both indices. While nobody earns, the drip waits. */
export function risen(from: Standing, at: number) {
  const nothing = { base: from.base, fee: from.fee, paidBase: 0n, paidFee: 0n, usedBase: 0n, usedFee: 0n };
  if (from.earning === 0n || at <= from.at) return nothing;
  const part = (drip: bigint) =>
    at < from.dripEndsAt ? (drip * BigInt(at - from.at)) / BigInt(from.dripEndsAt - from.at) : drip;
  const paidBase = part(from.dripBase);
  const paidFee = part(from.dripFee);
  const base = raised(paidBase, from.earning);
  const fee = raised(paidFee, from.earning);
  return {
    base: from.base + base.rise,
    fee: from.fee + fee.rise,
    paidBase,
    paidFee,
    usedBase: base.used,
    usedFee: fee.used,
  };
}

function operatorIn(accrual: Accrual, operatorId: number, at: number): OperatorBook {
  const known = accrual.operators.get(operatorId);
  if (known) return known;
  const first: Standing = {
    place: -1,
    at,
    epoch: accrual.epoch,
    base: 0n,
    fee: 0n,
    dripBase: 0n,
    dripFee: 0n,
    dripEndsAt: 0,
    dripWhole: 0n,
    earning: 0n,
  };
  const made: OperatorBook = { assets: 0n, shares: 0n, standings: [first] };
  accrual.operators.set(operatorId, made);
  return made;
}

function sync(operator: OperatorBook, { place, at }: { place: number; at: number }): Standing {
  const last = operator.standings.at(-1) as Standing;
  const now = risen(last, at);
  const next: Standing = {
    ...last,
    place,
    at,
    base: now.base,
    fee: now.fee,
    dripBase: last.dripBase - now.usedBase,
    dripFee: last.dripFee - now.usedFee,
  };
  operator.standings.push(next);
  return next;
}

function positionIn(accrual: Accrual, wallet: string, operatorId: number): Position {
  const key = positionKey(wallet, operatorId);
  let position = accrual.positions.get(key);
  if (!position) {
    position = { active: 0n, pending: 0n, earnsFrom: 0, moves: [] };
    accrual.positions.set(key, position);
  }
  if (position.pending > 0n && accrual.epoch >= position.earnsFrom) {
    position.active += position.pending;
    position.pending = 0n;
  }
  return position;
}

/** Takes one more fact in; facts come in the chain's order, each once. */
export function takeIn(accrual: Accrual, fact: AccrualFact): void {
  const { place, at } = fact;
  accrual.place = place;
  if (fact.event === "epoch_final") {
    finishEpoch(accrual, fact);
    return;
  }
  const operator = operatorIn(accrual, fact.operatorId, at);
  if (fact.event === "slashed") {
    operator.assets -= fact.fromStakeMicros;
    return;
  }
  const position = positionIn(accrual, fact.wallet, fact.operatorId);
  const { amountMicros } = fact;
  if (fact.event === "staked") {
    const shares = operator.assets === 0n ? amountMicros : (amountMicros * operator.shares) / operator.assets;
    position.pending += shares;
    position.earnsFrom = accrual.epoch + 1;
    operator.assets += amountMicros;
    operator.shares += shares;
    position.moves.push({ place, at, kind: "staked", shares, earnsFrom: position.earnsFrom });
    return;
  }
  const held = position.active + position.pending;
  const worth = operator.shares === 0n ? 0n : (held * operator.assets) / operator.shares;
  const leaving = amountMicros >= worth ? held : ceilDiv(amountMicros * operator.shares, operator.assets);
  const fromPending = smallerOf(leaving, position.pending);
  const fromActive = leaving - fromPending;
  if (fromActive > 0n) sync(operator, fact).earning -= fromActive;
  position.active -= fromActive;
  position.pending -= fromPending;
  operator.assets -= amountMicros;
  operator.shares -= leaving;
  position.moves.push({ place, at, kind: "unbonded", fromActive, fromPending });
}

/** All shares earn from here on; what was shared out begins to drip. */
function finishEpoch(accrual: Accrual, fact: Extract<AccrualFact, { event: "epoch_final" }>): void {
  const { place, at, epoch, distributedMicros, signers } = fact;
  accrual.epoch = epoch + 1;
  const grossOf = new Map(fact.rewards.map((one) => [one.operatorId, one.grossMicros]));
  const assets = new Map([...accrual.operators].map(([id, operator]) => [id, operator.assets]));
  accrual.epochs.set(epoch, { epoch, place, at, distributedMicros, signers, assets, grossOf });
  for (const { operatorId } of fact.rewards) operatorIn(accrual, operatorId, at);
  for (const [id, operator] of accrual.operators) {
    const standing = sync(operator, fact);
    const reward = fact.rewards.find((one) => one.operatorId === id);
    standing.epoch = epoch + 1;
    standing.dripEndsAt = at + accrual.dripSeconds;
    standing.earning = operator.shares;
    standing.dripBase += reward ? reward.grossMicros - reward.feeMicros : 0n;
    standing.dripFee += reward?.feeMicros ?? 0n;
    standing.dripWhole = standing.dripBase + standing.dripFee;
  }
}
