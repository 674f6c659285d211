import { beforeAll, expect, it } from "vitest";
import {
  type CheckedLine,
  checkInclusion,
  epochsOf,
  type InclusionDocument,
  inclusionFormat,
  readInclusion,
  readTax,
} from "@/lib/epochs/verify/inclusion";
import { balanceProof, entryProof, readTrees } from "@/lib/epochs/verify/paths";
import type { BalanceProof, EntryProof } from "@/lib/epochs/verify/proof";
import { type Specimen, specimens } from "@/lib/epochs/verify/specimen";

let one: Specimen;
let document: InclusionDocument;
const copy = (): InclusionDocument => structuredClone(document);
const signedOf = (epoch: string) => (epoch === `${one.parts.number}` ? one.proposal : undefined);

async function linesOf(of: InclusionDocument, signed: typeof signedOf = signedOf): Promise<CheckedLine[]> {
  const lines: CheckedLine[] = [];
  for await (const line of checkInclusion(of, signed)) lines.push(line);
  return lines;
}
const outcomes = async (of: InclusionDocument) => (await linesOf(of)).map(({ outcome }) => outcome);

beforeAll(async () => {
  one = (await specimens(21, 2))[1] as Specimen;
  const deposit = one.parts.seals[0]?.leaves.find(
    (leaf) => leaf.kind === "event" && leaf.event === "bring-dollars",
  );
  const [line] = deposit?.kind === "event" ? deposit.lines : [];
  if (deposit?.kind !== "event" || line?.kind !== "transfer") throw new Error("no deposit");
  const holders = one.parts.balances.filter(
    (row) => ["dollar_deposit", "wallet_mirror"].includes(row.class) && row.closingMicros > 0n,
  );
  const [name = "", other = ""] = holders.map(({ names }) => names.at(-1) ?? "");
  const tax = `T${one.parts.payouts[0]?.id}`;
  const trees = await readTrees(one.lines, { entries: [`${deposit.id}`, tax], balances: [name, other] });
  document = {
    format: inclusionFormat,
    chainId: 31_337,
    epochManager: `0x${"ab".repeat(20)}`,
    fromBlock: "1",
    epoch: `${one.parts.number}`,
    balances: [name, other].map((of) => ({
      class: "dollar_deposit",
      proof: balanceProof(trees, of) as BalanceProof,
    })),
    receipts: [
      {
        epoch: `${one.parts.number}`,
        event: "bring-dollars",
        at: "2026-11-22T00:00:00.000Z",
        names: [line.credit.alias],
        entry: entryProof(trees, `${deposit.id}`) as EntryProof,
        tax: entryProof(trees, tax) as EntryProof,
      },
    ],
  };
});

it("proves each line, and says what stands there and what moved", async () => {
  const lines = await linesOf(document);
  expect(lines.map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ["balance", "proved"],
    ["balance", "proved"],
    ["entry", "proved"],
    ["tax", "proved"],
  ]);
  expect(lines[0]?.sums[0]?.micros).toBe(BigInt(document.balances[0]?.proof.micros ?? 0));
  expect(lines[2]?.sums).toMatchObject([{ asset: "USD" }]);
  expect(lines[2]?.sums[0]?.micros).toBeGreaterThan(0n);
  const [payout] = one.parts.payouts;
  expect(readTax(document.receipts[0]?.tax?.leaf ?? "")).toEqual(payout);
  expect(epochsOf(document)).toEqual([one.parts.number]);
});

it("fails when one cent differs, in the browser's copy or in what was signed", async () => {
  const cent = copy();
  const [first] = cent.balances as [InclusionDocument["balances"][number]];
  first.proof.micros = `${BigInt(first.proof.micros) + 10_000n}`;
  expect(await outcomes(cent)).toEqual(["differs", "proved", "proved", "proved"]);
  const signed = { ...one.proposal, liabilities: one.proposal.liabilities + 10_000n };
  expect((await linesOf(document, () => signed)).map(({ outcome }) => outcome)).toEqual([
    "differs",
    "differs",
    "proved",
    "proved",
  ]);
});

it("counts no line twice, no entry that is not one's own, and nothing of an epoch that is not final", async () => {
  const twice = copy();
  twice.balances[1] = twice.balances[0] as InclusionDocument["balances"][number];
  twice.receipts.push(twice.receipts[0] as InclusionDocument["receipts"][number]);
  expect(await outcomes(twice)).toEqual(["proved", "differs", "proved", "proved", "differs", "proved"]);
  const others = copy();
  (others.receipts[0] as InclusionDocument["receipts"][number]).names = ["ab".repeat(20)];
  expect((await outcomes(others))[2]).toBe("differs");
  const future = copy();
  future.epoch = "999";
  expect(await outcomes(future)).toEqual(["not_final", "not_final", "proved", "proved"]);
});

it("reads its own shape and no other", () => {
  expect(readInclusion(JSON.parse(JSON.stringify(document)))).toEqual(document);
  const [balance] = document.balances;
  const [receipt] = document.receipts;
  for (const wrong of [
    null,
    [],
    "granary.inclusion.1",
    {},
    { ...document, format: "granary.inclusion.2" },
    { ...document, epochManager: "0x12" },
    { ...document, fromBlock: -1 },
    { ...document, epoch: "1.5" },
    { ...document, balances: [null] },
    { ...document, balances: [{ ...balance, proof: { ...balance?.proof, steps: [null] } }] },
    { ...document, balances: [{ ...balance, proof: { ...balance?.proof, asset: 5 } }] },
    { ...document, receipts: [{ ...receipt, names: [1] }] },
    { ...document, receipts: [{ ...receipt, entry: { leaf: 1, steps: [] } }] },
    { ...document, receipts: [{ ...receipt, tax: {} }] },
  ])
    expect(readInclusion(wrong), JSON.stringify(wrong)?.slice(0, 80)).toBeUndefined();
});
