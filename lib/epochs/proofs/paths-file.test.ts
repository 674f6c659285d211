import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { clearPaths, PathsFile, pathsOf, writePaths } from "@/lib/epochs/proofs/paths-file";
import { balanceProof, entryProof, readTrees } from "@/lib/epochs/verify/paths";
import { type Specimen, specimens } from "@/lib/epochs/verify/specimen";

const folder = mkdtempSync(join(tmpdir(), "granary-paths-"));
let all: Specimen[];

beforeAll(async () => {
  all = await specimens(7, 3);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("reads every way to the roots as it is found in the whole batch", async () => {
  for (const [n, { lines, parts }] of all.entries()) {
    const batch = join(folder, `epoch-${n}.jsonl`);
    writeFileSync(batch, `${lines.join("\n")}\n`);
    await writePaths(batch);
    const events = parts.seals.flatMap(({ leaves }) => leaves.filter(({ kind }) => kind === "event"));
    const ids = events.map(({ id }) => id);
    const names = parts.balances.map((row) => row.names.at(-1) ?? "");
    const trees = await readTrees(lines, {
      entries: [...ids.map(String), ...parts.payouts.map(({ id }) => `T${id}`)],
      balances: names,
    });
    const file = new PathsFile(batch);
    for (const id of ids) expect(file.event(id)).toEqual(entryProof(trees, `${id}`));
    for (const [nth, { id }] of parts.payouts.entries())
      expect(file.payout(nth)).toEqual(entryProof(trees, `T${id}`));
    for (const name of names) expect(file.balance(name)).toEqual(balanceProof(trees, name));
    expect(names.filter((name) => file.balance(name)).length).toBeGreaterThan(n === 0 ? 0 : 10);
    expect(file.event(999_999_999n)).toBeUndefined();
    expect(file.payout(parts.payouts.length)).toBeUndefined();
    expect(file.payout(-1)).toBeUndefined();
    expect(file.balance("ab".repeat(20))).toBeUndefined();
    file.close();
  }
});

it("refuses a file that is none or was cut, and clears what is not kept", () => {
  const [first, second] = [join(folder, "epoch-0.jsonl"), join(folder, "epoch-1.jsonl")];
  const whole = readFileSync(pathsOf(second));
  writeFileSync(pathsOf(second), whole.subarray(0, 20));
  expect(() => new PathsFile(second)).toThrow("ends too early");
  writeFileSync(pathsOf(second), Buffer.concat([Buffer.from("something"), whole]));
  expect(() => new PathsFile(second)).toThrow("holds no paths");
  writeFileSync(`${pathsOf(second)}-unfinished`, "");
  expect(clearPaths(folder, new Set([pathsOf(first)]))).toBe(3);
  new PathsFile(first).close();
  expect(() => new PathsFile(second)).toThrow();
});
