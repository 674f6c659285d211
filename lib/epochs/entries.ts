import { concat, encodeAbiParameters, type Hex, keccak256, sha256, stringToHex } from "viem";

const mark = stringToHex("granary.entries.1");

/**
 * The digest of an epoch's entries, which an operator shows to have read them. While the head of the sealed books is all
 * that a proposal states about them, it is all there is to digest.
 */
export const entriesDigest = (booksRoot: Hex): Hex => sha256(concat([mark, booksRoot]));

/** What the proposal states: as good as the digest for comparing, and tells it to nobody. */
export const entriesSeal = (digest: Hex): Hex =>
  keccak256(encodeAbiParameters([{ type: "bytes32" }], [digest]));
