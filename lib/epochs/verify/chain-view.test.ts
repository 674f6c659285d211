import type { Hex } from "viem";
import { expect, it } from "vitest";
import type { ChainFact } from "@/lib/chain/facts";
import { FactsView } from "@/lib/epochs/verify/chain-view";

const none = "0x0000000000000000000000000000000000000000";
const hash = (n: number): Hex => `0x${String(n).padStart(64, "0")}`;
const facts = (...list: object[]) => list as ChainFact[];
const fee = (kind: string, amountMicros: bigint) => ({ event: "FeeCollected", kind, amountMicros });
const record = (positionId: Hex, of: number, marketMicros: bigint, lendableMicros: bigint) => ({
  event: "PositionRecorded",
  positionId,
  class: of,
  marketMicros,
  lendableMicros,
});
const payout = (grossMicros: bigint, operatorFeeMicros: bigint) => ({
  event: "Payout",
  grossMicros,
  operatorFeeMicros,
  federalMicros: 3n,
  stateMicros: 2n,
  localMicros: 1n,
  rateClass: 0x2c0a02,
});

function view(): FactsView {
  const made = new FactsView();
  made.add({
    number: 10n,
    hash: hash(10),
    facts: facts(
      { event: "Transfer", from: none, to: "0xa", amountMicros: 100n },
      record(hash(1), 10, 90n, 70n),
      record(hash(2), 2, 10n, 10n),
      fee("issuance", 5n),
    ),
  });
  made.add({
    number: 11n,
    hash: hash(11),
    facts: facts(payout(100n, 4n), fee("issuance", 7n), fee("data_validation", 2n)),
  });
  made.add({
    number: 12n,
    hash: hash(12),
    facts: facts(
      { event: "Transfer", from: "0xa", to: none, amountMicros: 40n },
      { event: "Transfer", from: "0xa", to: "0xb", amountMicros: 1n },
      { event: "PositionReleased", positionId: hash(1), amountMicros: 20n },
      { event: "PositionReleased", positionId: hash(2), amountMicros: 10n },
      { event: "RewardDistributed", grossMicros: 9n },
      payout(50n, 0n),
    ),
  });
  return made;
}

it("sums what the blocks of a range did, and what stood at its end", () => {
  const of = view();
  expect(of.blockHash(11n)).toBe(hash(11));
  expect(of.blockHash(13n)).toBeUndefined();
  expect([10n, 11n, 12n].map((block) => of.supplyAt(block))).toEqual([100n, 100n, 60n]);
  expect(of.fees({ after: 0n, upTo: 12n })).toEqual([
    { kind: "data_validation", amountMicros: 2n },
    { kind: "issuance", amountMicros: 12n },
  ]);
  expect(of.fees({ after: 10n, upTo: 11n })).toEqual([
    { kind: "data_validation", amountMicros: 2n },
    { kind: "issuance", amountMicros: 7n },
  ]);
  expect(of.fees({ after: 11n, upTo: 12n })).toEqual([]);
  expect([of.rewards({ after: 0n, upTo: 11n }), of.rewards({ after: 11n, upTo: 12n })]).toEqual([0n, 9n]);
});

it("numbers payouts over the life of the bank", () => {
  const of = view();
  expect(of.payouts({ after: 11n, upTo: 12n })).toMatchObject([{ id: 2n, baseMicros: 50n }]);
  expect(of.payouts({ after: 0n, upTo: 12n })).toMatchObject([{ id: 1n, baseMicros: 96n }, { id: 2n }]);
});

it("keeps reserves by class, market value going in proportion and rounded up", () => {
  const of = view();
  expect(of.reservesAt(11n)).toEqual([
    { class: "2", marketMicros: 10n, lendableMicros: 10n },
    { class: "10", marketMicros: 90n, lendableMicros: 70n },
  ]);
  // 90 * 20 / 70 = 25.7
  expect(of.reservesAt(12n)).toEqual([{ class: "10", marketMicros: 64n, lendableMicros: 50n }]);
});

it("forgets what no epoch asks for any more, and says so instead of a wrong sum", () => {
  const of = view();
  of.forget(11n);
  expect(of.fees({ after: 11n, upTo: 12n })).toEqual([]);
  expect(of.payouts({ after: 11n, upTo: 12n })).toHaveLength(1);
  expect(of.supplyAt(12n)).toBe(60n);
  expect(() => of.fees({ after: 10n, upTo: 12n })).toThrow("block 10");
  expect(() => of.add({ number: 14n, hash: hash(14), facts: [] })).toThrow("does not follow");
});
