import { createHash } from "node:crypto";
import { leafHash, type Sha256 } from "@/lib/ledger/seal/merkle";

/**
 * The bytes of sealed leaves, batches and heads: README.md says them one by one. A leaf is one line of JSON, a list of
 * texts and lists, without a space, as JSON.stringify writes it; its hash is over exactly these bytes.
 */
export const sealFormat = "granary.seal.1";
export const anchorFormat = "granary.anchor.1";
export const chunkLeaves = 1024;

export const sha256: Sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export type Transfer = {
  kind: "transfer";
  seq: bigint;
  asset: string;
  amountMicros: bigint;
  debit: NamedAccount;
  credit: NamedAccount;
};
/** An amount set aside on the debited account until it is posted, given back, or its time is over. */
export type Hold = Omit<Transfer, "kind"> & { kind: "hold"; id: bigint; expiresAt: string };
/** How a hold ended; what was posted of it is the transfer `transferSeq` of the same event. */
export type HoldEnd = {
  kind: "end";
  seq: bigint;
  hold: bigint;
  outcome: "post" | "void" | "expire";
  transferSeq: bigint | undefined;
};
export type EventLine = Transfer | Hold | HoldEnd;
export type NamedAccount = { class: string; alias: string };

export type EventLeaf = {
  kind: "event";
  id: bigint;
  xact: bigint;
  event: string;
  effectiveAt: string;
  recordedAt: string;
  /** the event that this one corrects or returns */
  corrects: bigint | undefined;
  isRefund: boolean;
  /** of key, subject, actor, request id, payload hash and detail */
  commitment: string;
  lines: EventLine[];
};
export type AccountLeaf = {
  kind: "account";
  id: bigint;
  xact: bigint;
  account: NamedAccount;
  bankId: string;
  subsidiaryId: string;
  stateCode: string;
  /** of owner, profile, state and whatever else the account is */
  commitment: string;
};
/** Who did what, when and with which right: nothing of it is shown. */
export type AuditLeaf = { kind: "audit"; id: bigint; xact: bigint; commitment: string };
export type Leaf = EventLeaf | AccountLeaf | AuditLeaf;

export type Header = {
  bankId: string;
  number: bigint;
  period: bigint;
  /** binds the bank to the salt, which it shows to nobody but an auditor */
  saltHash: string;
  fromXact: bigint;
  toXact: bigint;
  leafCount: bigint;
  root: string;
  sealedAt: string;
};

type Value = string | readonly Value[];
const line = (value: Value): string => JSON.stringify(value);
const text = (value: bigint): string => value.toString();

const valuesOf = (one: EventLine): Value => {
  if (one.kind === "end")
    return [
      one.kind,
      text(one.seq),
      text(one.hold),
      one.outcome,
      one.transferSeq === undefined ? "" : text(one.transferSeq),
    ];
  const { debit, credit } = one;
  const moved = [one.asset, text(one.amountMicros), debit.class, debit.alias, credit.class, credit.alias];
  return one.kind === "transfer"
    ? [one.kind, text(one.seq), ...moved]
    : [one.kind, text(one.seq), ...moved, text(one.id), one.expiresAt];
};

export const encodeLeaf = (leaf: Leaf): string => {
  if (leaf.kind === "audit") return line([leaf.kind, text(leaf.id), text(leaf.xact), leaf.commitment]);
  return leaf.kind === "event"
    ? line([
        "event",
        text(leaf.id),
        text(leaf.xact),
        leaf.event,
        leaf.effectiveAt,
        leaf.recordedAt,
        leaf.corrects === undefined ? "" : text(leaf.corrects),
        leaf.isRefund ? "refund" : "",
        leaf.commitment,
        leaf.lines.map(valuesOf),
      ])
    : line([
        "account",
        text(leaf.id),
        text(leaf.xact),
        leaf.account.class,
        leaf.account.alias,
        leaf.bankId,
        leaf.subsidiaryId,
        leaf.stateCode,
        leaf.commitment,
      ]);
};

export const encodeHeader = (header: Header): string =>
  line([
    sealFormat,
    header.bankId,
    text(header.number),
    text(header.period),
    header.saltHash,
    text(header.fromXact),
    text(header.toXact),
    text(header.leafCount),
    header.root,
    header.sealedAt,
  ]);

/** Not a line of this format; says what is wrong with it. */
export class FormatError extends Error {
  override name = "FormatError";
}
const refuse = (what: string): never => {
  throw new FormatError(what);
};

function listOf(written: string): Value[] {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return refuse("a line is not JSON");
  }
  return Array.isArray(value) ? (value as Value[]) : refuse("a line is not a list");
}
const string = (value: Value | undefined, what: string): string =>
  typeof value === "string" ? value : refuse(`${what} is not a text`);
const matching = (pattern: RegExp) => (value: Value | undefined, what: string) => {
  const found = string(value, what);
  return pattern.test(found) ? found : refuse(`${what} is not well formed`);
};
const digits = matching(/^(0|[1-9][0-9]{0,37})$/);
const whole = (value: Value | undefined, what: string): bigint => BigInt(digits(value, what));
const hash = matching(/^[0-9a-f]{64}$/);
const alias = matching(/^[0-9a-f]{40}$/);
const instant = matching(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/);
const refund = matching(/^(refund)?$/);
const outcome = matching(/^(post|void|expire)$/);
const named = (fields: readonly Value[], at: number, what: string): NamedAccount => ({
  class: string(fields[at], `the class of ${what}`),
  alias: alias(fields[at + 1], `the id of ${what}`),
});
const length = (fields: readonly Value[], n: number, what: string) => {
  if (fields.length !== n) refuse(`${what} has ${fields.length} fields instead of ${n}`);
};

function readLine(value: Value): EventLine {
  const fields: readonly Value[] = Array.isArray(value) ? value : refuse("an event's line is not a list");
  const [kind] = fields;
  if (kind === "end") {
    length(fields, 5, "the end of a hold");
    return {
      kind,
      seq: whole(fields[1], "a line's place"),
      hold: whole(fields[2], "a hold"),
      outcome: outcome(fields[3], "the end of a hold") as HoldEnd["outcome"],
      transferSeq: fields[4] === "" ? undefined : whole(fields[4], "a transfer's place"),
    };
  }
  if (kind !== "transfer" && kind !== "hold")
    return refuse(`an event's line is of the unknown kind ${String(kind)}`);
  length(fields, kind === "transfer" ? 8 : 10, `a ${kind}`);
  const moved = {
    seq: whole(fields[1], "a line's place"),
    asset: string(fields[2], "an asset"),
    amountMicros: whole(fields[3], "an amount"),
    debit: named(fields, 4, "a debited account"),
    credit: named(fields, 6, "a credited account"),
  };
  if (moved.amountMicros === 0n) refuse("an amount is zero");
  return kind === "transfer"
    ? { kind, ...moved }
    : { kind, ...moved, id: whole(fields[8], "a hold"), expiresAt: instant(fields[9], "a time") };
}

// A line that fits these is spelled as the format says: no text in it has a letter that would be written in another way.
const plain = {
  text: String.raw`"([ !#-\[\]-\ud7ff\ue000-\uffff]*)"`,
  number: '"(0|[1-9][0-9]{0,37})"',
  positive: '"([1-9][0-9]{0,37})"',
  alias: '"([0-9a-f]{40})"',
  instant: String.raw`"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)"`,
};
const plainTransfer = new RegExp(
  String.raw`\["transfer",${plain.number},${plain.text},${plain.positive},${plain.text},${plain.alias},${plain.text},${plain.alias}\](?:,(?=\[)|(\]\]$))`,
  "y",
);
const plainEvent = new RegExp(
  String.raw`\["event",${plain.number},${plain.number},${plain.text},${plain.instant},${plain.instant},"(0|[1-9][0-9]{0,37}|)","(refund|)","([0-9a-f]{64})",\[`,
  "y",
);

/** An event of transfers alone, which most leaves are, without going over its spelling twice; undefined for any other line. */
function plainEventLeaf(written: string): EventLeaf | undefined {
  plainEvent.lastIndex = 0;
  const event = plainEvent.exec(written) as Texts | null;
  if (!event) return undefined;
  const lines: Transfer[] = [];
  for (let at = plainEvent.lastIndex; ; at = plainTransfer.lastIndex) {
    plainTransfer.lastIndex = at;
    const one = plainTransfer.exec(written) as Texts | null;
    if (!one) return undefined;
    lines.push({
      kind: "transfer",
      seq: BigInt(one[1]),
      asset: one[2],
      amountMicros: BigInt(one[3]),
      debit: { class: one[4], alias: one[5] },
      credit: { class: one[6], alias: one[7] },
    });
    if (one[8]) break;
  }
  return {
    kind: "event",
    id: BigInt(event[1]),
    xact: BigInt(event[2]),
    event: event[3],
    effectiveAt: event[4],
    recordedAt: event[5],
    corrects: event[6] === "" ? undefined : BigInt(event[6]),
    isRefund: event[7] === "refund",
    commitment: event[8],
    lines,
  };
}
type Texts = [string, string, string, string, string, string, string, string, string];

/** Reads a leaf and refuses every spelling but the one. */
export function decodeLeaf(written: string): Leaf {
  const plainLeaf = plainEventLeaf(written);
  if (plainLeaf) return plainLeaf;
  const fields = listOf(written);
  const leaf = leafOf(fields);
  if (encodeLeaf(leaf) !== written) refuse("a leaf is not spelled as the format says");
  return leaf;
}

function leafOf(fields: readonly Value[]): Leaf {
  const [kind] = fields;
  if (kind === "event") {
    length(fields, 10, "an event");
    const lines = fields[9];
    return {
      kind,
      id: whole(fields[1], "an event's id"),
      xact: whole(fields[2], "a transaction"),
      event: string(fields[3], "an event's kind"),
      effectiveAt: instant(fields[4], "a time"),
      recordedAt: instant(fields[5], "a time"),
      corrects: fields[6] === "" ? undefined : whole(fields[6], "a corrected event"),
      isRefund: refund(fields[7], "a refund") === "refund",
      commitment: hash(fields[8], "a commitment"),
      lines: Array.isArray(lines) ? lines.map(readLine) : refuse("an event has no list of lines"),
    };
  }
  if (kind === "audit") {
    length(fields, 4, "an audit row");
    return {
      kind,
      id: whole(fields[1], "an entry's id"),
      xact: whole(fields[2], "a transaction"),
      commitment: hash(fields[3], "a commitment"),
    };
  }
  if (kind !== "account") return refuse(`a leaf is of the unknown kind ${String(kind)}`);
  length(fields, 9, "an account");
  return {
    kind,
    id: whole(fields[1], "an entry's id"),
    xact: whole(fields[2], "a transaction"),
    account: named(fields, 3, "an account"),
    bankId: string(fields[5], "a bank"),
    subsidiaryId: string(fields[6], "a subsidiary"),
    stateCode: string(fields[7], "a state"),
    commitment: hash(fields[8], "a commitment"),
  };
}

export function decodeHeader(written: string): Header {
  const fields = listOf(written);
  if (fields[0] !== sealFormat) refuse(`a batch begins with ${sealFormat}`);
  length(fields, 10, "a header");
  const header: Header = {
    bankId: string(fields[1], "a bank"),
    number: whole(fields[2], "a seal's number"),
    period: whole(fields[3], "a period"),
    saltHash: hash(fields[4], "a salt's hash"),
    fromXact: whole(fields[5], "a transaction"),
    toXact: whole(fields[6], "a transaction"),
    leafCount: whole(fields[7], "a count"),
    root: hash(fields[8], "a root"),
    sealedAt: instant(fields[9], "a time"),
  };
  if (encodeHeader(header) !== written) refuse("a header is not spelled as the format says");
  return header;
}

/** One head of the log, as it stands in the anchor file: size, root, and the leaf that was added last. */
export type AnchoredHead = { number: bigint; head: string; leaf: string };

export const encodeAnchored = ({ number, head, leaf }: AnchoredHead): string =>
  line(["head", text(number), head, leaf]);

export function decodeAnchored(written: string): AnchoredHead {
  const fields = listOf(written);
  if (fields[0] !== "head") refuse("a line of the anchor file is not a head");
  length(fields, 4, "a head");
  return {
    number: whole(fields[1], "a seal's number"),
    head: hash(fields[2], "a head"),
    leaf: hash(fields[3], "a leaf"),
  };
}

export const hashOfLine = (written: string): Uint8Array => leafHash(sha256, Buffer.from(written));

const saltPrefix = Uint8Array.of(5);
const accountPrefix = Uint8Array.of(2);
const blindPrefix = Uint8Array.of(3);
const privatePrefix = Uint8Array.of(4);
const int8 = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};
const int4 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const fromHex = (digitsOf: string): Uint8Array => Buffer.from(digitsOf, "hex");

export const rankOf = { account: 0, event: 1, audit: 2 } as const;

export const saltHashOf = (salt: Uint8Array): string => toHex(sha256(saltPrefix, salt));
/** An account's name in the batches of one period. */
export const aliasOf = (salt: Uint8Array, accountId: bigint): string =>
  toHex(sha256(salt, accountPrefix, int8(accountId)).subarray(0, 20));
/** Opens the commitment of one leaf to its customer, and of no other. */
export const blindOf = (salt: Uint8Array, kind: Leaf["kind"], id: bigint): Uint8Array =>
  sha256(salt, blindPrefix, int4(rankOf[kind]), int8(id));
export const commitmentOf = (blind: Uint8Array, content: string): string =>
  toHex(sha256(privatePrefix, blind, Buffer.from(content)));

/** What an event's commitment hides. `detail` is the text that Postgres writes for its jsonb. */
export type EventPrivate = {
  key: string;
  subject: string;
  actor: string;
  requestId: string;
  payloadHash: string;
  detail: string;
};
export const encodePrivate = (event: EventPrivate): string =>
  line([event.key, event.subject, event.actor, event.requestId, event.payloadHash, event.detail]);

/** What an audit row's commitment hides: all of it. */
export type AuditPrivate = {
  at: string;
  writtenAt: string;
  actor: string;
  requestId: string;
  command: string;
  permission: string;
  subject: string;
  detail: string;
};
export const encodeAudit = (row: AuditPrivate): string =>
  line([
    row.at,
    row.writtenAt,
    row.actor,
    row.requestId,
    row.command,
    row.permission,
    row.subject,
    row.detail,
  ]);
