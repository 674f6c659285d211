import { describe, expect, it } from "vitest";
import { compareWithChain, type SignedHead } from "@/lib/ledger/seal/chain-heads";
import type { AnchoredHead } from "@/lib/ledger/seal/format";

const hex = (n: number) => n.toString(16).padStart(64, "0");
const heads = (...numbers: number[]): AnchoredHead[] =>
  numbers.map((n, at) => ({ number: BigInt(at + 1), head: hex(n), leaf: hex(n) }));
const byNumber = (list: AnchoredHead[]) => new Map(list.map((one) => [one.number, one]));
const epochs = (...roots: number[]): SignedHead[] =>
  roots.map((n, at) => ({ number: BigInt(at + 1), booksRoot: `0x${hex(n)}` }));
const compare = (signed: number[], own: number[], file = own, aside: number[] = []) =>
  compareWithChain(
    { epochs: epochs(...signed) },
    {
      heads: heads(...own),
      anchored: byNumber(heads(...file)),
      setAside: () => [{ name: "old", reason: "restored", heads: byNumber(heads(...aside)) }],
    },
  );

describe("the chain beside the sealed books", () => {
  it("agrees while each epoch carries a head, none before the first seal, in their order", () => {
    expect(compare([0, 0, 11, 12, 12, 14], [11, 12, 13, 14, 15])).toEqual({
      report: { compared: true, epochs: 6, newest: 4n, takenBack: [] },
      findings: [],
    });
    expect(compare([], [11]).report).toEqual({ compared: true, epochs: 0, newest: undefined, takenBack: [] });
  });

  it("names an epoch whose head is of other books", () => {
    expect(compare([11, 99, 12], [11, 12]).findings).toEqual([
      { code: "chain_differs", what: "epoch 2 was signed over a head that is not of these books" },
    ]);
  });

  it("names an epoch with an older head than the one before it, or with none", () => {
    expect(compare([12, 11, 0], [11, 12]).findings).toMatchObject([
      { what: "epoch 2 carries head 1, older than head 2 of an epoch before it" },
      { what: "epoch 3 carries no head, and one before it does" },
    ]);
  });

  it("names what is anchored and was cut off or restored away", () => {
    expect(compare([11, 13], [11], [11, 12, 13])).toMatchObject({
      report: { newest: 1n, takenBack: [] },
      findings: [
        { code: "chain_ahead", what: "epoch 2 carries head 3, which is anchored and not in the books" },
      ],
    });
  });

  it("quotes the person who set the other heads aside", () => {
    expect(compare([11, 13, 22], [11, 22], [11, 22], [11, 12, 13])).toEqual({
      report: {
        compared: true,
        epochs: 3,
        newest: 2n,
        takenBack: [{ epoch: 2n, seal: 3n, setAside: "old", reason: "restored" }],
      },
      findings: [],
    });
  });

  it("claims nothing when the chain is silent", () => {
    const own = { heads: heads(11), anchored: byNumber(heads(11)), setAside: () => [] };
    expect(compareWithChain({ silent: "no answer" }, own)).toEqual({
      report: { compared: false, why: "no answer" },
      findings: [],
    });
  });
});
