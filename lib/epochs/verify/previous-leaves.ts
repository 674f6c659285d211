import { balanceLeaf } from "@/lib/epochs/format/batch";
import { type SumNode, SumTree } from "@/lib/epochs/format/tree";

const leafBytes = 41;
const amountAt = 25;

/** What stood before, in the order of this batch; the last tree had it in the order of its own names. */
export class PreviousLeaves {
  private leaves = Buffer.alloc(1024 * leafBytes);
  private count = 0;

  add(name: string, asset: string, micros: bigint): void {
    const at = this.count * leafBytes;
    if (at === this.leaves.length) this.leaves = Buffer.concat([this.leaves], 2 * at);
    this.leaves.set(balanceLeaf(name, asset, micros), at);
    this.count += 1;
  }

  root(): SumNode {
    const tree = new SumTree();
    for (const place of this.sorted()) {
      const leaf = this.leaf(place);
      const micros = (leaf.readBigInt64BE(amountAt) << 64n) | leaf.readBigUInt64BE(amountAt + 8);
      tree.add(leaf, micros);
    }
    return tree.root();
  }

  private leaf(place: number): Buffer {
    return this.leaves.subarray(place * leafBytes, (place + 1) * leafBytes);
  }

  /** The leaves' places by name: by its first four bytes and the place as one number each, then those that begin alike. */
  private sorted(): Uint32Array {
    const keys = new BigUint64Array(this.count);
    for (let place = 0; place < this.count; place++)
      keys[place] = (BigInt(this.leaves.readUInt32BE(place * leafBytes + 1)) << 32n) | BigInt(place);
    const places = Uint32Array.from(keys.sort(), (key) => Number(key & 0xff_ff_ff_ffn));
    const begins = (at: number) => Number((keys[at] as bigint) >> 32n);
    for (let from = 0, to = 1; from < places.length; from = to, to = from + 1) {
      while (to < places.length && begins(to) === begins(from)) to += 1;
      if (to - from > 1) places.subarray(from, to).sort((a, b) => this.leaf(a).compare(this.leaf(b)));
    }
    return places;
  }
}
