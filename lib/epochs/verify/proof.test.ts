import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { type BatchTrees, balanceProof, entryProof, readTrees } from "@/lib/epochs/verify/paths";
import {
  type BalanceProof,
  type EntryProof,
  provesBalance,
  provesEntry,
  readEntry,
  type SignedRoots,
} from "@/lib/epochs/verify/proof";
import { type Specimen, specimens } from "@/lib/epochs/verify/specimen";

let one: Specimen;
let trees: BatchTrees;
let signed: SignedRoots;
let [names, ids]: [string[], string[]] = [[], []];

beforeAll(async () => {
  one = (await specimens(21, 2))[1] as Specimen;
  names = one.parts.balances.map((row) => row.names.at(-1) ?? "");
  const events = one.parts.seals.flatMap(({ leaves }) => leaves.filter(({ kind }) => kind === "event"));
  ids = [...events.map(({ id }) => `${id}`), ...one.parts.payouts.map(({ id }) => `T${id}`), "M"];
  trees = await readTrees(one.lines, { entries: ids, balances: names });
  signed = one.proposal;
});

const owed = () => [...trees.balances.rows.keys()].map((name) => balanceProof(trees, name) as BalanceProof);
const entered = () => [...trees.entries.leaves.keys()].map((id) => entryProof(trees, id) as EntryProof);

it("proves every balance that is owed, and every entry, to what was signed", async () => {
  expect(owed().length).toBeGreaterThan(20);
  for (const proof of owed()) expect(await provesBalance(proof, signed)).toBe(true);
  expect(entered().length).toBeGreaterThan(100);
  for (const proof of entered()) expect(await provesEntry(proof, signed)).toBe(true);
});

it("has no proof of what is not there", () => {
  expect(balanceProof(trees, "ab".repeat(20))).toBeUndefined();
  expect(entryProof(trees, "999999")).toBeUndefined();
});

it("refuses a balance proof in which anything is changed", async () => {
  const [proof] = owed() as [BalanceProof];
  const [step, ...rest] = proof.steps as [BalanceProof["steps"][number], ...BalanceProof["steps"]];
  const lies: Partial<BalanceProof>[] = [
    { micros: `${BigInt(proof.micros) + 1n}` },
    { micros: `0${proof.micros}` },
    { micros: "-1" },
    { name: "ab".repeat(20) },
    { name: "x" },
    { asset: "EUR" },
    { steps: [] },
    { steps: rest },
    { steps: [step, ...proof.steps] },
    { steps: [{ ...step, sum: `${BigInt(step.sum) + 1n}` }, ...rest] },
    { steps: [{ ...step, sum: `-${step.sum}` }, ...rest] },
    { steps: [{ ...step, hash: "00".repeat(32) }, ...rest] },
    { steps: [{ ...step, isRight: !step.isRight }, ...rest] },
    { steps: "none" as never },
  ];
  for (const lie of lies)
    expect(await provesBalance({ ...proof, ...lie }, signed), JSON.stringify(lie)).toBe(false);
  expect(await provesBalance(proof, { ...signed, liabilities: signed.liabilities - 1n })).toBe(false);
  expect(await provesBalance(proof, { ...signed, liabilitiesRoot: signed.entriesRoot })).toBe(false);
});

it("refuses an entry proof in which anything is changed, and reads what an entry moved", async () => {
  const event = one.parts.seals[0]?.leaves.find(
    (leaf) => leaf.kind === "event" && leaf.event === "bring-dollars",
  );
  if (event?.kind !== "event") throw new Error("no deposit");
  const proof = entryProof(trees, `${event.id}`) as EntryProof;
  const [step, ...rest] = proof.steps as [EntryProof["steps"][number], ...EntryProof["steps"]];
  const lies: Partial<EntryProof>[] = [
    { leaf: proof.leaf.replace(/.$/, (last) => (last === "0" ? "1" : "0")) },
    { leaf: proof.leaf.slice(1) },
    { leaf: "" },
    { steps: rest },
    { steps: [{ ...step, isRight: !step.isRight }, ...rest] },
    { steps: [{ ...step, hash: "zz" }, ...rest] },
    { steps: Array.from({ length: 65 }, () => step) },
  ];
  for (const lie of lies)
    expect(await provesEntry({ ...proof, ...lie }, signed), JSON.stringify(lie)).toBe(false);
  const moved = event.lines.flatMap((line) =>
    line.kind === "transfer"
      ? [
          { account: line.debit.alias, asset: line.asset, micros: line.amountMicros },
          { account: line.credit.alias, asset: line.asset, micros: -line.amountMicros },
        ]
      : [],
  );
  expect(readEntry(proof.leaf)).toEqual({ id: event.id, lines: moved });
  expect(readEntry((entryProof(trees, "M") as EntryProof).leaf)).toBeUndefined();
});

it("needs nothing but the browser to be checked", () => {
  const code = readFileSync(new URL("proof.ts", import.meta.url), "utf8");
  expect(code).not.toMatch(/\b(import|require|Buffer|process)\b/);
});
