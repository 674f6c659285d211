import {
  type Accrual,
  indexScale,
  type OwnMove,
  positionKey,
  risen,
  type Standing,
} from "@/lib/rewards/accrual";

/**
 * Every payout of one wallet with one operator, taken apart into the stretches it was earned in, each a plain share:
 * what was paid out there x own stake / all stake. Units: attos are 1e-18 of a micro, exact; micros where it says so.
 * Rounding: none in a stretch; a payout floors to the micro, the fraction stays on one's account and comes with the next.
 */
export interface Attos {
  base: bigint;
  fee: bigint;
}

export interface Stretch {
  /** open while this was earned; its money is the fees of the epoch before */
  epoch: number;
  fromAt: number;
  toAt: number;
  /** seconds of it in which something dripped */
  drippedSeconds: number;
  /** to all stakers of the operator, gross, and the operator's fee in it */
  paidMicros: bigint;
  paidFeeMicros: bigint;
  /** all that the operator's stakers had to get in that epoch */
  wholeMicros: bigint;
  ownShares: bigint;
  allShares: bigint;
  own: Attos;
}

/** Fractions of a micro that the contract keeps when stake begins to earn or leaves. */
export interface Kept extends Attos {
  at: number;
  because: "stake_began" | "unstaked";
}

export interface PayoutStated {
  place: number;
  at: number;
  txHash: string;
  grossMicros: bigint;
  operatorFeeMicros: bigint;
}

export interface Earned {
  operatorId: number;
  fromAt: number | undefined;
  fromBecause: "stake_began" | "last_payout" | "class_changed";
  toAt: number;
  toBecause: "paid" | "class_changed" | "open";
  stretches: Stretch[];
  carriedIn: Attos;
  kept: Kept[];
  /** carried in + all stretches - kept */
  exact: Attos;
  grossMicros: bigint;
  operatorFeeMicros: bigint;
  carriedOut: Attos;
}

export interface PayoutExplained extends Earned {
  stated: PayoutStated;
  agrees: boolean;
}

const nothing: Attos = { base: 0n, fee: 0n };
const plus = (a: Attos, b: Attos): Attos => ({ base: a.base + b.base, fee: a.fee + b.fee });
const wholeMicros = (attos: bigint) => (attos > 0n ? attos / indexScale : 0n);
const missingToWhole = (attos: bigint) => (indexScale - (attos % indexScale)) % indexScale;

type Input = {
  wallet: string;
  operatorId: number;
  payouts: readonly PayoutStated[];
  /** epochs from which another rate class held */
  classChanges: readonly number[];
  /** the moment up to which what is not paid yet is told */
  nowAt: number;
};

export function explainPayouts(accrual: Accrual, input: Input): { payouts: PayoutExplained[]; open: Earned } {
  const standings = accrual.operators.get(input.operatorId)?.standings ?? [];
  const moves = accrual.positions.get(positionKey(input.wallet, input.operatorId))?.moves ?? [];
  const walk = new Walk(input.operatorId, standings);
  const explained: PayoutExplained[] = [];
  const due = [...input.classChanges].sort((a, b) => a - b);
  let next = 0;

  const moveUpTo = (place: number) => {
    for (; next < moves.length && (moves[next] as OwnMove).place < place; next++)
      walk.move(moves[next] as OwnMove);
  };

  for (const stated of input.payouts) {
    moveUpTo(stated.place);
    let earned: Earned | undefined;
    while (due.length > 0 && !earned) {
      const mark = accrual.epochs.get((due[0] as number) - 1);
      if (!mark || mark.place > stated.place) break;
      due.shift();
      if (mark.place <= walk.place) continue;
      const before = walk.copy();
      before.goTo(mark);
      const slice = before.collect(mark.at, "class_changed");
      if (slice.grossMicros === 0n) continue;
      walk.become(before);
      earned = slice;
    }
    if (!earned) {
      walk.goTo(stated);
      earned = walk.collect(stated.at, "paid");
    }
    const agrees =
      earned.grossMicros === stated.grossMicros && earned.operatorFeeMicros === stated.operatorFeeMicros;
    explained.push({ ...earned, stated, agrees });
  }
  moveUpTo(Number.POSITIVE_INFINITY);
  walk.goTo({ place: Number.POSITIVE_INFINITY, at: input.nowAt });
  return { payouts: explained, open: walk.collect(input.nowAt, "open") };
}

/** One position walked through its operator's standings. */
class Walk {
  place = -1;
  private at = 0;
  private index = 0;
  private active = 0n;
  private pending = 0n;
  private earnsFrom = 0;
  private carriedIn = nothing;
  private exact = nothing;
  private stretches: Stretch[] = [];
  private kept: Kept[] = [];
  private fromAt: number | undefined;
  private fromBecause: Earned["fromBecause"] = "stake_began";

  constructor(
    private readonly operatorId: number,
    private readonly standings: readonly Standing[],
  ) {}

  copy(): Walk {
    const made = new Walk(this.operatorId, this.standings);
    made.become(this);
    return made;
  }

  become(other: Walk): void {
    Object.assign(this, other);
    this.stretches = [...other.stretches];
    this.kept = [...other.kept];
  }

  private indexNow(): { base: bigint; fee: bigint } {
    return risen(this.standings[this.index] as Standing, this.at);
  }

  move(move: OwnMove): void {
    this.goTo(move);
    if (move.kind === "staked") {
      this.pending += move.shares;
      this.earnsFrom = move.earnsFrom;
      return;
    }
    const index = this.indexNow();
    this.active -= move.fromActive;
    this.pending -= move.fromPending;
    this.keep("unstaked", {
      base: (move.fromActive * index.base) % indexScale,
      fee: (move.fromActive * index.fee) % indexScale,
    });
  }

  private keep(because: Kept["because"], lost: Attos): void {
    if (lost.base === 0n && lost.fee === 0n) return;
    this.kept.push({ at: this.at, because, ...lost });
    this.exact = plus(this.exact, { base: -lost.base, fee: -lost.fee });
  }

  goTo({ place, at }: { place: number; at: number }): void {
    for (;;) {
      const standing = this.standings[this.index];
      if (!standing) return;
      const following = this.standings[this.index + 1];
      const passes = following !== undefined && following.place <= place;
      this.earn(standing, passes ? following.at : at);
      this.at = passes ? following.at : at;
      if (!passes) break;
      this.index += 1;
      this.activate(following);
    }
    this.place = Math.max(this.place, place);
  }

  private activate(standing: Standing): void {
    if (this.pending === 0n || standing.epoch < this.earnsFrom) return;
    if (this.fromAt === undefined) {
      this.fromAt = standing.at;
      this.fromBecause = "stake_began";
    }
    this.active += this.pending;
    this.keep("stake_began", {
      base: missingToWhole(this.pending * standing.base),
      fee: missingToWhole(this.pending * standing.fee),
    });
    this.pending = 0n;
  }

  private earn(standing: Standing, toAt: number): void {
    const fromAt = Math.max(this.at, standing.at);
    if (this.fromAt === undefined || toAt <= fromAt) return;
    const start = risen(standing, fromAt);
    const end = risen(standing, toAt);
    const own = {
      base: this.active * (end.base - start.base),
      fee: this.active * (end.fee - start.fee),
    };
    const until = (at: number) => Math.min(at, standing.dripEndsAt);
    const paidFeeMicros = end.paidFee - start.paidFee;
    this.stretches.push({
      epoch: standing.epoch,
      fromAt,
      toAt,
      drippedSeconds: Math.max(0, until(toAt) - until(fromAt)),
      paidMicros: end.paidBase - start.paidBase + paidFeeMicros,
      paidFeeMicros,
      wholeMicros: standing.dripWhole,
      ownShares: this.active,
      allShares: standing.earning,
      own,
    });
    this.exact = plus(this.exact, own);
  }

  /** What is owed by now leaves as whole micros; the rest is carried on. */
  collect(toAt: number, toBecause: Earned["toBecause"]): Earned {
    const baseMicros = wholeMicros(this.exact.base);
    const operatorFeeMicros = wholeMicros(this.exact.fee);
    const carriedOut = {
      base: this.exact.base - baseMicros * indexScale,
      fee: this.exact.fee - operatorFeeMicros * indexScale,
    };
    const earned: Earned = {
      operatorId: this.operatorId,
      fromAt: this.fromAt,
      fromBecause: this.fromBecause,
      toAt,
      toBecause,
      stretches: this.stretches,
      carriedIn: this.carriedIn,
      kept: this.kept,
      exact: this.exact,
      grossMicros: baseMicros + operatorFeeMicros,
      operatorFeeMicros,
      carriedOut,
    };
    this.stretches = [];
    this.kept = [];
    this.carriedIn = carriedOut;
    this.exact = carriedOut;
    this.fromAt = this.active > 0n ? toAt : undefined;
    this.fromBecause = toBecause === "class_changed" ? "class_changed" : "last_payout";
    return earned;
  }
}
