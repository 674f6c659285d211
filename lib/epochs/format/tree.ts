import crypto, { createHash } from "node:crypto";

/**
 * The two trees of an epoch, as README.md says them: RFC 6962's over entries, and one over balances whose nodes state the
 * sums of their children. Both are fed leaf by leaf and keep one hash a level, so that a million leaves need no memory.
 */
export type Bytes = Uint8Array;

const leafByte = Buffer.of(0);
// Node has the quicker one from 20.12 on, and takes twice as long to answer with a buffer as with a text
export const digest = (bytes: Bytes): Buffer =>
  crypto.hash
    ? Buffer.from(crypto.hash("sha256", bytes, "binary"), "latin1")
    : createHash("sha256").update(bytes).digest();

/** most leaves are short: they are put behind their first byte without a buffer of their own */
const short = Buffer.alloc(1024);
export function leafHash(leaf: Bytes): Buffer {
  if (leaf.length >= short.length) return digest(Buffer.concat([leafByte, leaf]));
  short.set(leaf, 1);
  return digest(short.subarray(0, 1 + leaf.length));
}

const pair = Buffer.alloc(65);
pair[0] = 1;
export function nodeHash(left: Bytes, right: Bytes): Buffer {
  pair.set(left, 1);
  pair.set(right, 33);
  return digest(pair);
}

/** Entries: what has been added so far, as complete subtrees, largest first. */
export class EntryTree {
  private readonly peaks: { level: number; hash: Buffer }[] = [];
  private readonly all = createHash("sha256").update("granary.entries.1");
  count = 0n;

  add(leaf: Bytes): void {
    const sized = Buffer.allocUnsafe(4 + leaf.length);
    sized.writeUInt32BE(leaf.length);
    sized.set(leaf, 4);
    this.all.update(sized);
    this.count += 1n;
    let node = { level: 0, hash: leafHash(leaf) };
    for (let last = this.peaks.at(-1); last?.level === node.level; last = this.peaks.at(-1)) {
      this.peaks.pop();
      node = { level: node.level + 1, hash: nodeHash(last.hash, node.hash) };
    }
    this.peaks.push(node);
  }

  root(): Buffer {
    const [last, ...rest] = this.peaks.toReversed();
    if (!last) return digest(Buffer.alloc(0));
    return rest.reduce((right, left) => nodeHash(left.hash, right), last.hash);
  }

  /** Told by nobody who has not read every byte of every entry; may be asked for once, at the end. */
  digest(): Buffer {
    return this.all.digest();
  }
}

export interface SumNode {
  hash: Buffer;
  sum: bigint;
}

const sums = Buffer.alloc(97);
sums[0] = 1;
/** A sum of 16 bytes, two's complement: the chain reads a negative one and punishes for it. */
function writeSum(to: Buffer, at: number, sum: bigint): void {
  to.writeBigUInt64BE(BigInt.asUintN(64, sum >> 64n), at);
  to.writeBigUInt64BE(BigInt.asUintN(64, sum), at + 8);
}

export function sumNode(left: SumNode, right: SumNode): SumNode {
  sums.set(left.hash, 1);
  writeSum(sums, 33, left.sum);
  sums.set(right.hash, 49);
  writeSum(sums, 81, right.sum);
  return { hash: digest(sums), sum: left.sum + right.sum };
}

/** Balances: each leaf with what it owes; fewer than two are filled up with leaves that owe nothing. */
export class SumTree {
  private readonly peaks: (SumNode & { level: number })[] = [];
  count = 0n;

  add(leaf: Bytes, sum: bigint): void {
    this.count += 1n;
    let node = { level: 0, hash: leafHash(leaf), sum };
    for (let last = this.peaks.at(-1); last?.level === node.level; last = this.peaks.at(-1)) {
      this.peaks.pop();
      node = { level: node.level + 1, ...sumNode(last, node) };
    }
    this.peaks.push(node);
  }

  root(): SumNode {
    while (this.count < 2n) this.add(Buffer.from("Z"), 0n);
    const [last, ...rest] = this.peaks.toReversed() as SumNode[] as [SumNode, ...SumNode[]];
    return rest.reduce((right, left) => sumNode(left, right), last);
  }
}
