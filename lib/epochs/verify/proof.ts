/**
 * Whether one balance, or one entry, is in what validators signed: runs in the customer's browser, with WebCrypto and
 * nothing else. A proof is plain JSON; texts are small hex digits without 0x, sums are digits.
 */
export interface BalanceProof {
  kind: "balance";
  /** the account's name in the epoch's last period */
  name: string;
  asset: string;
  micros: string;
  /** beside the way to the root, nearest first */
  steps: { hash: string; sum: string; isRight: boolean }[];
  /** what it leads to: to be held against the epoch on chain */
  root: string;
  liabilitiesMicros: string;
}

export interface EntryProof {
  kind: "entry";
  /** the leaf's bytes: an entry, a payout's tax, or the manifest */
  leaf: string;
  steps: { hash: string; isRight: boolean }[];
  root: string;
}

/** What the epoch on chain says: both are read from there, never from whoever made the proof. */
export interface SignedRoots {
  entriesRoot: string;
  liabilitiesRoot: string;
  liabilities: bigint;
}

const mostSteps = 64;
const isHash = (text: unknown): text is string => typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
const isWhole = (text: unknown): text is string =>
  typeof text === "string" && /^(0|[1-9]\d{0,37})$/.test(text);

/** That what is owed to one account is in the liabilities that validators signed, and that nobody's is below zero beside it. */
export async function provesBalance(proof: BalanceProof, signed: SignedRoots): Promise<boolean> {
  const { name, asset, micros, steps } = proof;
  if (!/^[0-9a-f]{40}$/.test(name) || !/^[A-Z]{1,8}$/.test(asset) || !isWhole(micros)) return false;
  if (!Array.isArray(steps) || steps.length === 0 || steps.length > mostSteps) return false;
  const assetBytes = text(asset.padEnd(4, "\0").slice(0, 4));
  const leaf = joined(text("B"), hex(name), assetBytes, sixteen(BigInt(micros)));
  let [hash, sum] = [await sha256(joined(zero, leaf)), BigInt(micros)];
  for (const step of steps) {
    if (!isHash(step.hash) || !isWhole(step.sum)) return false;
    const own = joined(hash, sixteen(sum));
    const beside = joined(hex(step.hash), sixteen(BigInt(step.sum)));
    hash = await sha256(step.isRight ? joined(one, own, beside) : joined(one, beside, own));
    sum += BigInt(step.sum);
  }
  return sum === signed.liabilities && toText(hash) === bare(signed.liabilitiesRoot);
}

/** That an entry stands in the entries that validators signed. */
export async function provesEntry(proof: EntryProof, signed: SignedRoots): Promise<boolean> {
  const { leaf, steps } = proof;
  if (typeof leaf !== "string" || !/^([0-9a-f]{2})+$/.test(leaf)) return false;
  if (!Array.isArray(steps) || steps.length > mostSteps) return false;
  let hash = await sha256(joined(zero, hex(leaf)));
  for (const step of steps) {
    if (!isHash(step.hash)) return false;
    const beside = hex(step.hash);
    hash = await sha256(step.isRight ? joined(one, hash, beside) : joined(one, beside, hash));
  }
  return toText(hash) === bare(signed.entriesRoot);
}

export interface ReadEntry {
  id: bigint;
  lines: { account: string; asset: string; micros: bigint }[];
}

/** What an entry's leaf says; undefined when it is none. */
export function readEntry(leaf: string): ReadEntry | undefined {
  const bytes = hex(leaf);
  const count = bytes[9] ?? 0;
  if (bytes[0] !== 0x45 || count === 0 || bytes.length !== 10 + count * 40) return undefined;
  const lines = Array.from({ length: count }, (_, n) => {
    const at = 10 + n * 40;
    return {
      account: toText(bytes.subarray(at, at + 20)),
      asset: String.fromCharCode(...bytes.subarray(at + 20, at + 24)).replace(/\0+$/, ""),
      micros: BigInt.asIntN(128, BigInt(`0x${toText(bytes.subarray(at + 24, at + 40))}`)),
    };
  });
  return { id: BigInt(`0x${toText(bytes.subarray(1, 9))}`), lines };
}

type Bytes = Uint8Array<ArrayBuffer>;
const zero = Uint8Array.of(0);
const one = Uint8Array.of(1);
const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const text = (from: string): Bytes => Uint8Array.from(from, (letter) => letter.charCodeAt(0));
const bare = (root: string): string => root.replace(/^0x/, "");
const toText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const hex = (digits: string): Bytes =>
  Uint8Array.from({ length: digits.length / 2 }, (_, n) =>
    Number.parseInt(digits.slice(n * 2, n * 2 + 2), 16),
  );
/** Sixteen bytes, big-endian. */
const sixteen = (value: bigint): Bytes => hex(value.toString(16).padStart(32, "0"));

function joined(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
