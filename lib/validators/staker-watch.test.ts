import { describe, expect, it } from "vitest";
import { ownerOf } from "@/lib/validators/operators";
import { inOrderOfChoice, stakerAlert, type WatchedByStakers } from "@/lib/validators/staker-watch";

const rules = { bondMinimumMicros: 10_000n, strikeLimit: 3, missedLimit: 4 };
const now = new Date("2026-11-22T00:00:00Z");
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);
const epochs = (marks: string) => Array.from(marks, (mark) => ({ signed: mark === "x" }));
const operator = (own: Partial<WatchedByStakers> = {}): WatchedByStakers => ({
  operatorId: 2,
  owner: "outside",
  isOpen: true,
  strikes: 0,
  certifiedUntil: inDays(300),
  bondMicros: 10_000n,
  slashedMicros: 0n,
  commissionPpm: 50_000n,
  lastEpochs: epochs("xxxxxxxxxx"),
  ...own,
});
const alert = (own: Partial<WatchedByStakers>) => stakerAlert(operator(own), { rules, now });

describe("what a staker is told of an operator", () => {
  it("is nothing while nothing wants anything done", () => {
    expect(alert({})).toBeUndefined();
    expect(alert({ lastEpochs: [] })).toBeUndefined();
    expect(alert({ lastEpochs: epochs("-xxxxxxxxx") }), "one miss is no reason").toBeUndefined();
    expect(alert({ strikes: 1 })).toBeUndefined();
    expect(alert({ certifiedUntil: null })).toBeUndefined();
    expect(alert({ certifiedUntil: inDays(30) })).toBeUndefined();
  });

  it("is the gravest thing alone, with the one thing to do", () => {
    expect(alert({ isOpen: false, strikes: 2, bondMicros: 0n })).toMatchObject({ id: "no_seat", do: "move" });
    expect(alert({ certifiedUntil: now })).toMatchObject({ id: "certificate_over", do: "move" });
    expect(alert({ lastEpochs: epochs("--xxxxxxxx"), strikes: 2 })).toEqual({
      id: "missed",
      severity: "act",
      do: "move",
      epochs: 2,
    });
    expect(alert({ lastEpochs: epochs("---") })).toMatchObject({ id: "missed", epochs: 3 });
    expect(alert({ bondMicros: 9_999n })).toMatchObject({ id: "bond_low", severity: "soon" });
    expect(alert({ strikes: 2 })).toMatchObject({ id: "strikes", strikes: 2, limit: 3 });
    expect(alert({ certifiedUntil: inDays(29) })).toMatchObject({ id: "certificate_ends", do: "watch" });
  });
});

it("puts those first that one would choose, and those last that take no stake", () => {
  const ids = (...operators: WatchedByStakers[]) =>
    inOrderOfChoice(operators).map(({ operatorId }) => operatorId);
  expect(
    ids(
      operator({ operatorId: 1, owner: "bank" }),
      operator({ operatorId: 2, isOpen: false, commissionPpm: 0n }),
      operator({ operatorId: 3, commissionPpm: 60_000n }),
      operator({ operatorId: 4 }),
      operator({ operatorId: 5, owner: "affiliate" }),
      operator({ operatorId: 6, lastEpochs: epochs("xxxxx-xxxx"), commissionPpm: 0n }),
      operator({ operatorId: 7, strikes: 1, commissionPpm: 0n }),
      operator({ operatorId: 8, slashedMicros: 1n, commissionPpm: 0n }),
      operator({ operatorId: 9, lastEpochs: [], commissionPpm: 0n }),
    ),
  ).toEqual([4, 5, 1, 3, 6, 9, 7, 8, 2]);
});

it("knows whose an operator is", () => {
  expect(
    [
      { operatorId: 1, isOfBank: true },
      { operatorId: 5, isOfBank: true },
      { operatorId: 2, isOfBank: false },
    ].map(ownerOf),
  ).toEqual(["bank", "affiliate", "outside"]);
});
