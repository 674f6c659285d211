import { type Address, bytesToHex, type Hex, keccak256 } from "viem";

/** A block's header as JSON-RPC gives it; what has no name here is not part of the hash. */
export interface RawHeader {
  number: Hex;
  hash: Hex;
  parentHash: Hex;
  sha3Uncles: Hex;
  miner: Hex;
  stateRoot: Hex;
  transactionsRoot: Hex;
  receiptsRoot: Hex;
  logsBloom: Hex;
  difficulty: Hex;
  gasLimit: Hex;
  gasUsed: Hex;
  timestamp: Hex;
  extraData: Hex;
  mixHash: Hex;
  nonce: Hex;
  baseFeePerGas?: Hex;
  withdrawalsRoot?: Hex;
  blobGasUsed?: Hex;
  excessBlobGas?: Hex;
  parentBeaconBlockRoot?: Hex;
  requestsHash?: Hex;
  transactions: Hex[];
}

export interface RawReceipt {
  type?: Hex;
  status: Hex;
  cumulativeGasUsed: Hex;
  logsBloom: Hex;
  transactionHash: Hex;
  blockHash: Hex;
  logs: { address: Address; topics: Hex[]; data: Hex; logIndex: Hex; transactionHash: Hex; blockHash: Hex }[];
}

type Item = Uint8Array | Item[];

const bytes = (hex: Hex): Uint8Array => Buffer.from(hex.slice(2), "hex");
/** a quantity without leading zeros; zero is the empty string */
function quantity(hex: Hex): Uint8Array {
  const digits = hex.slice(2).replace(/^0+/, "");
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
}

function lengthPrefix(base: number, length: number): Uint8Array {
  if (length < 56) return Uint8Array.of(base + length);
  const size = quantity(`0x${length.toString(16)}`);
  return Buffer.concat([Uint8Array.of(base + 55 + size.length), size]);
}

export function rlp(item: Item): Uint8Array {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && (item[0] as number) < 0x80) return item;
    return Buffer.concat([lengthPrefix(0x80, item.length), item]);
  }
  const inner = Buffer.concat(item.map(rlp));
  return Buffer.concat([lengthPrefix(0xc0, inner.length), inner]);
}

/** The list items of an RLP list, still encoded; undefined when it is no such list. */
function rlpItems(encoded: Uint8Array): Uint8Array[] | undefined {
  const spans = (at: number): { start: number; end: number } | undefined => {
    const first = encoded[at];
    if (first === undefined) return undefined;
    if (first < 0x80) return { start: at, end: at + 1 };
    const base = first < 0xc0 ? 0x80 : 0xc0;
    if (first - base < 56) return { start: at + 1, end: at + 1 + first - base };
    const size = first - base - 55;
    const length = Number.parseInt(Buffer.from(encoded.subarray(at + 1, at + 1 + size)).toString("hex"), 16);
    return { start: at + 1 + size, end: at + 1 + size + length };
  };
  const whole = spans(0);
  if (!whole || (encoded[0] ?? 0) < 0xc0 || whole.end !== encoded.length) return undefined;
  const items: Uint8Array[] = [];
  for (let at = whole.start; at < whole.end; ) {
    const next = spans(at);
    if (!next || next.end > whole.end) return undefined;
    items.push(encoded.subarray(at, next.end));
    at = next.end;
  }
  return items;
}

const headerHash = (h: RawHeader, extraData: Uint8Array): Hex => {
  const later: [Hex | undefined, (hex: Hex) => Uint8Array][] = [
    [h.baseFeePerGas, quantity],
    [h.withdrawalsRoot, bytes],
    [h.blobGasUsed, quantity],
    [h.excessBlobGas, quantity],
    [h.parentBeaconBlockRoot, bytes],
    [h.requestsHash, bytes],
  ];
  return keccak256(
    rlp([
      bytes(h.parentHash),
      bytes(h.sha3Uncles),
      bytes(h.miner),
      bytes(h.stateRoot),
      bytes(h.transactionsRoot),
      bytes(h.receiptsRoot),
      bytes(h.logsBloom),
      quantity(h.difficulty),
      quantity(h.number),
      quantity(h.gasLimit),
      quantity(h.gasUsed),
      quantity(h.timestamp),
      extraData,
      bytes(h.mixHash),
      bytes(h.nonce),
      ...later.flatMap(([value, as]) => (value === undefined || value === null ? [] : [as(value)])),
    ]),
  );
};

/**
 * QBFT and IBFT blocks are named by a header whose extra data (vanity, validators, vote, round, seals) carries neither
 * the round nor the seals, because those are known only after the block has its name.
 */
function unsealed(extraData: Uint8Array): Uint8Array[] {
  const items = rlpItems(extraData);
  if (!items || items.length < 5) return [];
  const [vanity, validators, vote] = items as [Uint8Array, Uint8Array, Uint8Array];
  const list = (parts: Uint8Array[]) => {
    const inner = Buffer.concat(parts);
    return Buffer.concat([lengthPrefix(0xc0, inner.length), inner]);
  };
  const kept = [vanity, validators, vote];
  return [list([...kept, Uint8Array.of(0x80), Uint8Array.of(0xc0)]), list(kept)];
}

/** The hash a header has on a chain that keeps nothing out of it. */
export const hashOfHeader = (header: RawHeader): Hex => headerHash(header, bytes(header.extraData));

/** Whether a header is the one its hash names. */
export function isItsHash(header: RawHeader): boolean {
  if (hashOfHeader(header) === header.hash) return true;
  return unsealed(bytes(header.extraData)).some((short) => headerHash(header, short) === header.hash);
}

function encodeReceipt(r: RawReceipt): Uint8Array {
  const body = rlp([
    quantity(r.status),
    quantity(r.cumulativeGasUsed),
    bytes(r.logsBloom),
    r.logs.map((log) => [bytes(log.address), log.topics.map(bytes), bytes(log.data)]),
  ]);
  const type = Number(r.type ?? "0x0");
  return type === 0 ? body : Buffer.concat([Uint8Array.of(type), body]);
}

interface Entry {
  path: number[];
  value: Uint8Array;
}

/** hex-prefix encoding of a trie path */
function compact(path: number[], isLeaf: boolean): Uint8Array {
  const flag = (isLeaf ? 2 : 0) + (path.length % 2);
  const nibbles = path.length % 2 === 0 ? [flag, 0, ...path] : [flag, ...path];
  return Uint8Array.from({ length: nibbles.length / 2 }, (_, i) =>
    Number((nibbles[2 * i] as number) * 16 + (nibbles[2 * i + 1] as number)),
  );
}

const list = (encoded: Uint8Array[]): Uint8Array => {
  const inner = Buffer.concat(encoded);
  return Buffer.concat([lengthPrefix(0xc0, inner.length), inner]);
};
const reference = (node: Uint8Array): Uint8Array => (node.length < 32 ? node : rlp(keccak256(node, "bytes")));

function trieNode(entries: Entry[], depth: number): Uint8Array {
  const [first] = entries as [Entry, ...Entry[]];
  if (entries.length === 1) return list([rlp(compact(first.path.slice(depth), true)), rlp(first.value)]);
  let shared = depth;
  while (entries.every(({ path }) => shared < path.length && path[shared] === first.path[shared]))
    shared += 1;
  if (shared > depth)
    return list([rlp(compact(first.path.slice(depth, shared), false)), reference(trieNode(entries, shared))]);
  const children: Entry[][] = Array.from({ length: 16 }, () => []);
  for (const entry of entries) children[entry.path[depth] as number]?.push(entry);
  const empty = Uint8Array.of(0x80);
  return list([
    ...children.map((of) => (of.length === 0 ? empty : reference(trieNode(of, depth + 1)))),
    empty,
  ]);
}

function trieRootOf(values: Uint8Array[]): Hex {
  if (values.length === 0) return keccak256(Uint8Array.of(0x80));
  const entries = values.map((value, index) => ({
    path: [...rlp(quantity(`0x${index.toString(16)}`))].flatMap((byte) => [byte >> 4, byte & 15]),
    value,
  }));
  return bytesToHex(keccak256(trieNode(entries, 0), "bytes"));
}

/** The root that a header must name for exactly these receipts in this order. */
export const receiptsRootOf = (receipts: RawReceipt[]): Hex => trieRootOf(receipts.map(encodeReceipt));

/** The root that a header must name for exactly these signed transactions in this order. */
export const transactionsRootOf = (signed: Hex[]): Hex => trieRootOf(signed.map(bytes));

/** Tests one bloom for one address; false means that the block certainly has no log of it. */
export function bloomTest(address: Address): (logsBloom: Hex) => boolean {
  const hash = keccak256(address.toLowerCase() as Address, "bytes");
  const bits = [0, 2, 4].map((i) => (((hash[i] as number) << 8) | (hash[i + 1] as number)) & 2047);
  const places = bits.map((bit) => ({ digit: 2 + 511 - (bit >> 2), mask: 1 << (bit & 3) }));
  return (bloom) =>
    places.every(({ digit, mask }) => (Number.parseInt(bloom[digit] ?? "0", 16) & mask) !== 0);
}
