import {
  type AccountRow,
  balanceLeaf,
  decodeAccount,
  decodeManifest,
  decodePayout,
  entryLeaf,
  manifestLeaf,
  taxLeaf,
} from "@/lib/epochs/format/batch";
import { classRules } from "@/lib/epochs/format/classes";
import { leafHash, nodeHash, type SumNode, sumNode } from "@/lib/epochs/format/tree";
import type { BalanceProof, EntryProof } from "@/lib/epochs/verify/proof";
import { decodeHeader, decodeLeaf } from "@/lib/ledger/seal/format";

/**
 * Ways through the two trees of a batch, from its file: for a customer's proof, or for whoever shows a fault to the chain.
 * It reads what is written and judges nothing of it. One hash for each leaf is kept.
 */
export interface BatchTrees {
  entries: { hashes: Buffer[]; leaves: Map<string, { at: number; leaf: Buffer }> };
  balances: { nodes: SumNode[]; rows: Map<string, { at: number; row: AccountRow }> };
}

/** What is wanted of a batch: entries by the id of their event, "T" and the payout's id or "M"; balances by last name. */
export interface Wanted {
  entries?: readonly string[];
  balances?: readonly string[];
}

export async function readTrees(
  lines: AsyncIterable<string> | Iterable<string>,
  wanted: Wanted,
): Promise<BatchTrees> {
  const [entryNames, balanceNames] = [new Set(wanted.entries), new Set(wanted.balances)];
  const trees: BatchTrees = {
    entries: { hashes: [], leaves: new Map() },
    balances: { nodes: [], rows: new Map() },
  };
  const enter = (name: string, leaf: Buffer) => {
    if (entryNames.has(name)) trees.entries.leaves.set(name, { at: trees.entries.hashes.length, leaf });
    trees.entries.hashes.push(leafHash(leaf));
  };
  let written: string | undefined;
  let [leavesLeft, payoutsLeft] = [0n, 0n];
  for await (const line of lines) {
    if (written === undefined) {
      written = line;
      payoutsLeft = decodeManifest(line).payouts;
    } else if (leavesLeft > 0n) {
      leavesLeft -= 1n;
      const leaf = decodeLeaf(line);
      const bytes = leaf.kind === "event" ? entryLeaf(leaf) : undefined;
      if (bytes) enter(`${leaf.id}`, bytes);
    } else if (line.startsWith('["granary.seal.1"')) leavesLeft = decodeHeader(line).leafCount;
    else if (payoutsLeft > 0n) {
      payoutsLeft -= 1n;
      const row = decodePayout(line);
      enter(`T${row.id}`, taxLeaf(row));
    } else {
      const row = decodeAccount(line);
      const counts = classRules[row.class]?.counts;
      if ((counts !== "deposit" && counts !== "holder") || row.closingMicros === 0n) continue;
      const name = row.names.at(-1) ?? "";
      const { nodes, rows } = trees.balances;
      if (balanceNames.has(name)) rows.set(name, { at: nodes.length, row });
      const leaf = balanceLeaf(name, row.asset, row.closingMicros);
      nodes.push({ hash: leafHash(leaf), sum: row.closingMicros });
    }
  }
  if (written !== undefined) enter("M", manifestLeaf(written));
  const filling = { hash: leafHash(Buffer.from("Z")), sum: 0n };
  while (trees.balances.nodes.length < 2) trees.balances.nodes.push(filling);
  return trees;
}

export interface Step<T> {
  own: T;
  beside: T;
  isRight: boolean;
}

/** From a leaf to the root: at each step the node itself, and what stands beside it; the lonely one rises as it is. */
export function way<T>(
  leaves: readonly T[],
  at: number,
  join: (left: T, right: T) => T,
): { steps: Step<T>[]; root: T } {
  const steps: Step<T>[] = [];
  let level = leaves;
  let place = at;
  while (level.length > 1) {
    const isRight = place % 2 === 0;
    const beside = level[isRight ? place + 1 : place - 1];
    if (beside !== undefined) steps.push({ own: level[place] as T, beside, isRight });
    const above: T[] = [];
    for (let n = 0; n < level.length; n += 2) {
      const [left, right] = [level[n] as T, level[n + 1]];
      above.push(right === undefined ? left : join(left, right));
    }
    level = above;
    place = Math.floor(place / 2);
  }
  return { steps, root: level[0] as T };
}

export function balanceProof({ balances }: BatchTrees, name: string): BalanceProof | undefined {
  const found = balances.rows.get(name);
  if (!found) return undefined;
  const { steps, root } = way(balances.nodes, found.at, sumNode);
  return {
    kind: "balance",
    name,
    asset: found.row.asset,
    micros: found.row.closingMicros.toString(),
    steps: steps.map(({ beside, isRight }) => ({
      hash: beside.hash.toString("hex"),
      sum: beside.sum.toString(),
      isRight,
    })),
    root: root.hash.toString("hex"),
    liabilitiesMicros: root.sum.toString(),
  };
}

export function entryProof({ entries }: BatchTrees, name: string): EntryProof | undefined {
  const found = entries.leaves.get(name);
  if (!found) return undefined;
  const { steps, root } = way(entries.hashes, found.at, nodeHash);
  return {
    kind: "entry",
    leaf: found.leaf.toString("hex"),
    steps: steps.map(({ beside, isRight }) => ({ hash: beside.toString("hex"), isRight })),
    root: root.toString("hex"),
  };
}
