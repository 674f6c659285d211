import {
  type BalanceProof,
  type EntryProof,
  provesBalance,
  provesEntry,
  readEntry,
  type SignedRoots,
} from "@/lib/epochs/verify/proof";

/**
 * What a customer is given to check that they are counted: every balance of theirs in one final epoch, and what moved in
 * the last ones. Runs in the browser and at the command line, with proof.ts and nothing of the bank.
 */
export const inclusionFormat = "granary.inclusion.1";

export interface Receipt {
  epoch: string;
  /** the ledger's word for what happened */
  event: string;
  at: string;
  /** what the customer's accounts are called in this entry */
  names: string[];
  entry: EntryProof;
  /** of a payout: its base and what was withheld */
  tax?: EntryProof;
}

export interface InclusionDocument {
  format: typeof inclusionFormat;
  chainId: number;
  epochManager: `0x${string}`;
  /** where the chain's log is read from: the oldest proposal that is needed */
  fromBlock: string;
  /** the final epoch whose balances these are */
  epoch: string;
  balances: { class: string; operatorId?: number; proof: BalanceProof }[];
  receipts: Receipt[];
}

/** One line held against the chain. */
export interface CheckedLine {
  kind: "balance" | "entry" | "tax";
  /** its place among the balances, or among the receipts */
  at: number;
  epoch: string;
  /** not_final: the chain knows no such epoch as final, so that there is nothing to hold it against */
  outcome: "proved" | "differs" | "not_final";
  steps: number;
  /** what stands there, or what moved, by asset */
  sums: { asset: string; micros: bigint }[];
}

const isText = (value: unknown): value is string => typeof value === "string";
const isDigits = (value: unknown): value is string => isText(value) && /^(0|[1-9]\d{0,17})$/.test(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isEntry = (value: unknown): boolean =>
  isObject(value) && isText(value.leaf) && Array.isArray(value.steps) && value.steps.every(isObject);

/** The document as far as it has its shape; undefined when it is none. What it claims is not judged here. */
export function readInclusion(value: unknown): InclusionDocument | undefined {
  if (!isObject(value) || value.format !== inclusionFormat) return undefined;
  const { chainId, epochManager, fromBlock, epoch, balances, receipts } = value;
  const isWhole =
    Number.isSafeInteger(chainId) &&
    isText(epochManager) &&
    /^0x[0-9a-fA-F]{40}$/.test(epochManager) &&
    isDigits(fromBlock) &&
    isDigits(epoch) &&
    Array.isArray(balances) &&
    balances.every(
      (one) =>
        isObject(one) &&
        isText(one.class) &&
        isObject(one.proof) &&
        isText(one.proof.name) &&
        isText(one.proof.asset) &&
        Array.isArray(one.proof.steps) &&
        one.proof.steps.every(isObject),
    ) &&
    Array.isArray(receipts) &&
    receipts.every(
      (one) =>
        isObject(one) &&
        isDigits(one.epoch) &&
        isText(one.event) &&
        isText(one.at) &&
        Array.isArray(one.names) &&
        one.names.every(isText) &&
        isEntry(one.entry) &&
        (one.tax === undefined || isEntry(one.tax)),
    );
  return isWhole ? (value as unknown as InclusionDocument) : undefined;
}

/** The epochs that must be final on chain for it. */
export const epochsOf = ({ epoch, receipts }: InclusionDocument): bigint[] =>
  [...new Set([epoch, ...receipts.map((one) => one.epoch)])].map(BigInt);

/** Every line, in order, as it is checked. A name that comes twice is counted twice, and proves nothing. */
export async function* checkInclusion(
  document: InclusionDocument,
  signedOf: (epoch: string) => SignedRoots | undefined,
): AsyncGenerator<CheckedLine> {
  const seen = new Set<string>();
  for (const [at, { proof }] of document.balances.entries()) {
    const signed = signedOf(document.epoch);
    const isNew = !seen.has(proof.name);
    seen.add(proof.name);
    yield {
      kind: "balance",
      at,
      epoch: document.epoch,
      outcome: signed ? outcomeOf(isNew && (await provesBalance(proof, signed))) : "not_final",
      steps: proof.steps.length,
      sums: [{ asset: proof.asset, micros: /^\d{1,38}$/.test(proof.micros) ? BigInt(proof.micros) : 0n }],
    };
  }
  for (const [at, { epoch, names, entry, tax }] of document.receipts.entries()) {
    const signed = signedOf(epoch);
    const sums = movedOn(entry.leaf, names);
    const isFirst = !seen.has(entry.leaf);
    seen.add(entry.leaf);
    yield {
      kind: "entry",
      at,
      epoch,
      outcome: signed
        ? outcomeOf(isFirst && sums.length > 0 && (await provesEntry(entry, signed)))
        : "not_final",
      steps: entry.steps.length,
      sums,
    };
    if (!tax) continue;
    const read = readTax(tax.leaf);
    yield {
      kind: "tax",
      at,
      epoch,
      outcome: signed ? outcomeOf(read !== undefined && (await provesEntry(tax, signed))) : "not_final",
      steps: tax.steps.length,
      sums: read
        ? [{ asset: "TOKEN", micros: read.federalMicros + read.stateMicros + read.localMicros }]
        : [],
    };
  }
}

const outcomeOf = (isProved: boolean): "proved" | "differs" => (isProved ? "proved" : "differs");

/** What an entry moved on the accounts of these names; every account of a customer grows by what is credited. */
function movedOn(leaf: string, names: readonly string[]): { asset: string; micros: bigint }[] {
  const own = new Set(names);
  const sums = new Map<string, bigint>();
  for (const { account, asset, micros } of readEntry(leaf)?.lines ?? [])
    if (own.has(account)) sums.set(asset, (sums.get(asset) ?? 0n) - micros);
  return [...sums].map(([asset, micros]) => ({ asset: asset === "TOKE" ? "TOKEN" : asset, micros }));
}

/** What a payout's leaf says; undefined when it is none. */
export function readTax(leaf: string) {
  if (!/^54[0-9a-f]{150}$/.test(leaf)) return undefined;
  const at = (from: number, bytes: number) => BigInt(`0x${leaf.slice(from * 2, (from + bytes) * 2)}`);
  return {
    id: at(1, 8),
    baseMicros: at(9, 16),
    rateClass: at(25, 3),
    federalMicros: at(28, 16),
    stateMicros: at(44, 16),
    localMicros: at(60, 16),
  };
}
