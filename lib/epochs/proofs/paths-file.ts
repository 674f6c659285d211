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
 * All levels of a batch's two trees and its leaves, so that one customer's ways to the roots are a few short reads however
 * large the batch is, also when the batch itself was cleared away. Made once, in one pass over it. Numbers are big-endian.
 *
 *   header    "GRPATHS2", then 8 bytes each: leaves of entries, events, payouts, balances, leaves of balances, bytes of
 *             events' leaves
 *   leaves    of events, as they come
 *   events    id:8 place:4 offset:8 length:4, sorted by id; where its leaf lies among the leaves
 *   payouts   76 bytes each: their leaves, in the batch's order
 *   balances  name:20 asset:4 amount:16, sorted by name: the leaf without its letter
 *   entries   every level of the tree from the leaves up, 32 bytes a node
 *   sums      the same over balances, 48 bytes a node: its hash and its sum
 */
const magic = "GRPATHS2";
const headerBytes = 56;
const sizes = { event: 24, payout: 76, balance: 40, entry: 32, sum: 48 };

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

/** Bytes on their way to the end of a file, a megabyte at a time. */
class Ending {
  private waiting = new Growing();
  length = 0;

  constructor(private readonly file: number) {}

  push(more: Uint8Array): void {
    this.waiting.push(more);
    this.length += more.length;
    if (this.waiting.length >= 1 << 20) this.flush();
  }
  flush(): void {
    writeAll(this.file, this.waiting.all());
    this.waiting = new Growing();
  }
}

/** Reads the batch once and writes its paths: under their name once all of them are on the disk. */
export async function writePaths(batch: string): Promise<void> {
  const path = pathsOf(batch);
  // not a name that whoever builds the next batch takes for a part of an unfinished one
  const made = `${path}-unfinished`;
  const file = openSync(made, "w");
  try {
    writeAll(file, Buffer.alloc(headerBytes));
    const read = await readBatch(batch, new Ending(file));
    for (const part of [read.events, read.payouts, read.balances]) writeAll(file, part);
    writeLevels(file, read.entryLevel, sizes.entry, nodeHash);
    writeLevels(file, read.sumLevel, sizes.sum, sumOf);
    const header = new Growing();
    header.push(Buffer.from(magic));
    for (const value of [
      read.entryLevel.length / sizes.entry,
      read.events.length / sizes.event,
      read.payouts.length / sizes.payout,
      read.balances.length / sizes.balance,
      read.sumLevel.length / sizes.sum,
      read.leafBytes,
    ])
      header.number(value);
    writeSync(file, header.all(), 0, headerBytes, 0);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(made, path);
}

async function readBatch(batch: string, leaves: Ending) {
  const [payouts, balances, entryLevel, sumLevel] = [
    new Growing(),
    new Growing(),
    new Growing(),
    new Growing(),
  ];
  const [ids, places, offsets]: [number[], number[], number[]] = [[], [], []];
  let written: string | undefined;
  let [leavesLeft, payoutsLeft] = [0n, 0n];
  for await (const line of linesIn(createReadStream(batch, { highWaterMark: 1 << 18 }))) {
    if (written === undefined) {
      written = line;
      payoutsLeft = decodeManifest(line).payouts;
    } else if (leavesLeft > 0n) {
      leavesLeft -= 1n;
      const event = line.startsWith('["event"') ? decodeLeaf(line) : undefined;
      const leaf = event?.kind === "event" ? entryLeaf(event) : undefined;
      if (event && leaf) {
        ids.push(Number(event.id));
        places.push(entryLevel.length / sizes.entry);
        offsets.push(leaves.length);
        leaves.push(leaf);
        entryLevel.push(leafHash(leaf));
      }
    } else if (line.startsWith('["granary.seal.1"')) leavesLeft = decodeHeader(line).leafCount;
    else if (payoutsLeft > 0n) {
      payoutsLeft -= 1n;
      const leaf = taxLeaf(decodePayout(line));
      payouts.push(leaf);
      entryLevel.push(leafHash(leaf));
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
  }
  if (written === undefined) throw new Error(`${batch} is empty`);
  entryLevel.push(leafHash(manifestLeaf(written)));
  const filling = Buffer.concat([leafHash(Buffer.from("Z")), Buffer.alloc(16)]);
  while (sumLevel.length < 2 * sizes.sum) sumLevel.push(filling);
  leaves.flush();
  offsets.push(leaves.length);
  const events = Buffer.allocUnsafe(ids.length * sizes.event);
  let at = 0;
  for (const n of Uint32Array.from(ids, (_, n) => n).sort((a, b) => (ids[a] ?? 0) - (ids[b] ?? 0))) {
    const [from = 0, to = 0] = [offsets[n], offsets[n + 1]];
    events.writeBigUInt64BE(BigInt(ids[n] ?? 0), at);
    events.writeUInt32BE(places[n] ?? 0, at + 8);
    events.writeBigUInt64BE(BigInt(from), at + 12);
    events.writeUInt32BE(to - from, at + 20);
    at += sizes.event;
  }
  return {
    events,
    payouts: payouts.all(),
    balances: balances.all(),
    entryLevel: entryLevel.all(),
    sumLevel: sumLevel.all(),
    leafBytes: leaves.length,
  };
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
  private readonly balances: number;
  private readonly leaves: number;
  private readonly at: { events: number; payouts: number; balances: number; entries: number; sums: number };

  constructor(private readonly batch: string) {
    this.file = openSync(pathsOf(batch), "r");
    const header = this.read(0, headerBytes);
    const number = (n: number) => header.readBigUInt64BE(8 + 8 * n);
    if (header.subarray(0, 8).toString() !== magic) throw new Error(`${pathsOf(batch)} holds no paths`);
    [this.entries, this.events, this.payouts] = [Number(number(0)), Number(number(1)), Number(number(2))];
    [this.balances, this.leaves] = [Number(number(3)), Number(number(4))];
    const events = headerBytes + Number(number(5));
    const payouts = events + this.events * sizes.event;
    const balances = payouts + this.payouts * sizes.payout;
    const entries = balances + this.balances * sizes.balance;
    this.at = { events, payouts, balances, entries, sums: entries + nodesOf(this.entries) * sizes.entry };
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
      const there = this.read(this.at.events + n * sizes.event, 8).readBigUInt64BE();
      return there < id ? -1 : there > id ? 1 : 0;
    });
    if (found === undefined) return undefined;
    const row = this.read(this.at.events + found * sizes.event, sizes.event);
    const leaf = this.read(headerBytes + Number(row.readBigUInt64BE(12)), row.readUInt32BE(20));
    return this.entry(leaf, row.readUInt32BE(8));
  }

  /** The payout that is the `nth` of this batch, from 0: its base and its tax. */
  payout(nth: number): EntryProof | undefined {
    if (nth < 0 || nth >= this.payouts) return undefined;
    return this.entry(this.read(this.at.payouts + nth * sizes.payout, sizes.payout), this.events + nth);
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
}
