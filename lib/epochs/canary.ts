import { createHmac } from "node:crypto";
import { encodeAbiParameters, type Hex, keccak256 } from "viem";

export interface SealedProposal {
  chainId: number;
  number: bigint;
  booksRoot: Hex;
  entriesSeal: Hex;
}

/** Epochs; one of them is preceded by a canary. */
export const canaryWindow = 10n;

const drawn = (keyBase64: string, text: string): Buffer =>
  createHmac("sha256", Buffer.from(keyBase64, "base64")).update(text).digest();

/** The bank's secret about one proposal, until it is opened: made anew from a key when it is asked for, so never stored. */
export function canarySalt(
  keyBase64: string,
  { chainId, number, booksRoot, entriesSeal }: SealedProposal,
): Hex {
  return `0x${drawn(keyBase64, `canary:${chainId}:${number}:${booksRoot}:${entriesSeal}`).toString("hex")}`;
}

/** Whether a proposal is faulty on purpose, sealed: EpochManager.sol compares it when it is opened. */
export const canarySeal = (salt: Hex, isCanary: boolean): Hex =>
  keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "bool" }], [salt, isCanary]));

/** Whether the proposal on chain, with the seal that was stored beside it, is a canary of ours. */
export const isOurCanary = (keyBase64: string, proposal: SealedProposal, seal: Hex): boolean =>
  seal === canarySeal(canarySalt(keyBase64, proposal), true);

/**
 * Which epoch of a window a canary precedes, 0 to 9: the first window holds epochs 1 to 10. Nobody without the key can tell,
 * and the bank that has it cannot choose.
 */
export function canaryPlace(
  keyBase64: string,
  { chainId, window }: { chainId: number; window: bigint },
): bigint {
  return BigInt(drawn(keyBase64, `canary-place:${chainId}:${window}`).readUInt32BE()) % canaryWindow;
}

export function isCanaryDue(
  keyBase64: string,
  { chainId, number }: { chainId: number; number: bigint },
): boolean {
  const window = (number - 1n) / canaryWindow;
  return canaryPlace(keyBase64, { chainId, window }) === (number - 1n) % canaryWindow;
}

/** What is wrong with the canary before an epoch, and where: an endless draw of numbers below a bound. */
export function canaryFault(
  keyBase64: string,
  of: { chainId: number; number: bigint },
): (below: number) => number {
  let count = 0;
  return (below) => {
    count += 1;
    return drawn(keyBase64, `canary-fault:${of.chainId}:${of.number}:${count}`).readUInt32BE() % below;
  };
}
