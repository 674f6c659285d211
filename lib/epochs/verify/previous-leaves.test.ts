import { expect, it } from "vitest";
import { balanceLeaf } from "@/lib/epochs/format/batch";
import { SumTree } from "@/lib/epochs/format/tree";
import { PreviousLeaves } from "@/lib/epochs/verify/previous-leaves";

it("makes the last tree in the order of its names, also of names that begin alike", () => {
  const rows = Array.from({ length: 3000 }, (_, i) => ({
    name: `${(i % 7).toString(16).repeat(8)}${((i * 7919) % 3001).toString(16).padStart(32, "0")}`,
    micros: i % 2 === 0 ? BigInt(i + 1) : -(BigInt(i) << 70n),
  }));
  const leaves = new PreviousLeaves();
  for (const { name, micros } of rows) leaves.add(name, "USD", micros);
  const tree = new SumTree();
  for (const { name, micros } of rows.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    tree.add(balanceLeaf(name, "USD", micros), micros);
  expect(leaves.root()).toEqual(tree.root());
});
