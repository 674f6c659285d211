import { createHmac } from "node:crypto";
import { encodeAbiParameters, type Hex, keccak256 } from "viem";

export interface SealedProposal {
  chainId: number;
  number: bigint;
  booksRoot: Hex;
  entriesSeal: Hex;
}

/** The bank's secret about one proposal, until it is opened: made anew from a key when it is asked for, so never stored. */
export function canarySalt(
  keyBase64: string,
  { chainId, number, booksRoot, entriesSeal }: SealedProposal,
): Hex {
  const hmac = createHmac("sha256", Buffer.from(keyBase64, "base64"));
  return `0x${hmac.update(`canary:${chainId}:${number}:${booksRoot}:${entriesSeal}`).digest("hex")}`;
}

/** Whether a proposal is faulty on purpose, sealed: EpochManager.sol compares it when it is opened. */
export const canarySeal = (salt: Hex, isCanary: boolean): Hex =>
  keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "bool" }], [salt, isCanary]));
