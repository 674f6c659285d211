import { type Hex, toHex } from "viem";
import { type SumNode, sumNode } from "@/lib/epochs/format/tree";
import { type BatchTrees, entryProof, way } from "@/lib/epochs/verify/paths";

/**
 * What Evidence.sol takes besides the epoch, made from a batch's file: whoever holds the file of a final epoch can show
 * what was false in it, and needs nobody's word.
 */
export interface BadEntry {
  leaf: Hex;
  siblings: Hex[];
  /** bit n: at step n the sibling is the right one */
  rights: bigint;
}

export interface ChainSum {
  hash: Hex;
  sum: bigint;
}
export interface BadSum {
  left: ChainSum;
  right: ChainSum;
  steps: { stated: bigint; sibling: ChainSum; siblingIsRight: boolean }[];
}

/** For proveBadEntry: an entry by its event's id, a payout's tax by "T" and its id. */
export function badEntry(trees: BatchTrees, name: string): BadEntry | undefined {
  const proof = entryProof(trees, name);
  return (
    proof && {
      leaf: `0x${proof.leaf}`,
      siblings: proof.steps.map(({ hash }): Hex => `0x${hash}`),
      rights: proof.steps.reduce((bits, { isRight }, n) => bits | (isRight ? 1n << BigInt(n) : 0n), 0n),
    }
  );
}

/** For proveBadSum: a balance below zero, by its last name, and the one beside it. */
export function badBalance({ balances }: BatchTrees, name: string): BadSum | undefined {
  const found = balances.rows.get(name);
  if (!found) return undefined;
  const { steps } = way(balances.nodes, found.at, sumNode);
  const [first, ...above] = steps;
  if (!first) return undefined;
  return {
    ...sides(first),
    steps: above.map(({ own, beside, isRight }) => ({
      stated: own.sum,
      sibling: onChain(beside),
      siblingIsRight: isRight,
    })),
  };
}

/** For proveBadSum: liabilities on chain that are not what the tree sums to. */
export function badTotal({ balances }: BatchTrees): BadSum | undefined {
  const top = way(balances.nodes, 0, sumNode).steps.at(-1);
  return top && { ...sides(top), steps: [] };
}

const sides = ({ own, beside, isRight }: { own: SumNode; beside: SumNode; isRight: boolean }) =>
  isRight ? { left: onChain(own), right: onChain(beside) } : { left: onChain(beside), right: onChain(own) };
const onChain = ({ hash, sum }: SumNode): ChainSum => ({ hash: toHex(hash), sum });
