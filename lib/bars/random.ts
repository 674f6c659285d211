/** splitmix64: small, seeded, the same everywhere. */
export function randomFrom(seed: bigint): () => bigint {
  const mask = (1n << 64n) - 1n;
  let state = seed & mask;
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let mixed = state;
    mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & mask;
    return mixed ^ (mixed >> 31n);
  };
}

export interface Random {
  /** a whole number from 0, below the limit */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  chance(share: number): boolean;
  bytes(count: number): Buffer;
}

/** Choices out of one seed. */
export function chooser(seed: number): Random {
  const next = randomFrom(BigInt(seed));
  const below = (limit: number) => (limit <= 0 ? 0 : Number(next() % BigInt(limit)));
  return {
    below,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    chance: (share) => below(1_000_000) < share * 1_000_000,
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
  };
}
