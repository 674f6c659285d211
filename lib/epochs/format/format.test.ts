import { expect, it } from "vitest";
import { classRules } from "@/lib/epochs/format/classes";
import { EntryTree, leafHash, nodeHash, type SumNode, SumTree, sumNode } from "@/lib/epochs/format/tree";
import { chartOfAccounts } from "@/lib/ledger/chart-of-accounts";
import { sha256 } from "@/lib/ledger/seal/format";
import { rootOf } from "@/lib/ledger/seal/merkle";

it("counts every class of the chart of accounts as the ledger does", () => {
  const countsAs = {
    owned: "other",
    owed: "other",
    own: "other",
    under_way: "other",
    supply: "supply",
    holder: "holder",
  };
  const expected = Object.entries(chartOfAccounts).map(([name, { asset, side, counted, isClearing }]) => {
    const special: Record<string, string> = {
      dollar_deposit: "deposit",
      token_supply: "supply",
      chain_clearing: "under_way",
      slashed_token: "slashed",
    };
    return [name, { asset, side, counts: special[name] ?? countsAs[counted], isEitherSide: isClearing }];
  });
  expect(classRules).toEqual(Object.fromEntries(expected));
});

it.each([0, 1, 2, 3, 4, 5, 7, 8, 9, 33, 100])(
  "makes the root over %d entries as the seals' tree does",
  (n) => {
    const tree = new EntryTree();
    const leaves = Array.from({ length: n }, (_, i) => Buffer.from(`leaf ${i}`));
    for (const leaf of leaves) tree.add(leaf);
    expect(tree.root().toString("hex")).toBe(
      Buffer.from(rootOf(sha256, leaves.map(leafHash))).toString("hex"),
    );
  },
);

it("sums balances, the lonely one rises as it is, and fewer than two are filled up", () => {
  const leaf = (i: number) => Buffer.from(`leaf ${i}`);
  const tree = new SumTree();
  for (let i = 1; i <= 3; i++) tree.add(leaf(i), BigInt(i));
  const [one, two, three] = [1, 2, 3].map((i) => ({ hash: leafHash(leaf(i)), sum: BigInt(i) })) as [
    SumNode,
    SumNode,
    SumNode,
  ];
  expect(tree.root()).toMatchObject(sumNode(sumNode(one, two), three));
  const empty = new SumTree().root();
  expect(empty.sum).toBe(0n);
  expect(empty.hash).not.toEqual(nodeHash(leafHash(Buffer.from("Z")), leafHash(Buffer.from("Z"))));
});
