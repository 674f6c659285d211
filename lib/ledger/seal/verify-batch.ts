import {
  type AnchoredHead,
  commitmentOf,
  decodeAnchored,
  decodeHeader,
  decodeLeaf,
  FormatError,
  fromHex,
  type Header,
  hashOfLine,
  type Leaf,
  rankOf,
  sha256,
  toHex,
} from "@/lib/ledger/seal/format";
import { isConsistent, isSame, rootByPath, rootOf } from "@/lib/ledger/seal/merkle";

/** What is wrong with a batch, by name, with the place where it was seen. */
export type BatchFinding = {
  code:
    | "not_a_batch"
    | "leaf_malformed"
    | "leaf_out_of_order"
    | "leaf_outside_range"
    | "event_empty"
    | "event_incomplete"
    | "account_in_two_classes"
    | "same_account_twice"
    | "count_differs"
    | "root_differs"
    | "head_differs"
    | "anchor_broken"
    | "anchor_behind";
  /** the line of the file, from 1 */
  at: number;
  what: string;
};

export type ClassTotal = { asset: string; class: string; debitsMicros: bigint; creditsMicros: bigint };

export type BatchReport = {
  ok: boolean;
  header: Header | undefined;
  events: number;
  transfers: number;
  accounts: number;
  audits: number;
  root: string | undefined;
  /** the header's leaf in the log */
  leaf: string | undefined;
  totals: ClassTotal[];
  findings: BatchFinding[];
};

/** At most this many findings are told; a file of something else has one a line. */
const enough = 20;

/** Checks a batch by itself: spelling, order, completeness, sums, root. `anchored` is what another source has it as. */
export async function verifyBatch(
  lines: AsyncIterable<string> | Iterable<string>,
  anchored: (number: bigint) => AnchoredHead | undefined = () => undefined,
): Promise<BatchReport> {
  const findings: BatchFinding[] = [];
  const find = (code: BatchFinding["code"], at: number, what: string) => {
    if (findings.length < enough) findings.push({ code, at, what });
  };
  let header: Header | undefined;
  let leaf: string | undefined;
  let before: Leaf | undefined;
  let [at, events, transfers, accounts, audits] = [0, 0, 0, 0, 0];
  const hashes: Uint8Array[] = [];
  const classes = new Map<string, string>();
  const totals = new Map<string, ClassTotal>();
  const total = (asset: string, name: string) => {
    const key = `${asset} ${name}`;
    const found = totals.get(key) ?? { asset, class: name, debitsMicros: 0n, creditsMicros: 0n };
    totals.set(key, found);
    return found;
  };

  for await (const written of lines) {
    at += 1;
    try {
      if (at === 1) {
        header = decodeHeader(written);
        leaf = toHex(hashOfLine(written));
        continue;
      }
      hashes.push(hashOfLine(written));
      const one = decodeLeaf(written);
      if (before && !isBefore(before, one)) find("leaf_out_of_order", at, "comes before the leaf above it");
      if (header && (one.xact < header.fromXact || one.xact >= header.toXact))
        find("leaf_outside_range", at, `transaction ${one.xact} is not in the batch's range`);
      before = one;
      if (one.kind === "audit") {
        audits += 1;
        continue;
      }
      const named =
        one.kind === "account"
          ? [one.account]
          : one.lines.flatMap((line) => (line.kind === "end" ? [] : [line.debit, line.credit]));
      for (const account of named) {
        const known = classes.get(account.alias) ?? account.class;
        classes.set(account.alias, known);
        if (known !== account.class)
          find("account_in_two_classes", at, `${account.alias} is ${known} and ${account.class}`);
      }
      if (one.kind === "account") {
        accounts += 1;
        continue;
      }
      events += 1;
      if (one.lines.length === 0) find("event_empty", at, "an event moves nothing");
      for (const kind of ["transfer", "hold", "end"] as const)
        for (const [place, { seq }] of one.lines.filter((line) => line.kind === kind).entries())
          if (seq !== BigInt(place + 1)) find("event_incomplete", at, `${kind} ${place + 1} is missing`);
      for (const line of one.lines) {
        if (line.kind === "end") continue;
        if (line.debit.alias === line.credit.alias)
          find("same_account_twice", at, `a ${line.kind} has one account on both sides`);
        if (line.kind === "hold") continue;
        transfers += 1;
        total(line.asset, line.debit.class).debitsMicros += line.amountMicros;
        total(line.asset, line.credit.class).creditsMicros += line.amountMicros;
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      find(at === 1 ? "not_a_batch" : "leaf_malformed", at, error.message);
      if (at === 1) break;
    }
  }
  if (at === 0) find("not_a_batch", 1, "the file is empty");
  const root = header && toHex(rootOf(sha256, hashes));
  if (header && header.leafCount !== BigInt(hashes.length))
    find("count_differs", 1, `the header has ${header.leafCount} leaves, the file ${hashes.length}`);
  if (header && header.root !== root) find("root_differs", 1, "the leaves do not have the header's root");
  const expected = header && anchored(header.number);
  if (expected && expected.leaf !== leaf)
    find("head_differs", 1, `seal ${expected.number} was anchored as another batch`);
  return {
    ok: findings.length === 0,
    header,
    events,
    transfers,
    accounts,
    audits,
    root,
    leaf,
    totals: [...totals.values()].sort((a, b) => (`${a.asset} ${a.class}` < `${b.asset} ${b.class}` ? -1 : 1)),
    findings,
  };
}

const isBefore = (one: Leaf, other: Leaf) => {
  if (one.xact !== other.xact) return one.xact < other.xact;
  const [rank, next] = [rankOf[one.kind], rankOf[other.kind]];
  return rank === next ? one.id < other.id : rank < next;
};

/** Shows its customer, and nobody else, what a leaf's commitment hides. */
export type Opening = { content: string; blind: string };

/** An event's way into a head: its leaf into the batch, the batch's header into the log. Texts are hex. */
export type InclusionProof = {
  number: string;
  line: string;
  index: string;
  path: string[];
  header: string;
  size: string;
  logPath: string[];
  head: string;
  opening: Opening;
};

/** Whether the proof leads to its own head; that the head is the bank's is for whoever holds an anchored one to say. */
export function provesInclusion(proof: InclusionProof): boolean {
  const header = decodeHeader(proof.header);
  const root = rootByPath(sha256, {
    leaf: hashOfLine(proof.line),
    index: BigInt(proof.index),
    size: header.leafCount,
    path: proof.path.map(fromHex),
  });
  const head = rootByPath(sha256, {
    leaf: hashOfLine(proof.header),
    index: header.number - 1n,
    size: BigInt(proof.size),
    path: proof.logPath.map(fromHex),
  });
  return (
    header.number === BigInt(proof.number) &&
    root !== undefined &&
    head !== undefined &&
    isSame(root, fromHex(header.root)) &&
    isSame(head, fromHex(proof.head))
  );
}

export const opensLeaf = (line: string, { content, blind }: Opening): boolean =>
  decodeLeaf(line).commitment === commitmentOf(fromHex(blind), content);

/** That the log at `size` begins with the log as it was at `older`. Texts are hex. */
export type ConsistencyProof = {
  older: string;
  olderHead: string;
  size: string;
  head: string;
  path: string[];
};

export const provesConsistency = (proof: ConsistencyProof): boolean =>
  isConsistent(sha256, {
    older: { size: BigInt(proof.older), root: fromHex(proof.olderHead) },
    size: { size: BigInt(proof.size), root: fromHex(proof.head) },
    path: proof.path.map(fromHex),
  });

/** The anchor file: every head recomputed from the leaves beside them. Answers the heads by number. */
export function readAnchor(text: string): { heads: Map<bigint, AnchoredHead>; findings: string[] } {
  const heads = new Map<bigint, AnchoredHead>();
  const findings: string[] = [];
  /** roots of complete subtrees, largest first */
  const peaks: { size: bigint; hash: Uint8Array }[] = [];
  // a line without an end was never written
  const lines = text.split("\n").slice(1, -1);
  for (const [at, written] of lines.entries()) {
    let one: AnchoredHead;
    try {
      one = decodeAnchored(written);
    } catch (error) {
      findings.push(`line ${at + 2} of the anchor file: ${(error as Error).message}`);
      continue;
    }
    const known = heads.get(one.number);
    if (known) {
      if (known.head !== one.head || known.leaf !== one.leaf)
        findings.push(`the anchor file has two heads of seal ${one.number}`);
      continue;
    }
    if (one.number !== BigInt(heads.size) + 1n) {
      findings.push(`the anchor file lacks what comes before seal ${one.number}`);
      break;
    }
    heads.set(one.number, one);
    peaks.push({ size: 1n, hash: fromHex(one.leaf) });
    for (let n = peaks.length; n > 1 && peaks[n - 2]?.size === peaks[n - 1]?.size; n = peaks.length) {
      const [left, right] = peaks.splice(n - 2, 2) as [Peak, Peak];
      peaks.push({ size: left.size * 2n, hash: sha256(Uint8Array.of(1), left.hash, right.hash) });
    }
    const head = peaks
      .map(({ hash }) => hash)
      .reduceRight((right, left) => sha256(Uint8Array.of(1), left, right));
    if (toHex(head) !== one.head) findings.push(`head ${one.number} of the anchor file does not follow`);
  }
  return { heads, findings };
}

type Peak = { size: bigint; hash: Uint8Array };
