import { encodePacked, type Hex, hexToBigInt, keccak256 } from "viem";
import { microsPerDollar } from "@/lib/money/math";

const leastMicros = 2n * microsPerDollar;
const spanCents = 401n;

/** What the demo data client pays in an epoch: $2.00 to $6.00 in whole cents, the same whenever it is asked. */
export function dataFeeMicros(epoch: bigint): bigint {
  const seed = hexToBigInt(keccak256(encodePacked(["string", "uint256"], ["data fee", epoch])));
  return leastMicros + (seed % spanCents) * 10_000n;
}

/** The root of the demo client's data for an epoch. */
export function dataRoot(epoch: bigint): Hex {
  return keccak256(encodePacked(["string", "uint256"], ["data root", epoch]));
}
