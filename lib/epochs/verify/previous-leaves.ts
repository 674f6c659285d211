import { balanceLeaf } from "@/lib/epochs/format/batch";
import { type SumNode, SumTree } from "@/lib/epochs/format/tree";

const nameLetters = 40;

/** What stood before, in the order of this batch; the last tree had it in the order of its own names. */
export class PreviousLeaves {
  /** name, asset and amount of each in one text, which sorts as the names do */
  private readonly rows: string[] = [];

  add(name: string, asset: string, micros: bigint): void {
    this.rows.push(`${name}${asset} ${micros}`);
  }

  root(): SumNode {
    this.rows.sort();
    const tree = new SumTree();
    for (const row of this.rows) {
      const [asset = "", amount = ""] = row.slice(nameLetters).split(" ");
      const micros = BigInt(amount);
      tree.add(balanceLeaf(row.slice(0, nameLetters), asset, micros), micros);
    }
    return tree.root();
  }
}
