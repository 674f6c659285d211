import type { Hex } from "viem";
import { writeInt128 } from "@/lib/epochs/format/tree";
import type { EventLeaf } from "@/lib/ledger/seal/format";

/**
 * The lines of an epoch's batch and the bytes of its leaves: README.md says them one by one. A line is JSON as
 * JSON.stringify writes it; every other spelling is refused.
 */
export const batchFormat = "granary.epoch.1";

export type ClassTotal = {
  asset: string;
  class: string;
  accounts: bigint;
  debitsMicros: bigint;
  creditsMicros: bigint;
};
export type ReserveTotal = { class: string; marketMicros: bigint; lendableMicros: bigint };
export type Withheld = { federalMicros: bigint; stateMicros: bigint; localMicros: bigint };

/** Where the previous final epoch left the books; zeros before the first. */
export type Previous = {
  digest: Hex;
  booksRoot: Hex;
  liabilitiesRoot: Hex;
  liabilitiesMicros: bigint;
  seal: bigint;
  block: bigint;
  /** the log at `seal` as its complete subtrees, largest first: they fold to `booksRoot`, and new seals are added to them */
  log: Hex[];
};

export type Manifest = {
  chainId: bigint;
  epochManager: Hex;
  bankId: string;
  number: bigint;
  previous: Previous;
  /** the last sealed batch in it, and the head of the log there */
  seal: bigint;
  booksRoot: Hex;
  /** everything that the chain did up to this block is booked in these seals, and nothing that it did later */
  block: bigint;
  blockHash: Hex;
  /** the periods of its seals; each account has a name in each */
  periods: bigint[];
  accounts: bigint;
  payouts: bigint;
  supplyMicros: bigint;
  liabilitiesRoot: Hex;
  liabilitiesMicros: bigint;
  classes: ClassTotal[];
  reserves: ReserveTotal[];
  fees: { kind: string; amountMicros: bigint }[];
  rewardsMicros: bigint;
  withheld: Withheld;
};

/** One account: what stood on it when the last epoch ended, and what stands on it now. */
export type AccountRow = {
  asset: string;
  class: string;
  /** in each of the manifest's periods, in their order */
  names: string[];
  previousName: string;
  openingMicros: bigint;
  closingMicros: bigint;
};

/** One payout of rewards as the chain split it. `id` is its place in the chain's order, from 1. */
export type PayoutRow = Withheld & { id: bigint; baseMicros: bigint; rateClass: bigint };

export class BatchFormatError extends Error {
  override name = "BatchFormatError";
}
const refuse = (what: string): never => {
  throw new BatchFormatError(what);
};

type Value = string | readonly Value[];
const line = (value: Value): string => JSON.stringify(value);
const t = (value: bigint): string => value.toString();

export const encodeManifest = (m: Manifest): string =>
  line([
    batchFormat,
    t(m.chainId),
    m.epochManager.toLowerCase(),
    m.bankId,
    t(m.number),
    [
      m.previous.digest,
      m.previous.booksRoot,
      m.previous.liabilitiesRoot,
      t(m.previous.liabilitiesMicros),
      t(m.previous.seal),
      t(m.previous.block),
      m.previous.log,
    ],
    t(m.seal),
    m.booksRoot,
    t(m.block),
    m.blockHash,
    m.periods.map(t),
    t(m.accounts),
    t(m.payouts),
    t(m.supplyMicros),
    m.liabilitiesRoot,
    t(m.liabilitiesMicros),
    m.classes.map((c) => [c.asset, c.class, t(c.accounts), t(c.debitsMicros), t(c.creditsMicros)]),
    m.reserves.map((r) => [r.class, t(r.marketMicros), t(r.lendableMicros)]),
    m.fees.map((f) => [f.kind, t(f.amountMicros)]),
    t(m.rewardsMicros),
    [t(m.withheld.federalMicros), t(m.withheld.stateMicros), t(m.withheld.localMicros)],
  ]);

export const encodeAccount = (row: AccountRow): string =>
  line([
    "balance",
    row.asset,
    row.class,
    row.names,
    row.previousName,
    t(row.openingMicros),
    t(row.closingMicros),
  ]);

export const encodePayout = (row: PayoutRow): string =>
  line([
    "payout",
    t(row.id),
    t(row.baseMicros),
    t(row.rateClass),
    t(row.federalMicros),
    t(row.stateMicros),
    t(row.localMicros),
  ]);

function listOf(written: string, size: number, what: string): Value[] {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return refuse(`${what} is not JSON`);
  }
  return fields(value as Value, size, what) as Value[];
}
const fields = (value: Value | undefined, size: number, what: string): readonly Value[] =>
  Array.isArray(value) && value.length === size ? value : refuse(`${what} is not a list of ${size}`);
const list = (value: Value | undefined, what: string): readonly Value[] =>
  Array.isArray(value) ? value : refuse(`${what} is not a list`);
const string = (value: Value | undefined, what: string): string =>
  typeof value === "string" ? value : refuse(`${what} is not a text`);
const matching = (pattern: RegExp) => (value: Value | undefined, what: string) => {
  const found = string(value, what);
  return pattern.test(found) ? found : refuse(`${what} is not well formed`);
};
const whole = (() => {
  const digits = matching(/^(0|[1-9][0-9]{0,37})$/);
  return (value: Value | undefined, what: string) => BigInt(digits(value, what));
})();
/** a balance may stand on either side of an account that only carries what is under way */
const signed = (() => {
  const digits = matching(/^(0|-?[1-9][0-9]{0,37})$/);
  return (value: Value | undefined, what: string) => BigInt(digits(value, what));
})();
const hex32 = matching(/^0x[0-9a-f]{64}$/);
const address = matching(/^0x[0-9a-f]{40}$/);
const name = matching(/^[0-9a-f]{40}$/);
const nameOrNone = matching(/^([0-9a-f]{40})?$/);

export function decodeManifest(written: string): Manifest {
  const f = listOf(written, 21, "the manifest");
  if (f[0] !== batchFormat) refuse(`a batch begins with ${batchFormat}`);
  const previous = fields(f[5], 7, "the previous epoch");
  const withheld = fields(f[20], 3, "the tax withheld");
  const manifest: Manifest = {
    chainId: whole(f[1], "the chain"),
    epochManager: address(f[2], "the epoch manager") as Hex,
    bankId: string(f[3], "the bank"),
    number: whole(f[4], "the epoch"),
    previous: {
      digest: hex32(previous[0], "the previous digest") as Hex,
      booksRoot: hex32(previous[1], "the previous books' root") as Hex,
      liabilitiesRoot: hex32(previous[2], "the previous liabilities' root") as Hex,
      liabilitiesMicros: whole(previous[3], "the previous liabilities"),
      seal: whole(previous[4], "the previous seal"),
      block: whole(previous[5], "the previous block"),
      log: list(previous[6], "the previous log").map((one) => hex32(one, "a subtree of the log") as Hex),
    },
    seal: whole(f[6], "the seal"),
    booksRoot: hex32(f[7], "the books' root") as Hex,
    block: whole(f[8], "the block"),
    blockHash: hex32(f[9], "the block's hash") as Hex,
    periods: list(f[10], "the periods").map((period) => whole(period, "a period")),
    accounts: whole(f[11], "the number of accounts"),
    payouts: whole(f[12], "the number of payouts"),
    supplyMicros: whole(f[13], "the supply"),
    liabilitiesRoot: hex32(f[14], "the liabilities' root") as Hex,
    liabilitiesMicros: whole(f[15], "the liabilities"),
    classes: list(f[16], "the classes").map((one) => {
      const c = fields(one, 5, "a class");
      return {
        asset: string(c[0], "an asset"),
        class: string(c[1], "a class"),
        accounts: whole(c[2], "a number of accounts"),
        debitsMicros: whole(c[3], "a class's debits"),
        creditsMicros: whole(c[4], "a class's credits"),
      };
    }),
    reserves: list(f[17], "the reserves").map((one) => {
      const r = fields(one, 3, "a reserve");
      return {
        class: string(r[0], "a reserve's class"),
        marketMicros: whole(r[1], "a market value"),
        lendableMicros: whole(r[2], "a lendable value"),
      };
    }),
    fees: list(f[18], "the fees").map((one) => {
      const fee = fields(one, 2, "a fee");
      return { kind: string(fee[0], "a fee's kind"), amountMicros: whole(fee[1], "a fee") };
    }),
    rewardsMicros: whole(f[19], "the rewards"),
    withheld: {
      federalMicros: whole(withheld[0], "federal tax"),
      stateMicros: whole(withheld[1], "state tax"),
      localMicros: whole(withheld[2], "local tax"),
    },
  };
  if (encodeManifest(manifest) !== written) refuse("the manifest is not spelled as the format says");
  return manifest;
}

/** A line that fits it is spelled as the format says: no text in it has a letter that would be written in another way. */
const plainAccount =
  /^\["balance","([ !#-[\]-\ud7ff\ue000-\uffff]*)","([ !#-[\]-\ud7ff\ue000-\uffff]*)",\["([0-9a-f]{40}(?:","[0-9a-f]{40})*)"\],"([0-9a-f]{40}|)","(0|-?[1-9][0-9]{0,37})","(0|-?[1-9][0-9]{0,37})"\]$/;

export function decodeAccount(written: string): AccountRow {
  const plain = plainAccount.exec(written) as [string, string, string, string, string, string, string] | null;
  if (plain)
    return {
      asset: plain[1],
      class: plain[2],
      names: plain[3].split('","'),
      previousName: plain[4],
      openingMicros: BigInt(plain[5]),
      closingMicros: BigInt(plain[6]),
    };
  const f = listOf(written, 7, "a balance");
  if (f[0] !== "balance") refuse("a line is not a balance");
  const row: AccountRow = {
    asset: string(f[1], "an asset"),
    class: string(f[2], "a class"),
    names: list(f[3], "an account's names").map((one) => name(one, "an account's name")),
    previousName: nameOrNone(f[4], "an account's previous name"),
    openingMicros: signed(f[5], "an opening balance"),
    closingMicros: signed(f[6], "a closing balance"),
  };
  if (encodeAccount(row) !== written) refuse("a balance is not spelled as the format says");
  return row;
}

export function decodePayout(written: string): PayoutRow {
  const f = listOf(written, 7, "a payout");
  if (f[0] !== "payout") refuse("a line is not a payout");
  const row: PayoutRow = {
    id: whole(f[1], "a payout's place"),
    baseMicros: whole(f[2], "a base"),
    rateClass: whole(f[3], "a rate class"),
    federalMicros: whole(f[4], "federal tax"),
    stateMicros: whole(f[5], "state tax"),
    localMicros: whole(f[6], "local tax"),
  };
  if (row.rateClass > 0xff_ff_ffn) refuse("a rate class has three bytes");
  if (encodePayout(row) !== written) refuse("a payout is not spelled as the format says");
  return row;
}

// ---- leaves, as EpochEntries.sol reads them; numbers are big-endian

const u64 = (to: Buffer, at: number, value: bigint): void => {
  to.writeBigUInt64BE(value, at);
};
const largest = 1n << 127n;
const fits = (value: bigint): bigint =>
  value < largest && value >= -largest ? value : refuse("an amount is larger than a leaf can say");
/** four letters: the asset's first four, filled with zeros */
const assetBytes = (asset: string): Buffer =>
  knownAssets.get(asset) ?? Buffer.from(asset.padEnd(4, "\0").slice(0, 4), "latin1");
const knownAssets = new Map([
  ["USD", Buffer.from("USD\0")],
  ["TOKEN", Buffer.from("TOKE")],
]);

const lineBytes = 40;
const mostLines = 255;

/**
 * What an event moved: for each transfer two lines, the debited account with the amount, the credited one with its
 * negative. Undefined when it moved nothing (it only set something aside, or gave it back).
 */
export function entryLeaf(event: Pick<EventLeaf, "id" | "lines">): Buffer | undefined {
  const moved = event.lines.filter((one) => one.kind === "transfer");
  if (moved.length === 0) return undefined;
  if (moved.length * 2 > mostLines) return refuse("an event moves more than a leaf can say");
  const leaf = Buffer.allocUnsafe(10 + moved.length * 2 * lineBytes);
  leaf[0] = 0x45;
  u64(leaf, 1, event.id);
  leaf[9] = moved.length * 2;
  let at = 10;
  for (const { debit, credit, asset, amountMicros } of moved)
    for (const [account, amount] of [
      [debit, fits(amountMicros)],
      [credit, -amountMicros],
    ] as const) {
      leaf.write(account.alias, at, "hex");
      assetBytes(asset).copy(leaf, at + 20);
      writeInt128(leaf, at + 24, amount);
      at += lineBytes;
    }
  return leaf;
}

export function taxLeaf(row: PayoutRow): Buffer {
  const leaf = Buffer.alloc(76);
  leaf[0] = 0x54;
  u64(leaf, 1, row.id);
  writeInt128(leaf, 9, fits(row.baseMicros));
  leaf.writeUIntBE(Number(row.rateClass), 25, 3);
  writeInt128(leaf, 28, fits(row.federalMicros));
  writeInt128(leaf, 44, fits(row.stateMicros));
  writeInt128(leaf, 60, fits(row.localMicros));
  return leaf;
}

/** The manifest itself is the last entry, so that whoever signs the root signs every total in it. */
export const manifestLeaf = (written: string): Buffer =>
  Buffer.concat([Buffer.from("M"), Buffer.from(written)]);

/** What is owed to one account, under its newest name. */
export function balanceLeaf(account: string, asset: string, micros: bigint): Buffer {
  const leaf = Buffer.allocUnsafe(41);
  leaf[0] = 0x42;
  leaf.write(account, 1, "hex");
  assetBytes(asset).copy(leaf, 21);
  writeInt128(leaf, 25, fits(micros));
  return leaf;
}
