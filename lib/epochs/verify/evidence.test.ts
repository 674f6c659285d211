import { type BaseError, ContractFunctionRevertedError, zeroHash } from "viem";
import { afterAll, beforeAll, expect, it } from "vitest";
import { evidenceAbi } from "@/lib/chain/abi";
import type { EpochContent } from "@/lib/chain/facts";
import { encodePayout } from "@/lib/epochs/format/batch";
import { badBalance, badEntry, badTotal } from "@/lib/epochs/verify/evidence";
import { readTrees } from "@/lib/epochs/verify/paths";
import { type Parts, type Specimen, settle, specimens } from "@/lib/epochs/verify/specimen";
import { startTestChain, type TestChain } from "@/lib/processes/test-chain";

let chain: TestChain;
let one: Specimen;

beforeAll(async () => {
  chain = await startTestChain();
  one = (await specimens(31, 2))[1] as Specimen;
}, 120_000);
afterAll(() => chain?.stop());

const contentOf = ({ proposal }: Pick<Specimen, "proposal">): EpochContent => ({
  collected: 0n,
  distributed: 0n,
  carried: 0n,
  supply: 0n,
  marketValue: 0n,
  lendableValue: 0n,
  dataDigest: zeroHash,
  parentBlockHash: zeroHash,
  proposedAt: 0n,
  ...proposal,
});

/**
 * What the contract says of the evidence. Of an epoch that is not final it has judged everything else by the time it says
 * so: the way leads to the root, and the leaf or the sum is bad.
 */
async function judged(
  functionName: "proveBadEntry" | "proveBadSum",
  args: readonly unknown[],
): Promise<string | undefined> {
  try {
    await chain.client.simulateContract({
      address: chain.deployment.contracts.evidence,
      abi: evidenceAbi,
      functionName,
      args: args as never,
    });
    return "punished";
  } catch (error) {
    const reverted = (error as BaseError).walk((cause) => cause instanceof ContractFunctionRevertedError);
    return (reverted as ContractFunctionRevertedError | null)?.data?.errorName ?? String(error);
  }
}
const isInTree = "NothingWrong";
const isProven = "NotFinal";

it("finds every leaf of an honest batch where the contract looks for it, and nothing wrong with it", async () => {
  const leaves = one.parts.seals.flatMap(({ leaves: all }) => all.filter(({ kind }) => kind === "event"));
  const ids = [...leaves.filter((_, n) => n % 40 === 0).map(({ id }) => `${id}`), "T3", "M"];
  const names = one.parts.balances.map((row) => row.names.at(-1) ?? "");
  const trees = await readTrees(one.lines, { entries: ids, balances: names });
  for (const id of ids) {
    const shown = badEntry(trees, id);
    if (!shown) continue;
    const args = [contentOf(one), shown.leaf, shown.siblings, shown.rights];
    expect(await judged("proveBadEntry", args), id).toBe(isInTree);
    const other = [{ ...contentOf(one), entriesRoot: zeroHash }, shown.leaf, shown.siblings, shown.rights];
    expect(await judged("proveBadEntry", other), id).toBe("NotInTheTree");
  }
  for (const name of [...trees.balances.rows.keys()].slice(0, 8)) {
    const shown = badBalance(trees, name);
    expect(await judged("proveBadSum", [contentOf(one), shown?.left, shown?.right, shown?.steps])).toBe(
      isInTree,
    );
  }
  const total = badTotal(trees);
  expect(await judged("proveBadSum", [contentOf(one), total?.left, total?.right, []])).toBe(isInTree);
});

const forged = (forge: (parts: Parts) => void, tell: Parameters<typeof settle>[1] = {}) => {
  const parts = structuredClone(one.parts);
  forge(parts);
  return settle(parts, tell);
};

it("proves a tax line that is too low", async () => {
  const lie = forged(({ payouts }) => {
    for (const row of payouts.slice(1, 2)) row.federalMicros -= 1n;
  });
  const id = `T${lie.parts.payouts[1]?.id}`;
  const trees = await readTrees(lie.lines, { entries: [id, `T${lie.parts.payouts[0]?.id}`] });
  const [shown, honest] = [badEntry(trees, id), badEntry(trees, `T${lie.parts.payouts[0]?.id}`)];
  expect(await judged("proveBadEntry", [contentOf(lie), shown?.leaf, shown?.siblings, shown?.rights])).toBe(
    isProven,
  );
  expect(
    await judged("proveBadEntry", [contentOf(lie), honest?.leaf, honest?.siblings, honest?.rights]),
  ).toBe(isInTree);
  expect(lie.lines).toContain(encodePayout(lie.parts.payouts[1] as Parts["payouts"][number]));
});

it("proves a balance below zero", async () => {
  const lie = forged(({ balances }) => {
    for (const row of balances.filter((found) => found.class === "dollar_deposit").slice(0, 1))
      row.closingMicros = -5n;
  });
  const name = lie.parts.balances.find((row) => row.closingMicros === -5n)?.names.at(-1) ?? "";
  const shown = badBalance(await readTrees(lie.lines, { balances: [name] }), name);
  expect(await judged("proveBadSum", [contentOf(lie), shown?.left, shown?.right, shown?.steps])).toBe(
    isProven,
  );
});

it("proves liabilities that are not what the tree sums to", async () => {
  const lie = forged(() => undefined, {
    manifest: (manifest) => ({ ...manifest, liabilitiesMicros: manifest.liabilitiesMicros - 1_000_000n }),
  });
  const shown = badTotal(await readTrees(lie.lines, {}));
  expect(await judged("proveBadSum", [contentOf(lie), shown?.left, shown?.right, []])).toBe(isProven);
});
