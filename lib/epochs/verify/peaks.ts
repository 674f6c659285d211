import { nodeHash } from "@/lib/epochs/format/tree";

/** A tree of RFC 6962 as far as it has grown: its complete subtrees, largest first. */
export class Peaks {
  private readonly peaks: { level: number; hash: Uint8Array }[] = [];
  size = 0n;

  /** The tree of `size` leaves from its complete subtrees; undefined when they are not as many as it has. */
  static of(size: bigint, hashes: readonly Uint8Array[]): Peaks | undefined {
    const tree = new Peaks();
    const levels = [...size.toString(2)].reverse().flatMap((bit, level) => (bit === "1" ? [level] : []));
    if (levels.length !== hashes.length) return undefined;
    for (const [at, level] of levels.reverse().entries())
      tree.peaks.push({ level, hash: hashes[at] as Uint8Array });
    tree.size = size;
    return tree;
  }

  add(leaf: Uint8Array): void {
    let node = { level: 0, hash: leaf };
    for (let last = this.peaks.at(-1); last?.level === node.level; last = this.peaks.at(-1)) {
      this.peaks.pop();
      node = { level: node.level + 1, hash: nodeHash(last.hash, node.hash) };
    }
    this.peaks.push(node);
    this.size += 1n;
  }

  /** Undefined when there are no leaves. */
  root(): Uint8Array | undefined {
    const [last, ...rest] = this.peaks.toReversed();
    return last && rest.reduce((right, left) => nodeHash(left.hash, right), last.hash);
  }

  hashes(): Uint8Array[] {
    return this.peaks.map(({ hash }) => hash);
  }
}
