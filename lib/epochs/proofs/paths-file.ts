import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import {
  balanceLeaf,
  decodeAccount,
  decodeManifest,
  decodePayout,
  entryLeaf,
  manifestLeaf,
  taxLeaf,
} from "@/lib/epochs/format/batch";
import { classRules } from "@/lib/epochs/format/classes";
import { linesIn } from "@/lib/epochs/format/lines";
import { leafHash, nodeHash, sumNode } from "@/lib/epochs/format/tree";
import type { BalanceProof, EntryProof } from "@/lib/epochs/verify/proof";
import { decodeHeader, decodeLeaf } from "@/lib/ledger/seal/format";

/**
 * All levels of a batch's two trees beside its file, so that one customer's ways to the roots are a few short reads however
 * large the batch is. Made once, in one pass over the batch; can be thrown away and made again. Numbers are big-endian.
 *
 *   header    "GRPATHS1", then 8 bytes each: entries, events, payouts, first payout's id, balances, leaves of balances
 *   events    id:8 place:4 offset:8, sorted by id; where its line begins in the batch
 *   payouts   offset:8, in the batch's order
 *   balances  name:20 asset:4 amount:16, sorted by name: the leaf without its letter
 *   entries   every level of the tree from the leaves up, 32 bytes a node
 *   sums      the same over balances, 48 bytes a node: its hash and its sum
 */
const magic = "GRPATHS1";
const headerBytes = 56;
const sizes = { event: 20, payout: 8, balance: 40, entry: 32, sum: 48 };

export const pathsOf = (batch: string): string => `${batch}.paths`;

/** Bytes that grow by doubling, outside of the heap. */
class Growing {
  private bytes = Buffer.allocUnsafe(1 << 16);
  length = 0;

  push(more: Uint8Array): void {
    this.room(more.length);
    this.bytes.set(more, this.length);
    this.length += more.length;
  }
  number(value: number | bigint): void {
    this.room(8);
    this.bytes.writeBigUInt64BE(BigInt(value), this.length);
    this.length += 8;
  }
  all(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.all());
    this.bytes = larger;
  }
}

/** Reads the batch once and writes its paths: under their name once all of them are on the disk. */
export async function writePaths(batch: string): Promise<void> {
  const [events, payouts, balances] = [new Growing(), new Growing(), new Growing()];
  const [entryLevel, sumLevel] = [new Growing(), new Growing()];
  const ids: number[] = [];
  const [places, offsets]: [number[], number[]] = [[], []];
  let [at, written, firstPayout]: [number, string | undefined, bigint] = [0, undefined, 0n];
  let [leavesLeft, payoutsLeft] = [0n, 0n];
  for await (const line of linesIn(createReadStream(batch, { highWaterMark: 1 << 18 }))) {
    if (written === undefined) {
      written = line;
      payoutsLeft = decodeManifest(line).payouts;
    } else if (leavesLeft > 0n) {
      leavesLeft -= 1n;
      const leaf = line.startsWith('["event"') ? decodeLeaf(line) : undefined;
      const bytes = leaf?.kind === "event" ? entryLeaf(leaf) : undefined;
      if (leaf && bytes) {
        ids.push(Number(leaf.id));
        places.push(entryLevel.length / sizes.entry);
        offsets.push(at);
        entryLevel.push(leafHash(bytes));
      }
    } else if (line.startsWith('["granary.seal.1"')) leavesLeft = decodeHeader(line).leafCount;
    else if (payoutsLeft > 0n) {
      payoutsLeft -= 1n;
      const row = decodePayout(line);
      if (payouts.length === 0) firstPayout = row.id;
      payouts.number(at);
      entryLevel.push(leafHash(taxLeaf(row)));
    } else {
      const row = decodeAccount(line);
      const counts = classRules[row.class]?.counts;
      if ((counts === "deposit" || counts === "holder") && row.closingMicros !== 0n) {
        const leaf = balanceLeaf(row.names.at(-1) ?? "", row.asset, row.closingMicros);
        balances.push(leaf.subarray(1));
        sumLevel.push(leafHash(leaf));
        sumLevel.push(leaf.subarray(25));
      }
    }
    at += Buffer.byteLength(line) + 1;
  }
  if (written === undefined) throw new Error(`${batch} is empty`);
  entryLevel.push(leafHash(manifestLeaf(written)));
  const filling = Buffer.concat([leafHash(Buffer.from("Z")), Buffer.alloc(16)]);
  while (sumLevel.length < 2 * sizes.sum) sumLevel.push(filling);
  for (const n of Uint32Array.from(ids, (_, n) => n).sort(
    (a, b) => (ids[a] as number) - (ids[b] as number),
  )) {
    const row = Buffer.allocUnsafe(sizes.event);
    row.writeBigUInt64BE(BigInt(ids[n] as number));
    row.writeUInt32BE(places[n] as number, 8);
    row.writeBigUInt64BE(BigInt(offsets[n] as number), 12);
    events.push(row);
  }
  const header = new Growing();
  header.push(Buffer.from(magic));
  for (const value of [
    entryLevel.length / sizes.entry,
    ids.length,
    payouts.length / sizes.payout,
    firstPayout,
    balances.length / sizes.balance,
    sumLevel.length / sizes.sum,
  ])
    header.number(value);
  const path = pathsOf(batch);
  // not a name that whoever builds the next batch takes for a part of an unfinished one
  const made = `${path}-unfinished`;
  const file = openSync(made, "w");
  try {
    for (const part of [header, events, payouts, balances]) writeAll(file, part.all());
    writeLevels(file, entryLevel.all(), sizes.entry, nodeHash);
    writeLevels(file, sumLevel.all(), sizes.sum, sumOf);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(made, path);
}

/** Removes every paths file of a folder but these, with what a pass that was cut short has left; says how many. */
export function clearPaths(folder: string, kept: ReadonlySet<string>): number {
  const gone = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.paths(-unfinished)?$/.test(name))
        .map((name) => join(folder, name))
        .filter((path) => !kept.has(path))
    : [];
  for (const path of gone) rmSync(path, { force: true });
  return gone.length;
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

const sumIn = (node: Buffer): bigint => (node.readBigInt64BE(32) << 64n) | node.readBigUInt64BE(40);

function sumOf(left: Buffer, right: Buffer): Buffer {
  const { hash, sum } = sumNode(
    { hash: left.subarray(0, 32), sum: sumIn(left) },
    { hash: right.subarray(0, 32), sum: sumIn(right) },
  );
  const node = Buffer.allocUnsafe(sizes.sum);
  node.set(hash);
  node.writeBigUInt64BE(BigInt.asUintN(64, sum >> 64n), 32);
  node.writeBigUInt64BE(BigInt.asUintN(64, sum), 40);
  return node;
}

/** The leaves, and every level over them: two nodes become one, and the last without a neighbour rises as it is. */
function writeLevels(
  file: number,
  leaves: Buffer,
  size: number,
  join: (left: Buffer, right: Buffer) => Buffer,
): void {
  let level = leaves;
  writeAll(file, level);
  while (level.length > size) {
    const above = Buffer.allocUnsafe(Math.ceil(level.length / size / 2) * size);
    for (let at = 0, to = 0; at < level.length; at += 2 * size, to += size) {
      const left = level.subarray(at, at + size);
      const right = level.subarray(at + size, at + 2 * size);
      above.set(right.length === 0 ? left : join(left, right), to);
    }
    writeAll(file, above);
    level = above;
  }
}

const nodesOf = (leaves: number): number => {
  let sum = leaves;
  for (let level = leaves; level > 1; ) {
    level = Math.ceil(level / 2);
    sum += level;
  }
  return sum;
};

/** The kept paths of a batch; close it after use. */
export class PathsFile {
  private readonly file: number;
  private readonly entries: number;
  private readonly events: number;
  private readonly payouts: number;
  private readonly firstPayout: bigint;
  private readonly balances: number;
  private readonly leaves: number;
  private readonly at: { payouts: number; balances: number; entries: number; sums: number };

  constructor(private readonly batch: string) {
    this.file = openSync(pathsOf(batch), "r");
    const header = this.read(0, headerBytes);
    const number = (n: number) => header.readBigUInt64BE(8 + 8 * n);
    if (header.subarray(0, 8).toString() !== magic) throw new Error(`${pathsOf(batch)} holds no paths`);
    [this.entries, this.events, this.payouts] = [Number(number(0)), Number(number(1)), Number(number(2))];
    this.firstPayout = number(3);
    [this.balances, this.leaves] = [Number(number(4)), Number(number(5))];
    const payouts = headerBytes + this.events * sizes.event;
    const balances = payouts + this.payouts * sizes.payout;
    const entries = balances + this.balances * sizes.balance;
    this.at = { payouts, balances, entries, sums: entries + nodesOf(this.entries) * sizes.entry };
  }

  close(): void {
    closeSync(this.file);
  }

  /** What is owed under a name of the batch's last period. */
  balance(name: string): BalanceProof | undefined {
    const wanted = Buffer.from(name, "hex");
    const place = this.search(this.balances, (n) =>
      this.read(this.at.balances + n * sizes.balance, 20).compare(wanted),
    );
    if (place === undefined) return undefined;
    const row = this.read(this.at.balances + place * sizes.balance, sizes.balance);
    const { steps, root } = this.way(this.at.sums, this.leaves, place, sizes.sum);
    return {
      kind: "balance",
      name,
      asset:
        row.toString("latin1", 20, 24) === "TOKE"
          ? "TOKEN"
          : row.toString("latin1", 20, 24).replaceAll("\0", ""),
      micros: ((row.readBigInt64BE(24) << 64n) | row.readBigUInt64BE(32)).toString(),
      steps: steps.map(({ node, isRight }) => ({
        hash: node.toString("hex", 0, 32),
        sum: sumIn(node).toString(),
        isRight,
      })),
      root: root.toString("hex", 0, 32),
      liabilitiesMicros: sumIn(root).toString(),
    };
  }

  /** What an event moved. */
  event(id: bigint): EntryProof | undefined {
    const found = this.search(this.events, (n) => {
      const there = this.read(headerBytes + n * sizes.event, 8).readBigUInt64BE();
      return there < id ? -1 : there > id ? 1 : 0;
    });
    if (found === undefined) return undefined;
    const row = this.read(headerBytes + found * sizes.event, sizes.event);
    const leaf = decodeLeaf(this.line(Number(row.readBigUInt64BE(12))));
    const bytes = leaf.kind === "event" ? entryLeaf(leaf) : undefined;
    return bytes && this.entry(bytes, row.readUInt32BE(8));
  }

  /** The payout that is the `nth` of this batch, from 0: its base and its tax. */
  payout(nth: number): EntryProof | undefined {
    if (nth < 0 || nth >= this.payouts) return undefined;
    const row = decodePayout(
      this.line(Number(this.read(this.at.payouts + nth * sizes.payout, 8).readBigUInt64BE())),
    );
    return row.id === this.firstPayout + BigInt(nth)
      ? this.entry(taxLeaf(row), this.events + nth)
      : undefined;
  }

  private entry(leaf: Buffer, place: number): EntryProof {
    const { steps, root } = this.way(this.at.entries, this.entries, place, sizes.entry);
    return {
      kind: "entry",
      leaf: leaf.toString("hex"),
      steps: steps.map(({ node, isRight }) => ({ hash: node.toString("hex"), isRight })),
      root: root.toString("hex"),
    };
  }

  private way(at: number, leaves: number, place: number, size: number) {
    const steps: { node: Buffer; isRight: boolean }[] = [];
    let [level, width, own] = [at, leaves, place];
    while (width > 1) {
      const isRight = own % 2 === 0;
      const beside = isRight ? own + 1 : own - 1;
      if (beside < width) steps.push({ node: this.read(level + beside * size, size), isRight });
      level += width * size;
      width = Math.ceil(width / 2);
      own = Math.floor(own / 2);
    }
    return { steps, root: this.read(level, size) };
  }

  private search(count: number, compare: (n: number) => number): number | undefined {
    let [low, high] = [0, count - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const way = compare(middle);
      if (way === 0) return middle;
      if (way < 0) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  private read(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let read = 0; read < length; ) {
      const more = readSync(this.file, bytes, read, length - read, at + read);
      if (more === 0) throw new Error(`${pathsOf(this.batch)} ends too early`);
      read += more;
    }
    return bytes;
  }

  /** The batch's line that begins there. */
  private line(at: number): string {
    const batch = openSync(this.batch, "r");
    try {
      const pieces: Buffer[] = [];
      for (let from = at; ; ) {
        const piece = Buffer.alloc(1 << 14);
        const length = readSync(batch, piece, 0, piece.length, from);
        const end = piece.subarray(0, length).indexOf(0x0a);
        pieces.push(piece.subarray(0, end < 0 ? length : end));
        if (end >= 0 || length === 0) return Buffer.concat(pieces).toString();
        from += length;
      }
    } finally {
      closeSync(batch);
    }
  }
}
