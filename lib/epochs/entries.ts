import { encodeAbiParameters, type Hex, keccak256 } from "viem";

/** What a proposal states of the entries' digest: as good as the digest for comparing, and tells it to nobody. */
export const entriesSeal = (digest: Hex): Hex =>
  keccak256(encodeAbiParameters([{ type: "bytes32" }], [digest]));
