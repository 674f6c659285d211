import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  consistencyPath,
  inclusionPath,
  isConsistent,
  isSame,
  leafHash,
  rangeHash,
  rootByPath,
  rootOf,
  type Sha256,
  subtreesOf,
} from "@/lib/ledger/seal/merkle";

const known = new Map<string, Buffer>();
/** remembers what it hashed: the trees of all sizes have most of their nodes in common */
const sha256: Sha256 = (...parts) => {
  const bytes = Buffer.concat(parts);
  const name = bytes.toString("latin1");
  const found = known.get(name) ?? createHash("sha256").update(bytes).digest();
  known.set(name, found);
  return found;
};

/** RFC 6962, section 2.1, word by word: the oracle. */
function mth(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Uint8Array.of(0), leaves[0] as Uint8Array);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Uint8Array.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

const most = 200;
const leaves = Array.from({ length: most }, (_, i) => Buffer.from(`leaf ${i}`));
const hashes = leaves.map((leaf) => leafHash(sha256, leaf));
const subtree = subtreesOf(sha256, hashes);
const roots = Array.from({ length: most + 1 }, (_, n) => mth(leaves.slice(0, n)));
const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString("hex");

describe("a Merkle tree", () => {
  it("has the root that RFC 6962 defines, at every size", () => {
    for (let n = 0; n <= most; n++) {
      expect(hex(rootOf(sha256, hashes.slice(0, n)))).toBe(hex(roots[n]));
      if (n > 0) expect(hex(rangeHash(sha256, subtree, 0n, BigInt(n)))).toBe(hex(roots[n]));
    }
  });

  it("has the known root of the RFC's test vectors", () => {
    const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"].map((text) =>
      leafHash(sha256, Buffer.from(text, "hex")),
    );
    expect(hex(rootOf(sha256, inputs.slice(0, 3)))).toBe(
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    );
    expect(hex(rootOf(sha256, inputs))).toBe(
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    );
  });

  it("proves every leaf at every size, and no leaf in another's place", () => {
    for (let n = 1; n <= most; n++)
      for (let i = 0; i < n; i++) {
        const [index, size] = [BigInt(i), BigInt(n)];
        const path = inclusionPath(sha256, subtree, index, size);
        const at = { leaf: hashes[i] as Uint8Array, index, size, path };
        const found = rootByPath(sha256, at);
        if (!found || !isSame(found, roots[n] as Uint8Array)) expect.fail(`leaf ${i} of ${n}`);
        if ((i * 7 + n) % 97 !== 0 || n === 1) continue;
        const other = BigInt((i + 1) % n);
        for (const wrong of [
          { ...at, index: other },
          { ...at, index: size },
          { ...at, leaf: hashes[Number(other)] as Uint8Array },
          { ...at, path: path.slice(1) },
          { ...at, path: [...path, sha256()] },
          { ...at, path: [sha256(), ...path.slice(1)] },
        ])
          expect(hex(rootByPath(sha256, wrong))).not.toBe(hex(roots[n]));
      }
  });

  it("proves that it continues every smaller one, and no other", () => {
    for (let n = 1; n <= 130; n++)
      for (let m = 1; m <= n; m++) {
        const path = consistencyPath(sha256, subtree, BigInt(m), BigInt(n));
        const older = { size: BigInt(m), root: roots[m] as Uint8Array };
        const size = { size: BigInt(n), root: roots[n] as Uint8Array };
        if (!isConsistent(sha256, { older, size, path })) expect.fail(`${m} of ${n}`);
        const forged = { ...older, root: sha256(older.root) };
        if (isConsistent(sha256, { older: forged, size, path })) expect.fail(`forged ${m} of ${n}`);
        const ahead = { ...size, root: sha256(size.root) };
        if (isConsistent(sha256, { older, size: ahead, path })) expect.fail(`forged ${n} after ${m}`);
      }
  });

  it("refuses paths with any byte changed, a step left out or added", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: most }),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 0, max: 31 }),
        (n, i, step, byte) => {
          const m = 1 + (i % (n - 1));
          const path = consistencyPath(sha256, subtree, BigInt(m), BigInt(n));
          const older = { size: BigInt(m), root: roots[m] as Uint8Array };
          const size = { size: BigInt(n), root: roots[n] as Uint8Array };
          const changed = path.map((hash, at) => {
            if (at !== step % path.length) return hash;
            const copy = Uint8Array.from(hash);
            copy[byte] = (copy[byte] as number) ^ 1;
            return copy;
          });
          const wrong = [changed, path.slice(1), path.slice(0, -1), [...path, sha256()]];
          expect(wrong.filter((one) => isConsistent(sha256, { older, size, path: one }))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
