import { randomFillSync } from "node:crypto";

const words = 5;
const safe = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * What the entries moved on each account, by its name in one period: a table of numbers, because a million names as texts and
 * as many objects take longer to look up and to clear away than everything else together.
 */
export class Moves {
  private count = 0;
  private names = new Uint32Array(1024 * words);
  private classes = new Uint32Array(1024);
  private small = new Float64Array(1024);
  private moved = new Uint8Array(1024);
  /** what a number of 53 bits does not hold, beside what it holds */
  private readonly large = new Map<number, bigint>();
  /** a place plus one at the hash of its name or the next free one; at most half full */
  private slots = new Uint32Array(4096);
  /** of this run alone, so that nobody can make names that meet */
  private readonly seed = randomFillSync(new Uint32Array(words));
  private readonly bytes = Buffer.from(new ArrayBuffer(4 * words));
  private readonly name = new Uint32Array(this.bytes.buffer);
  private readonly classNames: string[] = [];
  private readonly classPlaces = new Map<string, number>();

  /** The place of a name of forty hex digits; undefined when it is not there. */
  find(alias: string): number | undefined {
    const found = this.slots[this.slotOf(alias)] as number;
    return found === 0 ? undefined : found - 1;
  }

  /** A name that is not there. */
  add(alias: string, className: string): number {
    if (this.count === this.classes.length) this.grow();
    const place = this.count;
    this.slots[this.slotOf(alias)] = place + 1;
    this.names.set(this.name, place * words);
    let known = this.classPlaces.get(className);
    if (known === undefined) {
      known = this.classNames.push(className) - 1;
      this.classPlaces.set(className, known);
    }
    this.classes[place] = known;
    this.count += 1;
    return place;
  }

  move(place: number, micros: bigint): void {
    this.moved[place] = 1;
    const sum = (this.small[place] as number) + Number(micros);
    if (Number.isSafeInteger(sum) && micros <= safe && micros >= -safe) this.small[place] = sum;
    else this.large.set(place, (this.large.get(place) ?? 0n) + micros);
  }

  classOf(place: number): string {
    return this.classNames[this.classes[place] as number] as string;
  }

  /** What moved, on the class's own side; asked again, nothing. Undefined when the account was only named. */
  take(place: number): bigint | undefined {
    if (this.moved[place] === 0) return undefined;
    const micros = BigInt(this.small[place] as number) + (this.large.get(place) ?? 0n);
    this.moved[place] = 0;
    this.small[place] = 0;
    this.large.delete(place);
    return micros;
  }

  /** What nobody took. */
  *left(): Generator<{ alias: string; class: string; micros: bigint }> {
    for (let place = this.moved.indexOf(1); place >= 0; place = this.moved.indexOf(1, place + 1)) {
      const alias = Buffer.from(this.names.buffer, place * words * 4, words * 4).toString("hex");
      yield { alias, class: this.classOf(place), micros: this.take(place) as bigint };
    }
  }

  /** Where a name is, or belongs. */
  private slotOf(alias: string): number {
    this.bytes.write(alias, "hex");
    return this.slotFor(this.name, 0);
  }

  private slotFor(of: Uint32Array, at: number): number {
    const { names, slots, seed } = this;
    let hash = 0;
    for (let i = 0; i < words; i++)
      hash = (hash + Math.imul(of[at + i] as number, (seed[i] as number) | 1)) | 0;
    for (let slot = (hash ^ (hash >>> 15)) & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const found = slots[slot] as number;
      if (found === 0) return slot;
      let i = 0;
      while (i < words && names[(found - 1) * words + i] === of[at + i]) i++;
      if (i === words) return slot;
    }
  }

  private grow(): void {
    const size = this.count * 2;
    const grown = <T extends { set(from: T): void }>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.names = grown(new Uint32Array(size * words), this.names);
    this.classes = grown(new Uint32Array(size), this.classes);
    this.small = grown(new Float64Array(size), this.small);
    this.moved = grown(new Uint8Array(size), this.moved);
    this.slots = new Uint32Array(size * 4);
    for (let place = 0; place < this.count; place++)
      this.slots[this.slotFor(this.names, place * words)] = place + 1;
  }
}
