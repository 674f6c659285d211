import type { PublicClient } from "viem";
import type { BlockWithLogs } from "@/lib/chain/blocks";
import type { BlockRef } from "@/lib/chain/finality";

/** How a block that the chain states differs from the same block as the operator's own node has it. */
export type DifferenceReason =
  | "state_root_differs"
  | "receipts_root_differs"
  | "transaction_refused"
  | "block_hash_differs";

export interface Difference {
  reason: DifferenceReason;
  stated: string;
  recomputed: string;
}

export interface ExecutedBlock extends BlockWithLogs {
  /** undefined: the chain and the own node agree; the logs are the own node's in either case */
  difference: Difference | undefined;
}

/** A point to go on from, and what the caller wanted to remember with it. */
export interface Kept {
  at: BlockRef;
  note: string;
}

export interface FollowerStatus {
  /** what executes the blocks, in words */
  engine: string;
  at: BlockRef | undefined;
  keptTo: bigint | undefined;
  blocksExecuted: number;
  blocksPerSecond: number;
  /** the block since which every one differs, while they do */
  differsSince: { block: bigint; difference: Difference } | undefined;
}

/** A node of the operator's own that executes every block itself: all that a verdict rests on is read from it. */
export interface Follower {
  /** Begins at the kept point while the chain still has it, else, or when told to, at the first block; again after any trouble. */
  begin(from?: "first"): Promise<Kept | undefined>;
  isRunning(): boolean;
  /**
   * Executes what comes next up to a block, one after the other; between two the reader stands at the one given.
   * Throws ChainMoved when the chain has left what was executed, NodeTrouble when it cannot be read or believed.
   */
  advance(to: bigint): AsyncGenerator<ExecutedBlock, void, void>;
  /** what the own node holds now */
  reader(): PublicClient;
  /** Puts this point on disk; not while the own node and the chain disagree. */
  keep(note: string): Promise<void>;
  status(): FollowerStatus;
  close(): Promise<void>;
}

/** Blocks executed in a time of work: pauses do not count. */
export class Pace {
  blocks = 0;
  private workedMs = 0;

  async measure<T>(blocks: number, work: () => Promise<T>): Promise<T> {
    const since = performance.now();
    const done = await work();
    this.workedMs += performance.now() - since;
    this.blocks += blocks;
    return done;
  }

  perSecond(): number {
    return this.workedMs === 0 ? 0 : (this.blocks * 1000) / this.workedMs;
  }
}
