import { type Address, type Hex, keccak256, pad, toHex, zeroAddress, zeroHash } from "viem";
import { describe, expect, it } from "vitest";
import type { ChainFact, EpochContent } from "@/lib/chain/facts";
import {
  type Books,
  emptyBooks,
  foldBlock,
  type SeenBlock,
  type VerifyContext,
} from "@/lib/validators/verify";

const manager: Address = `0x${"e0".repeat(20)}`;
const alice: Address = `0x${"a1".repeat(20)}`;
const word = (n: number): Hex => pad(toHex(n), { size: 32 });
const blockHash = (n: number) => keccak256(toHex(`block ${n}`));
const digestOf = (epoch: EpochContent) =>
  keccak256(toHex(JSON.stringify(epoch, (_, v) => (typeof v === "bigint" ? v.toString() : v))));
const context: VerifyContext = { epochManager: manager, digestOf };

let logIndex = 0;
const from = (number: number, tx = number) => ({
  chainId: 1,
  blockNumber: BigInt(number),
  blockHash: blockHash(number),
  txHash: word(1_000 + tx),
  logIndex: logIndex++,
  contract: manager,
  at: new Date(number * 1000),
});
const block = (number: number, facts: ChainFact[]): SeenBlock => ({
  number: BigInt(number),
  hash: blockHash(number),
  parentHash: blockHash(number - 1),
  facts,
});
const transfer = (n: number, move: { from: Address; to: Address; amountMicros: bigint }): ChainFact => ({
  ...from(n),
  event: "Transfer",
  ...move,
});
const fee = (n: number, amountMicros: bigint): ChainFact => ({
  ...from(n),
  event: "FeeCollected",
  kind: "issuance",
  payer: alice,
  amountMicros,
  ref: word(7),
});
const recorded = (n: number, lendableMicros: bigint, marketMicros = lendableMicros): ChainFact => ({
  ...from(n),
  event: "PositionRecorded",
  positionId: word(50 + n),
  class: 0,
  marketMicros,
  lendableMicros,
  receiptHash: word(9),
  custodian: alice,
  valuer: alice,
});

/** 1,000 in reserve, 999 with alice, a fee of 1 in the pot. */
const issued = () =>
  block(2, [
    transfer(2, { from: zeroAddress, to: alice, amountMicros: 999n }),
    transfer(2, { from: zeroAddress, to: manager, amountMicros: 1n }),
    fee(2, 1n),
  ]);
const truth: EpochContent = {
  number: 1n,
  collected: 1n,
  distributed: 1n,
  carried: 0n,
  supply: 1_000n,
  marketValue: 1_000n,
  lendableValue: 1_000n,
  dataDigest: zeroHash,
  booksRoot: zeroHash,
  entriesRoot: zeroHash,
  liabilitiesRoot: zeroHash,
  liabilities: 0n,
  entriesSeal: zeroHash,
  previousDigest: zeroHash,
  parentBlockHash: blockHash(2),
  proposedAt: 3n,
  proposedBlock: 3n,
};
const proposed = (n: number, epoch: EpochContent): ChainFact => ({
  ...from(n),
  event: "EpochProposed",
  number: epoch.number,
  digest: digestOf(epoch),
  epoch,
});

function run(blocks: SeenBlock[], totalSupply: bigint | undefined = 1_000n) {
  let books: Books = emptyBooks({ number: 0n, hash: blockHash(0) });
  const verdicts = [];
  for (const one of blocks) {
    const folded = foldBlock(context, books, one, totalSupply);
    books = folded.books;
    verdicts.push(...folded.verdicts);
  }
  return { books, verdict: verdicts.at(-1), refusal: verdicts.at(-1)?.refusal?.reason };
}
const judge = (stated: Partial<EpochContent>, totalSupply?: bigint) =>
  run(
    [block(1, [recorded(1, 1_000n)]), issued(), block(3, [proposed(3, { ...truth, ...stated })])],
    totalSupply,
  ).refusal;

describe("a validator", () => {
  it("agrees with books it has recomputed", () => {
    expect(judge({})).toBeUndefined();
  });

  it.each([
    ["a distribution that was not collected", { distributed: 2n }, "distributes_uncollected"],
    ["more collected than was paid", { collected: 2n }, "collected_differs"],
    ["a carry that nobody left", { carried: 1n }, "carried_differs"],
    ["a supply that is not minted less burned", { supply: 999n }, "supply_differs"],
    ["reserves that are not in custody", { marketValue: 2_000n }, "market_value_differs"],
    ["lendable value that was not valued", { lendableValue: 999n }, "lendable_value_differs"],
    ["a wrong link to the previous epoch", { previousDigest: word(1) }, "wrong_link"],
    ["another parent block", { parentBlockHash: word(1) }, "wrong_parent_block"],
    ["another block", { proposedBlock: 4n }, "wrong_block"],
    ["a skipped number", { number: 2n }, "wrong_number"],
    ["data that nobody paid for", { dataDigest: word(1) }, "data_digest_differs"],
  ] as const)("refuses %s", (_, stated, reason) => {
    expect(judge(stated)).toBe(reason);
  });

  it("refuses a token whose own supply differs from its transfers, or that does not answer", () => {
    expect(judge({}, 1_001n)).toBe("supply_differs_from_token");
    const silent = run([block(1, [recorded(1, 1_000n)]), issued(), block(3, [proposed(3, truth)])], 1_000n);
    expect(silent.refusal).toBeUndefined();
    const books = run([block(1, [recorded(1, 1_000n)]), issued()]).books;
    expect(foldBlock(context, books, block(3, [proposed(3, truth)])).verdicts[0]?.refusal?.reason).toBe(
      "token_silent",
    );
  });

  it("refuses a supply above the market value of reserves", () => {
    const short = run([
      block(1, [recorded(1, 900n)]),
      issued(),
      block(3, [proposed(3, { ...truth, marketValue: 900n, lendableValue: 900n })]),
    ]);
    expect(short.refusal).toBe("supply_unbacked");
  });

  it("refuses for ever once a fee has no transfer behind it, or one transfer serves two fees", () => {
    const unbacked = run([
      block(1, [recorded(1, 1_000n)]),
      issued(),
      block(3, [fee(3, 5n)]),
      block(4, [
        proposed(4, {
          ...truth,
          collected: 6n,
          parentBlockHash: blockHash(3),
          proposedBlock: 4n,
        }),
      ]),
    ]);
    expect(unbacked.refusal).toBe("fee_without_transfer");
    const twice = run([
      block(1, [recorded(1, 1_000n)]),
      block(2, [...issued().facts, fee(2, 1n)]),
      block(3, [proposed(3, { ...truth, collected: 2n, distributed: 2n })]),
    ]);
    expect(twice.refusal).toBe("fee_without_transfer");
  });

  it("carries on from the last final epoch: link, number, carry and fees after its proposal", () => {
    const final: ChainFact = {
      ...from(5),
      event: "EpochFinal",
      number: 1n,
      digest: digestOf(truth),
      distributedMicros: 0n,
      signedWeight: 3n,
      signers: [1, 2, 3],
    };
    const next: EpochContent = {
      ...truth,
      number: 2n,
      collected: 4n,
      carried: 1n,
      distributed: 5n,
      previousDigest: digestOf(truth),
      parentBlockHash: blockHash(5),
      proposedBlock: 6n,
    };
    const blocks = [
      block(1, [recorded(1, 1_000n)]),
      issued(),
      block(3, [proposed(3, truth)]),
      block(4, [transfer(4, { from: alice, to: manager, amountMicros: 4n }), fee(4, 4n)]),
      block(5, [final]),
      block(6, [proposed(6, next)]),
    ];
    expect(run(blocks).refusal).toBeUndefined();
    expect(run([...blocks.slice(0, 5), block(6, [proposed(6, { ...next, distributed: 6n })])]).refusal).toBe(
      "distributes_uncollected",
    );
  });

  it("follows a release: market value falls in proportion, rounded up", () => {
    const { books } = run([
      block(1, [recorded(1, 1_000n, 1_501n)]),
      block(2, [
        {
          ...from(2),
          event: "PositionReleased",
          positionId: word(51),
          releaseId: word(3),
          amountMicros: 333n,
        },
      ]),
    ]);
    expect([books.lendableMicros, books.marketMicros]).toEqual([667n, 1_501n - 500n]);
  });

  it("signs nothing after a gap in the chain", () => {
    const gap = run([
      block(1, [recorded(1, 1_000n)]),
      { ...issued(), parentHash: word(4) },
      block(3, [proposed(3, truth)]),
    ]);
    expect(gap.refusal).toBe("chain_gap");
  });
});
