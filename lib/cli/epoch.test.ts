import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { main, toJson } from "@/lib/cli/main";
import { inclusionFormat } from "@/lib/epochs/verify/inclusion";
import { balanceProof, readTrees } from "@/lib/epochs/verify/paths";
import { bytesOf, type Specimen, specimens } from "@/lib/epochs/verify/specimen";

let [folder, one] = ["", {} as Specimen];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "epoch-"));
  one = (await specimens(3, 2, { customers: 3, seals: 2, events: 3 }))[1] as Specimen;
  writeFileSync(join(folder, "batch"), bytesOf(one.lines));
  const { block, blockHash, supplyMicros, fees, rewardsMicros, reserves } = one.manifest;
  const chain = { block, blockHash, supplyMicros, fees, rewardsMicros, reserves, payouts: one.parts.payouts };
  const roots = {
    ...one.proposal,
    chainId: one.place.chainId,
    epochManager: one.place.epochManager,
    seenAt: "x",
  };
  writeFileSync(join(folder, "roots"), toJson(roots));
  writeFileSync(join(folder, "all"), toJson({ ...roots, previous: one.previous, chain }));
  writeFileSync(join(folder, "other"), toJson({ ...roots, liabilities: "1" }));
  writeFileSync(join(folder, "half"), toJson({ number: 2 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const epochVerify = (...words: string[]) => epoch("verify", ...words);
const epochProve = (...words: string[]) => epoch("prove", ...words);

async function epoch(verb: string, ...words: string[]): Promise<{ code: number; said: string }> {
  let said = "";
  const take = ((text: string, done?: () => void) => {
    said += text;
    done?.();
    return true;
  }) as typeof process.stdout.write;
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation(take),
  );
  try {
    const files = words.map((word) => (word.startsWith("--") ? word : join(folder, word)));
    return { code: await main(["epoch", verb, ...files]), said };
  } finally {
    for (const stream of streams) stream.mockRestore();
    process.exitCode = 0;
  }
}

it("says 0 of a batch that is right in all, and one document", async () => {
  const { code, said } = await epochVerify("batch", "--roots", "all");
  expect(JSON.parse(said)).toMatchObject({ ok: true, epoch: "2", findings: [] });
  expect(code).toBe(0);
});

it("says 3 of what it could not compare", async () => {
  const alone = await epochVerify("batch");
  expect(JSON.parse(alone.said)).toMatchObject({ ok: true, compared: { proposal: false, chain: false } });
  expect(alone.code).toBe(3);
  const byRoots = await epochVerify("batch", "--roots", "roots");
  expect(JSON.parse(byRoots.said)).toMatchObject({ ok: true, compared: { proposal: true, chain: false } });
  expect(byRoots.code).toBe(3);
});

it("says 1 and why of what it refuses", async () => {
  const { code, said } = await epochVerify("batch", "--roots", "other");
  expect(JSON.parse(said)).toMatchObject({ ok: false, refusal: { reason: "liabilities_stated_differ" } });
  expect(code).toBe(1);
  expect((await epochVerify("roots")).code).toBe(1);
});

it("says 2 of what it cannot read", async () => {
  expect((await epochVerify("nothing")).code).toBe(2);
  expect((await epochVerify()).code).toBe(2);
  expect((await epochVerify("batch", "--roots", "batch")).code).toBe(2);
  expect((await epochVerify("batch", "--roots", "half")).code).toBe(2);
});

it("proves a customer's file by the roots alone, and says what differs", async () => {
  const name = one.parts.balances
    .find((row) => row.class === "dollar_deposit" && row.closingMicros > 0n)
    ?.names.at(-1) as string;
  const trees = await readTrees(one.lines, { balances: [name] });
  const proof = balanceProof(trees, name);
  const document = {
    format: inclusionFormat,
    chainId: 31_337,
    epochManager: one.place.epochManager,
    fromBlock: "1",
    epoch: `${one.parts.number}`,
    balances: [{ class: "dollar_deposit", proof }],
    receipts: [],
  };
  writeFileSync(join(folder, "proof"), toJson(document));
  const good = await epochProve("proof", "--roots", "roots");
  expect(JSON.parse(good.said)).toMatchObject({ proved: 1, differ: 0, notFinal: 0 });
  expect(good.code).toBe(0);
  expect((await epochProve("proof", "--roots", "other")).code).toBe(1);
  writeFileSync(join(folder, "future"), toJson({ ...document, epoch: "77" }));
  expect((await epochProve("future", "--roots", "roots")).code).toBe(3);
  for (const [words, told] of [
    [["proof"], "either --rpc with a node's address or --roots"],
    [["batch", "--roots", "roots"], "is not a JSON document"],
    [["roots", "--roots", "roots"], "is not a proof of the form"],
    [["proof", "--roots", "half"], "entriesRoot"],
  ] as const) {
    const { code, said } = await epochProve(...words);
    expect([code, said.includes(told)], said).toEqual([2, true]);
  }
});
