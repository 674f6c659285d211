import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { reasons } from "@/lib/epochs/verify/findings";
import { lies } from "@/lib/epochs/verify/lies";
import { batchLines } from "@/lib/epochs/verify/read-lines";
import { specimens } from "@/lib/epochs/verify/specimen";
import { verifyEpoch } from "@/lib/epochs/verify/verify-epoch";

describe("falsified batches", () => {
  it(
    "are refused, each for what is false in it",
    async () => {
      const seed = barSeed();
      const count = Math.max(rounds(lies.length), lies.length);
      const seen = new Set<string>();
      const wrong: string[] = [];
      let cases: Awaited<ReturnType<typeof specimens>> = [];
      for (let n = 0; n < count; n++) {
        if (n % (lies.length * 2) === 0)
          cases = await specimens(seed + n, 3, { customers: 4, seals: 4, events: 4 });
        const epoch = 1 + (n % 2);
        const lie = lies[n % lies.length] as (typeof lies)[number];
        let state = seed + n;
        const roll = (below: number) => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return Math.floor((state / 2 ** 32) * below);
        };
        const [one, before] = [cases[epoch], cases[epoch - 1]];
        if (!one || !before) throw new Error("no honest batch");
        const { bytes, against } = lie.tell({ one, before, roll });
        const { ok, refusal } = await verifyEpoch(batchLines([bytes]), against);
        if (ok || !refusal || !lie.reasons.includes(refusal.reason))
          wrong.push(`${lie.name}: ${ok ? "accepted" : JSON.stringify(refusal)} (seed ${seed})`);
        if (refusal) seen.add(refusal.reason);
      }
      expect(wrong).toEqual([]);
      expect(reasons.filter((reason) => !seen.has(reason) && !unseen.includes(reason))).toEqual([]);
    },
    patience(60_000),
  );

  it("are as many kinds as a validator has reasons, and none is told twice", () => {
    expect(new Set(lies.map(({ name }) => name)).size).toBe(lies.length);
    expect(lies.length).toBeGreaterThan(150);
  });
});

it("has each reason in the README, with what it means and what to do", () => {
  const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
  const told = [...readme.matchAll(/^\| `(\w+)` +\| ([^|]{10,}) \| ([^|]{6,}) \|$/gm)].map(
    ([, name]) => name,
  );
  expect(told).toEqual([...reasons]);
});

/** Told of the first epoch alone, or only behind another reason of the same lie. */
const unseen = ["previous_not_empty", "event_too_large", "assets_uneven"];
