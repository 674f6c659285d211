import type { FinalEpoch } from "@/lib/rewards/accrual";
import { indexScale } from "@/lib/rewards/accrual";
import type { Earned } from "@/lib/rewards/explain";
import { halfPointsPerOne, unpackRateClass } from "@/lib/tax/split-payout";

/**
 * Why a payout differs from the one before it: net = epochs x fees an epoch x part in which the operator signed x part in
 * which one had stake x own stake / all stake x what the operator leaves x what tax leaves. The factors change one after
 * the other, in this order, so the causes sum to the difference, to the micro. Units: micros; epochs in hundredths.
 * Rounding: each step down; what that leaves, and changes below ten micros, go together as "rounding".
 */
export type CauseId =
  | "period"
  | "fees"
  | "missed"
  | "absent"
  | "own_stake"
  | "others"
  | "commission"
  | "class"
  | "rounding";

export interface Cause {
  id: CauseId;
  changeMicros: bigint;
  /** the figure behind it: before and now; parts in ppm */
  was: bigint;
  is: bigint;
}

export interface Comparison {
  differenceMicros: bigint;
  /** largest first */
  causes: Cause[];
}

export interface Compared {
  earned: Earned;
  netMicros: bigint;
  rateClass: number;
}

type Fraction = { n: bigint; d: bigint };
type Measure = Record<Exclude<CauseId, "rounding">, Fraction>;

/** In the order in which one after the other takes its new value. */
const order = [
  "period",
  "fees",
  "missed",
  "absent",
  "own_stake",
  "others",
  "commission",
  "class",
] as const satisfies readonly (keyof Measure)[];

/** The product of the factors up to each of them, so that the last is the net itself. */
function measure(
  of: Compared,
  on: { epochs: ReadonlyMap<number, FinalEpoch>; dripSeconds: number },
): Measure {
  const drip = BigInt(on.dripSeconds);
  let seconds = 0n;
  let shared = 0n;
  let signed = 0n;
  let paid = 0n;
  let paidWithStake = 0n;
  let weighted = 0n;
  let base = 0n;
  let fee = 0n;
  for (const one of of.earned.stretches) {
    const source = on.epochs.get(one.epoch - 1);
    const during = BigInt(one.drippedSeconds);
    const distributed = source?.distributedMicros ?? 0n;
    seconds += during;
    shared += during * distributed;
    if (source?.signers.includes(of.earned.operatorId)) signed += during * distributed;
    paid += one.paidMicros;
    if (one.ownShares > 0n) {
      paidWithStake += one.paidMicros;
      weighted += one.paidMicros * one.ownShares;
    }
    base += one.own.base;
    fee += one.own.fee;
  }
  const { federal, state, local } = unpackRateClass(of.rateClass);
  const left = halfPointsPerOne - BigInt(federal + state + local);
  const present = { n: signed * paidWithStake, d: drip * (paid || 1n) };
  return {
    period: { n: seconds, d: drip },
    fees: { n: shared, d: drip },
    missed: { n: signed, d: drip },
    absent: present,
    own_stake: { n: present.n * weighted, d: present.d * (paidWithStake || 1n) },
    others: { n: base + fee, d: indexScale },
    commission: { n: base, d: indexScale },
    class: { n: base * left, d: indexScale * halfPointsPerOne },
  };
}

const over = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.d, d: a.d * b.n });
const floorOf = ({ n, d }: Fraction) => (d === 0n ? 0n : n / d);
const timesOf = ({ n, d }: Fraction, times: bigint): Fraction => ({ n: n * times, d });
const one: Fraction = { n: 1n, d: 1n };
const smallMicros = 10n;

export function comparePayouts(
  before: Compared,
  now: Compared,
  on: { epochs: ReadonlyMap<number, FinalEpoch>; dripSeconds: number },
): Comparison {
  const was = measure(before, on);
  const is = measure(now, on);
  const differenceMicros = now.netMicros - before.netMicros;
  // a level that is empty in one of the two explains nothing by itself: the next one takes its part
  const levels = order.filter((id) => was[id].n > 0n && is[id].n > 0n);
  const causes: Cause[] = [];
  let reached = floorOf(was.class);
  let left = differenceMicros;
  for (const [i, id] of levels.entries()) {
    const value = floorOf(over({ n: was.class.n * is[id].n, d: was.class.d * is[id].d }, was[id]));
    const changeMicros = value - reached;
    reached = value;
    if (changeMicros > -smallMicros && changeMicros < smallMicros) continue;
    left -= changeMicros;
    const previous = levels[i - 1];
    const figure = (of: Measure) => shown(id, over(of[id], previous ? of[previous] : one));
    causes.push({ id, changeMicros, was: figure(was), is: figure(is) });
  }
  if (left !== 0n) causes.push({ id: "rounding", changeMicros: left, was: 0n, is: 0n });
  const size = (micros: bigint) => (micros < 0n ? -micros : micros);
  causes.sort((a, b) => Number(size(b.changeMicros) - size(a.changeMicros)));
  return { differenceMicros, causes };
}

/** A factor as people read it. */
function shown(id: keyof Measure, factor: Fraction): bigint {
  const inMillionths = floorOf(timesOf(factor, 1_000_000n));
  switch (id) {
    case "period":
      return floorOf(timesOf(factor, 100n));
    case "fees":
    case "own_stake":
      return floorOf(factor);
    case "others":
      return factor.n === 0n ? 0n : floorOf({ n: factor.d, d: factor.n });
    case "missed":
    case "absent":
      return inMillionths;
    case "commission":
    case "class":
      return 1_000_000n - inMillionths;
  }
}
