import type { Hex } from "viem";
import type { ChainFact } from "@/lib/chain/facts";
import type { PayoutRow, ReserveTotal } from "@/lib/epochs/format/batch";

type Soon<T> = T | Promise<T>;
export type FeeSum = { kind: string; amountMicros: bigint };

/** What the validator's own node knows of the chain; ranges are the blocks after `after` up to `upTo`. */
export interface ChainView {
  /** undefined when the own node has not come to that block */
  blockHash(block: bigint): Soon<Hex | undefined>;
  supplyAt(block: bigint): Soon<bigint>;
  /** by kind, sorted by its name, those of zero left out */
  fees(range: BlockRange): Soon<FeeSum[]>;
  /** gross of what was distributed */
  rewards(range: BlockRange): Soon<bigint>;
  /** in the chain's order, numbered from 1 over the life of the bank */
  payouts(range: BlockRange): AsyncIterable<PayoutRow> | Iterable<PayoutRow>;
  /** by class, sorted by its number, those without a value left out */
  reservesAt(block: bigint): Soon<ReserveTotal[]>;
}
export interface BlockRange {
  after: bigint;
  upTo: bigint;
}

type Position = { class: string; marketMicros: bigint; lendableMicros: bigint };
interface BlockNote {
  number: bigint;
  hash: Hex;
  supplyMicros: bigint;
  feesMicros: Record<string, bigint>;
  rewardsMicros: bigint;
  reserves: ReserveTotal[];
}

const none = "0x0000000000000000000000000000000000000000";

/**
 * The view over the blocks that a validator has executed, folded as they come. What is kept of a block are sums up to it
 * and each payout; blocks before the last final epoch's can be forgotten. All of it is plain data, to be kept on disk.
 */
export class FactsView implements ChainView {
  private notes: BlockNote[] = [];
  private payoutRows: { block: bigint; row: PayoutRow }[] = [];
  private payoutsEver = 0n;
  private positions: Record<string, Position> = {};
  private isCut = false;

  /** `block` follows the last; its facts are in the order of their logs. */
  add(block: { number: bigint; hash: Hex; facts: readonly ChainFact[] }): void {
    const last = this.notes.at(-1);
    if (last && block.number !== last.number + 1n)
      throw new Error(`block ${block.number} does not follow block ${last.number}`);
    const note: BlockNote = {
      number: block.number,
      hash: block.hash,
      supplyMicros: last?.supplyMicros ?? 0n,
      feesMicros: last?.feesMicros ?? {},
      rewardsMicros: last?.rewardsMicros ?? 0n,
      reserves: last?.reserves ?? [],
    };
    this.notes.push(note);
    let isMoved = false;
    for (const fact of block.facts) {
      if (fact.event === "Transfer") {
        if (fact.from === none) note.supplyMicros += fact.amountMicros;
        if (fact.to === none) note.supplyMicros -= fact.amountMicros;
      } else if (fact.event === "FeeCollected") {
        const { kind, amountMicros } = fact;
        note.feesMicros = { ...note.feesMicros, [kind]: (note.feesMicros[kind] ?? 0n) + amountMicros };
      } else if (fact.event === "RewardDistributed") note.rewardsMicros += fact.grossMicros;
      else if (fact.event === "Payout") {
        this.payoutsEver += 1n;
        const { federalMicros, stateMicros, localMicros } = fact;
        const row = {
          id: this.payoutsEver,
          baseMicros: fact.grossMicros - fact.operatorFeeMicros,
          rateClass: BigInt(fact.rateClass),
          federalMicros,
          stateMicros,
          localMicros,
        };
        this.payoutRows.push({ block: block.number, row });
      } else if (fact.event === "PositionRecorded") {
        const { marketMicros, lendableMicros } = fact;
        this.positions[fact.positionId] = { class: String(fact.class), marketMicros, lendableMicros };
        isMoved = true;
      } else if (fact.event === "PositionReleased") {
        this.release(fact.positionId, fact.amountMicros);
        isMoved = true;
      }
    }
    if (isMoved) note.reserves = sumsByClass(Object.values(this.positions));
  }

  /** Forgets what came before a block, which stays. */
  forget(before: bigint): void {
    this.isCut = true;
    this.notes = this.notes.filter(({ number }) => number >= before);
    this.payoutRows = this.payoutRows.filter(({ block }) => block >= before);
  }

  /** Market value goes in proportion to lendable value, rounded up, as ReserveRegistry.sol does. */
  private release(id: string, amountMicros: bigint): void {
    const position = this.positions[id];
    if (!position || position.lendableMicros === 0n) return;
    const { marketMicros, lendableMicros } = position;
    position.marketMicros -= (marketMicros * amountMicros + lendableMicros - 1n) / lendableMicros;
    position.lendableMicros -= amountMicros;
    if (position.lendableMicros === 0n && position.marketMicros === 0n) delete this.positions[id];
  }

  /** Whether ranges that begin after a block can be told. */
  reachesBackTo(block: bigint): boolean {
    return !this.isCut || this.find(block) !== undefined;
  }

  private find(block: bigint): BlockNote | undefined {
    const [first] = this.notes;
    return first && block >= first.number ? this.notes[Number(block - first.number)] : undefined;
  }
  private note(block: bigint): BlockNote {
    const found = this.find(block);
    if (!found) throw new Error(`block ${block} is not among those kept`);
    return found;
  }

  /** Sums up to where a range begins; none before the first block that was ever folded. */
  private before(block: bigint): BlockNote | undefined {
    return this.isCut ? this.note(block) : this.find(block);
  }

  blockHash(block: bigint): Hex | undefined {
    return this.find(block)?.hash;
  }
  supplyAt(block: bigint): bigint {
    return this.note(block).supplyMicros;
  }
  fees({ after, upTo }: BlockRange): FeeSum[] {
    const before = this.before(after)?.feesMicros ?? {};
    return Object.entries(this.note(upTo).feesMicros)
      .map(([kind, amount]) => ({ kind, amountMicros: amount - (before[kind] ?? 0n) }))
      .filter(({ amountMicros }) => amountMicros !== 0n)
      .sort((one, other) => (one.kind < other.kind ? -1 : 1));
  }
  rewards({ after, upTo }: BlockRange): bigint {
    return this.note(upTo).rewardsMicros - (this.before(after)?.rewardsMicros ?? 0n);
  }
  payouts({ after, upTo }: BlockRange): PayoutRow[] {
    return this.payoutRows.filter(({ block }) => block > after && block <= upTo).map(({ row }) => row);
  }
  reservesAt(block: bigint): ReserveTotal[] {
    return this.note(block).reserves;
  }
}

function sumsByClass(positions: readonly Position[]): ReserveTotal[] {
  const sums = new Map<string, ReserveTotal>();
  for (const position of positions) {
    const sum = sums.get(position.class) ?? {
      class: position.class,
      marketMicros: 0n,
      lendableMicros: 0n,
    };
    sum.marketMicros += position.marketMicros;
    sum.lendableMicros += position.lendableMicros;
    sums.set(position.class, sum);
  }
  return [...sums.values()]
    .filter(({ marketMicros, lendableMicros }) => marketMicros !== 0n || lendableMicros !== 0n)
    .sort((one, other) => Number(one.class) - Number(other.class));
}
