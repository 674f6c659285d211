/** Numbers of which none may come twice: eight bytes each, compared once at the end. */
export class Ids {
  private numbers = new BigUint64Array(1024);
  private count = 0;

  add(id: bigint): void {
    if (this.count === this.numbers.length) {
      const grown = new BigUint64Array(this.count * 2);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    this.numbers[this.count] = id;
    this.count += 1;
  }

  /** The first that was added twice. */
  twice(): bigint | undefined {
    const sorted = this.numbers.subarray(0, this.count).sort();
    for (let at = 1; at < sorted.length; at++) if (sorted[at] === sorted[at - 1]) return sorted[at];
    return undefined;
  }
}
