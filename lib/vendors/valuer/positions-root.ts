import { createHash } from "node:crypto";
import { type Hex, zeroHash } from "viem";

interface PositionLeaf {
  positionId: Hex;
  marketMicros: bigint;
  lendableMicros: bigint;
}

const sha256 = (...parts: (string | Buffer)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/**
 * SHA-256 Merkle root over all positions, ordered by id; leaves and nodes are prefixed 0 and 1, an odd node moves up.
 * Units: micros, in decimal digits. Zero hash when nothing is in custody.
 */
export function positionsRoot(positions: readonly PositionLeaf[]): Hex {
  let level: Buffer[] = [...positions]
    .sort((a, b) => (a.positionId.toLowerCase() < b.positionId.toLowerCase() ? -1 : 1))
    .map((p) =>
      sha256(
        Buffer.from([0]),
        `${p.positionId.toLowerCase()}:${p.marketMicros.toString()}:${p.lendableMicros.toString()}`,
      ),
    );
  if (level.length === 0) return zeroHash;
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => {
      const left = level[2 * i] as Buffer;
      const right = level[2 * i + 1];
      return right ? sha256(Buffer.from([1]), left, right) : left;
    });
  }
  return `0x${(level[0] as Buffer).toString("hex")}`;
}
