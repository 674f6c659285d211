import { type AnchoredHead, fromHex } from "@/lib/ledger/seal/format";

/** A final epoch and the head of the books that validators signed with it. */
export interface SignedHead {
  number: bigint;
  booksRoot: `0x${string}`;
}

/** The final epochs, oldest first, or why they could not be asked for. */
export type ChainHeads = { epochs: readonly SignedHead[] } | { silent: string };

/** An anchor file that a person replaced, and why. */
export interface SetAside {
  name: string;
  reason: string;
  heads: ReadonlyMap<bigint, AnchoredHead>;
}

/** An epoch's head that a restore took out of the books: known from the file that was set aside with a reason. */
export interface TakenBack {
  epoch: bigint;
  seal: bigint;
  setAside: string;
  reason: string;
}

export type ChainReport =
  | { compared: false; why: string }
  | {
      compared: true;
      epochs: number;
      /** the newest seal of these books that an epoch vouches for */
      newest: bigint | undefined;
      takenBack: TakenBack[];
    };

const isNone = (root: `0x${string}`) => fromHex(root.slice(2)).every((byte) => byte === 0);

/**
 * Holds what the chain keeps of the books against their heads as they were recomputed. Refuses: a head that these books
 * never had; one that is anchored and not in them; an epoch with an older head than the epoch before it.
 */
export function compareWithChain(
  side: ChainHeads,
  own: {
    heads: readonly AnchoredHead[];
    anchored: ReadonlyMap<bigint, AnchoredHead>;
    setAside: () => readonly SetAside[];
  },
): { report: ChainReport; findings: { code: "chain_differs" | "chain_ahead"; what: string }[] } {
  if ("silent" in side) return { report: { compared: false, why: side.silent }, findings: [] };
  const numbered = (heads: Iterable<AnchoredHead>) =>
    new Map([...heads].map(({ head, number }) => [head, number]));
  const [books, file] = [numbered(own.heads), numbered(own.anchored.values())];
  let aside: { from: SetAside; heads: Map<string, bigint> }[] | undefined;
  const findings: ReturnType<typeof compareWithChain>["findings"] = [];
  const takenBack: TakenBack[] = [];
  let newest: bigint | undefined;
  for (const { number, booksRoot } of side.epochs) {
    const root = booksRoot.slice(2);
    const seal = books.get(root);
    if (isNone(booksRoot)) {
      if (newest !== undefined)
        findings.push({
          code: "chain_differs",
          what: `epoch ${number} carries no head, and one before it does`,
        });
    } else if (seal !== undefined) {
      if (newest !== undefined && seal < newest)
        findings.push({
          code: "chain_differs",
          what: `epoch ${number} carries head ${seal}, older than head ${newest} of an epoch before it`,
        });
      newest = seal;
    } else if (file.has(root)) {
      findings.push({
        code: "chain_ahead",
        what: `epoch ${number} carries head ${file.get(root)}, which is anchored and not in the books`,
      });
    } else {
      aside ??= own.setAside().map((from) => ({ from, heads: numbered(from.heads.values()) }));
      const known = aside.find(({ heads }) => heads.has(root));
      if (known)
        takenBack.push({
          epoch: number,
          seal: known.heads.get(root) as bigint,
          setAside: known.from.name,
          reason: known.from.reason,
        });
      else
        findings.push({
          code: "chain_differs",
          what: `epoch ${number} was signed over a head that is not of these books`,
        });
    }
  }
  return { report: { compared: true, epochs: side.epochs.length, newest, takenBack }, findings };
}
