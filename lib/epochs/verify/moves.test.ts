import { expect, it } from "vitest";
import { Moves } from "@/lib/epochs/verify/moves";

it("sums what moved on each of many accounts, be it small, large or negative, and gives it once", () => {
  const moves = new Moves();
  const reference = new Map<string, bigint>();
  const amounts = [1n, -7n, 2n ** 53n - 1n, -(2n ** 53n), 10n ** 37n, -(10n ** 37n), 0n];
  // names that begin and end alike, more than the table holds at first
  const name = (i: number) => `${"ab".repeat(8)}${i.toString(16).padStart(8, "0")}${"cd".repeat(8)}`;
  for (let i = 0; i < 20_000; i++) {
    const alias = name((i * 7919) % 5000);
    const place = moves.find(alias) ?? moves.add(alias, `class ${i % 3}`);
    const micros = amounts[i % amounts.length] as bigint;
    moves.move(place, micros);
    reference.set(alias, (reference.get(alias) ?? 0n) + micros);
  }
  const named = moves.add("ff".repeat(20), "till");
  expect(moves.classOf(named)).toBe("till");
  expect(moves.take(named)).toBeUndefined();
  expect(moves.find("00".repeat(20))).toBeUndefined();
  for (let i = 0; i < 2500; i++) {
    const place = moves.find(name(i)) as number;
    expect(moves.take(place)).toBe(reference.get(name(i)));
    expect(moves.take(place)).toBeUndefined();
  }
  const left = [...moves.left()];
  expect(left).toHaveLength(2500);
  for (const { alias, micros } of left) expect(micros).toBe(reference.get(alias));
});
