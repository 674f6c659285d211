/** RFC 6962's trees: hash of a node over its children, of the longest run first that a power of two fills. */
export type Sha256 = (...parts: Uint8Array[]) => Uint8Array;

/** The hash of a complete subtree: the leaves from `index * 2^level`, `2^level` of them. */
export type Subtree = (level: number, index: bigint) => Uint8Array;

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export const leafHash = (sha256: Sha256, bytes: Uint8Array): Uint8Array => sha256(leafPrefix, bytes);
export const nodeHash = (sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(nodePrefix, left, right);

/** The root over hashes of leaves; pairs are joined level by level, and one that is left alone rises as it is. */
export function rootOf(sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256();
  let level = hashes;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at] as Uint8Array, level[at + 1]];
      above.push(right ? nodeHash(sha256, left, right) : left);
    }
    level = above;
  }
  return level[0] as Uint8Array;
}

/** Complete subtrees over a list of leaf hashes, each hashed once. */
export function subtreesOf(sha256: Sha256, leaves: readonly Uint8Array[]): Subtree {
  const known = new Map<string, Uint8Array>();
  const at: Subtree = (level, index) => {
    if (level === 0) return leaves[Number(index)] as Uint8Array;
    const name = `${level}:${index}`;
    const found = known.get(name);
    if (found) return found;
    const made = nodeHash(sha256, at(level - 1, index * 2n), at(level - 1, index * 2n + 1n));
    known.set(name, made);
    return made;
  };
  return at;
}

/** The power of two below n, for n > 1. */
function split(n: bigint): { size: bigint; level: number } {
  let level = 0;
  while (1n << BigInt(level + 1) < n) level += 1;
  return { size: 1n << BigInt(level), level };
}

const levelOf = (size: bigint): number | undefined => {
  const level = size.toString(2).length - 1;
  return size === 1n << BigInt(level) ? level : undefined;
};

/** The hash over leaves [from, to); `from` is where a tree of RFC 6962 begins a subtree. */
export function rangeHash(sha256: Sha256, subtree: Subtree, from: bigint, to: bigint): Uint8Array {
  const size = to - from;
  const level = levelOf(size);
  if (level !== undefined && from % size === 0n) return subtree(level, from >> BigInt(level));
  const { size: left } = split(size);
  return nodeHash(
    sha256,
    rangeHash(sha256, subtree, from, from + left),
    rangeHash(sha256, subtree, from + left, to),
  );
}

/** The hashes beside the way from a leaf to the root, nearest first. */
export function inclusionPath(sha256: Sha256, subtree: Subtree, index: bigint, size: bigint): Uint8Array[] {
  const path = (from: bigint, to: bigint): Uint8Array[] => {
    if (to - from <= 1n) return [];
    const middle = from + split(to - from).size;
    return index < middle
      ? [...path(from, middle), rangeHash(sha256, subtree, middle, to)]
      : [...path(middle, to), rangeHash(sha256, subtree, from, middle)];
  };
  return path(0n, size);
}

/** The root to which a leaf and its path lead; undefined when the path does not fit the place. */
export function rootByPath(
  sha256: Sha256,
  { leaf, index, size, path }: { leaf: Uint8Array; index: bigint; size: bigint; path: readonly Uint8Array[] },
): Uint8Array | undefined {
  if (index < 0n || index >= size) return undefined;
  let [at, last, hash] = [index, size - 1n, leaf];
  for (const beside of path) {
    if (last === 0n) return undefined;
    if (at % 2n === 1n || at === last) {
      hash = nodeHash(sha256, beside, hash);
      while (at % 2n === 0n && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else hash = nodeHash(sha256, hash, beside);
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n ? hash : undefined;
}

/** What proves that the tree of `size` leaves begins with the tree of `older` leaves. */
export function consistencyPath(sha256: Sha256, subtree: Subtree, older: bigint, size: bigint): Uint8Array[] {
  const path = (from: bigint, to: bigint, isWhole: boolean): Uint8Array[] => {
    if (older === to) return isWhole ? [] : [rangeHash(sha256, subtree, from, to)];
    const middle = from + split(to - from).size;
    return older <= middle
      ? [...path(from, middle, isWhole), rangeHash(sha256, subtree, middle, to)]
      : [...path(middle, to, false), rangeHash(sha256, subtree, from, middle)];
  };
  return older === 0n ? [] : path(0n, size, true);
}

/** Whether the newer head continues the older one. */
export function isConsistent(
  sha256: Sha256,
  { older, size, path }: { older: Head; size: Head; path: readonly Uint8Array[] },
): boolean {
  if (older.size > size.size || older.size <= 0n) return false;
  if (older.size === size.size) return path.length === 0 && isSame(older.root, size.root);
  const isPower = levelOf(older.size) !== undefined;
  const steps = isPower ? [older.root, ...path] : [...path];
  let [at, last] = [older.size - 1n, size.size - 1n];
  while (at % 2n === 1n) [at, last] = [at >> 1n, last >> 1n];
  const first = steps.shift();
  if (!first) return false;
  let [old, now] = [first, first];
  for (const beside of steps) {
    if (last === 0n) return false;
    if (at % 2n === 1n || at === last) {
      old = nodeHash(sha256, beside, old);
      now = nodeHash(sha256, beside, now);
      while (at % 2n === 0n && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else now = nodeHash(sha256, now, beside);
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && isSame(old, older.root) && isSame(now, size.root);
}

export interface Head {
  size: bigint;
  root: Uint8Array;
}

export const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);
