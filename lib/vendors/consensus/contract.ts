import type { Address } from "viem";

/** One machine that keeps the chain: known by its operator's number, or by the key its blocks are signed with. */
export interface ConsensusHost {
  of: { operatorId: number } | { node: Address };
  /** blocks between what it has done last and where the chain is */
  behindBlocks: bigint;
  /** in words, when something is wrong */
  problem: string | undefined;
}

/** Who keeps the chain, as the network itself tells it. */
export interface ConsensusAdapter {
  /** for the screen: whose word it is */
  source: string;
  hosts(): Promise<ConsensusHost[]>;
}
