import { balanceLeaf } from "@/lib/epochs/format/batch";
import { type SumNode, SumTree } from "@/lib/epochs/format/tree";

/** What stood before, in the order of this batch; the last tree had it in the order of its own names. */
export class PreviousLeaves {
  private readonly rows: { name: string; asset: string; micros: bigint }[] = [];

  add(name: string, asset: string, micros: bigint): void {
    this.rows.push({ name, asset, micros });
  }

  root(): SumNode {
    this.rows.sort((one, other) => (one.name < other.name ? -1 : 1));
    const tree = new SumTree();
    for (const { name, asset, micros } of this.rows) tree.add(balanceLeaf(name, asset, micros), micros);
    return tree.root();
  }
}
