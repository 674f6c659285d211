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

function digestInto(to: Buffer, at: number, bytes: Bytes): void {
  if (crypto.hash) to.write(crypto.hash("sha256", bytes, "binary"), at, "latin1");
  else to.set(digest(bytes), at);
}

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

/** RFC 6962's tree as far as it has grown: its complete subtrees, and nothing of what is beneath them. */
export class HashTree {
  /** by level; complete are those whose bit is set in `count` */
  private readonly subtrees: Buffer[] = [];
  private readonly node = Buffer.alloc(65, 1);
  private count = 0;

  /** The tree of `size` leaves from its complete subtrees, largest first; undefined when they are not as many as it has. */
  static of(size: bigint, hashes: readonly Bytes[]): HashTree | undefined {
    const tree = new HashTree();
    tree.count = Number(size);
    const levels = tree.levels();
    if (!Number.isSafeInteger(tree.count) || levels.length !== hashes.length) return undefined;
    for (const [at, level] of levels.reverse().entries())
      tree.subtrees[level] = Buffer.from(hashes[at] as Bytes);
    return tree;
  }

  get size(): bigint {
    return BigInt(this.count);
  }

  add(leaf: Bytes): void {
    const { node, subtrees } = this;
    node.set(leaf, 33);
    let level = 0;
    for (let rest = this.count; rest % 2 === 1; rest = (rest - 1) / 2) {
      node.set(subtrees[level] as Buffer, 1);
      digestInto(node, 33, node);
      level += 1;
    }
    subtrees[level] ??= Buffer.alloc(32);
    node.copy(subtrees[level] as Buffer, 0, 33);
    this.count += 1;
  }

  /** Undefined when there are no leaves. */
  root(): Buffer | undefined {
    const [last, ...rest] = this.hashes().reverse();
    return last && rest.reduce((right, left) => nodeHash(left, right), last);
  }

  /** The complete subtrees, largest first. */
  hashes(): Buffer[] {
    return this.levels()
      .reverse()
      .map((level) => Buffer.from(this.subtrees[level] as Buffer));
  }

  private levels(): number[] {
    return [...this.count.toString(2)].reverse().flatMap((bit, level) => (bit === "1" ? [level] : []));
  }
}

/** Entries: their tree, and the digest of all their bytes. */
export class EntryTree {
  private readonly tree = new HashTree();
  private readonly all = createHash("sha256").update("granary.entries.1");
  /** bytes that `all` has yet to see: it is asked seldom, because asking costs more than hashing */
  private readonly waiting = Buffer.alloc(1 << 16);
  private waits = 0;
  count = 0n;

  add(leaf: Bytes): void {
    const { waiting } = this;
    if (this.waits + 4 + leaf.length > waiting.length) this.flush();
    this.waits = waiting.writeUInt32BE(leaf.length, this.waits);
    if (leaf.length > waiting.length - 4) {
      this.flush();
      this.all.update(leaf);
    } else {
      waiting.set(leaf, this.waits);
      this.waits += leaf.length;
    }
    this.count += 1n;
    this.tree.add(leafHash(leaf));
  }

  private flush(): void {
    this.all.update(this.waiting.subarray(0, this.waits));
    this.waits = 0;
  }

  root(): Buffer {
    return this.tree.root() ?? digest(Buffer.alloc(0));
  }

  /** Told by nobody who has not read every byte of every entry; may be asked for once, at the end. */
  digest(): Buffer {
    this.flush();
    return this.all.digest();
  }
}

export interface SumNode {
  hash: Buffer;
  sum: bigint;
}

const sums = Buffer.alloc(97, 1);
const safe = BigInt(Number.MAX_SAFE_INTEGER);
/** 16 bytes, two's complement: the chain reads a negative sum and punishes for it. Small ones are written without bigints. */
export function writeInt128(to: Buffer, at: number, value: bigint): void {
  if (value < 0n || value > safe) {
    to.writeBigInt64BE(BigInt.asIntN(64, value >> 64n), at);
    to.writeBigUInt64BE(BigInt.asUintN(64, value), at + 8);
    return;
  }
  const small = Number(value);
  to.writeUInt32BE(0, at);
  to.writeUInt32BE(0, at + 4);
  to.writeUInt32BE(Math.floor(small / 2 ** 32), at + 8);
  to.writeUInt32BE(small % 2 ** 32, at + 12);
}

export function sumNode(left: SumNode, right: SumNode): SumNode {
  sums.set(left.hash, 1);
  writeInt128(sums, 33, left.sum);
  sums.set(right.hash, 49);
  writeInt128(sums, 81, right.sum);
  return { hash: digest(sums), sum: left.sum + right.sum };
}

/** Balances: each leaf with what it owes; fewer than two are filled up with leaves that owe nothing. */
export class SumTree {
  /** by level, as HashTree's */
  private readonly subtrees: SumNode[] = [];
  private readonly node = Buffer.alloc(97, 1);
  private leaves = 0;

  get count(): bigint {
    return BigInt(this.leaves);
  }

  add(leaf: Bytes, owes: bigint): void {
    const { node, subtrees } = this;
    let sum = owes;
    let level = 0;
    node.set(leafHash(leaf), 49);
    for (let rest = this.leaves; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = subtrees[level] as SumNode;
      node.set(left.hash, 1);
      writeInt128(node, 33, left.sum);
      writeInt128(node, 81, sum);
      digestInto(node, 49, node);
      sum += left.sum;
      level += 1;
    }
    subtrees[level] ??= { hash: Buffer.alloc(32), sum };
    const place = subtrees[level] as SumNode;
    node.copy(place.hash, 0, 49, 81);
    place.sum = sum;
    this.leaves += 1;
  }

  root(): SumNode {
    while (this.leaves < 2) this.add(Buffer.from("Z"), 0n);
    const [last, ...rest] = this.subtrees.filter(
      (_, level) => Math.floor(this.leaves / 2 ** level) % 2 === 1,
    );
    const { hash, sum } = last as SumNode;
    return rest.reduce((right, left) => sumNode(left, right), { hash: Buffer.from(hash), sum });
  }
}
