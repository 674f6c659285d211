import { entryLeaf, type Manifest } from "@/lib/epochs/format/batch";
import { classRules } from "@/lib/epochs/format/classes";
import { type EntryTree, HashTree } from "@/lib/epochs/format/tree";
import { type Findings, Unreadable } from "@/lib/epochs/verify/findings";
import { Ids } from "@/lib/epochs/verify/ids";
import { lineHash } from "@/lib/epochs/verify/line-hash";
import { Moves } from "@/lib/epochs/verify/moves";
import {
  decodeHeader,
  decodeLeaf,
  type EventLeaf,
  type Header,
  type Leaf,
  type NamedAccount,
  rankOf,
  toHex,
} from "@/lib/ledger/seal/format";

/** The seals of a batch, line by line: the log they continue, and every entry in them. */
export class Seals {
  /** by place of the period in the manifest, then by the account's name in it */
  readonly moved: Moves[];
  readonly counts = { seals: 0n, events: 0, transfers: 0, accounts: 0, audits: 0 };
  /** credits of the pot of fees less what left it, and tax that was withheld */
  feePotMicros = 0n;
  taxCreditedMicros = 0n;
  toXact: bigint | undefined;

  private header: Header | undefined;
  private headerAt = 0;
  private leavesLeft = 0n;
  private tree = new HashTree();
  private before: Leaf | undefined;
  private lastPeriod: bigint | undefined;
  private periodAt = -1;
  private readonly eventIds = new Ids();
  private readonly holdIds = new Ids();
  private readonly endIds = new Ids();

  constructor(
    private readonly manifest: Manifest,
    private readonly log: HashTree,
    private readonly entries: EntryTree,
    private readonly findings: Findings,
    from: { toXact: bigint; period: bigint } | undefined,
  ) {
    this.moved = manifest.periods.map(() => new Moves());
    this.toXact = from?.toXact ?? (manifest.previous.seal === 0n ? 0n : undefined);
    this.lastPeriod = from?.period;
  }

  /** Whether all seals that the manifest speaks of have been read. */
  get isDone(): boolean {
    return this.leavesLeft === 0n && this.log.size === this.manifest.seal;
  }

  read(line: string): void {
    if (this.leavesLeft === 0n) this.readHeader(line);
    else this.readLeaf(line);
    if (this.leavesLeft === 0n) this.endSeal();
  }

  private readHeader(line: string): void {
    const { findings, manifest } = this;
    if (!line.startsWith('["granary.seal.1"'))
      throw new Unreadable("seal_missing", line, `seal ${this.log.size + 1n}`);
    const header = decoded(() => decodeHeader(line));
    this.header = header;
    this.headerAt = findings.at;
    this.leavesLeft = header.leafCount;
    this.tree = new HashTree();
    if (header.number !== this.log.size + 1n)
      throw new Unreadable("seal_missing", `seal ${header.number}`, `seal ${this.log.size + 1n}`);
    this.log.add(lineHash(line));
    this.counts.seals += 1n;
    findings.same("wrong_bank", header.bankId, manifest.bankId);
    if (this.toXact !== undefined) findings.same("seal_broken", header.fromXact, this.toXact);
    if (header.toXact <= header.fromXact)
      findings.add("seal_broken", header.toXact, `above ${header.fromXact}`);
    this.toXact = header.toXact;
    this.before = undefined;
    if (this.lastPeriod !== undefined && header.period < this.lastPeriod)
      findings.add("period_wrong", header.period, `not before ${this.lastPeriod}`);
    this.lastPeriod = header.period;
    if (manifest.periods[this.periodAt] !== header.period) {
      this.periodAt += 1;
      if (manifest.periods[this.periodAt] !== header.period)
        throw new Unreadable("period_wrong", header.period, manifest.periods[this.periodAt] ?? "none");
    }
  }

  private endSeal(): void {
    const { header } = this;
    if (!header) return;
    const root = this.tree.root();
    this.findings.same("seal_root_differs", header.root, root ? toHex(root) : emptyRoot, this.headerAt);
  }

  private readLeaf(line: string): void {
    const { findings, header } = this;
    if (line.startsWith('["granary.seal.1"') || line.startsWith('["payout"') || line.startsWith('["balance"'))
      throw new Unreadable(
        "leaf_missing",
        line,
        `${this.leavesLeft} more leaves of seal ${this.header?.number}`,
      );
    this.leavesLeft -= 1n;
    this.tree.add(lineHash(line));
    const leaf = decoded(() => decodeLeaf(line));
    if (this.before && !isBefore(this.before, leaf))
      findings.add(
        "leaf_out_of_order",
        `${leaf.kind} ${leaf.id}`,
        `after ${this.before.kind} ${this.before.id}`,
      );
    if (header && (leaf.xact < header.fromXact || leaf.xact >= header.toXact))
      findings.add("leaf_outside_range", leaf.xact, `${header.fromXact} to ${header.toXact}`);
    this.before = leaf;
    if (leaf.kind === "audit") this.counts.audits += 1;
    else if (leaf.kind === "event") this.readEvent(leaf);
    else {
      this.counts.accounts += 1;
      this.see(leaf.account);
    }
  }

  private readEvent(event: EventLeaf): void {
    const { findings } = this;
    this.counts.events += 1;
    if (event.lines.length === 0) findings.add("event_empty", `event ${event.id}`, "at least one line");
    if (event.id > largestId) throw new Unreadable("line_malformed", event.id, `at most ${largestId}`);
    this.eventIds.add(event.id);
    if (event.isRefund && event.corrects === undefined)
      findings.add("refund_of_nothing", `event ${event.id}`, "the event that it returns");
    if (event.corrects !== undefined && event.corrects >= event.id)
      findings.add("refund_of_nothing", event.corrects, `before ${event.id}`);
    const places = { transfer: 0n, hold: 0n, end: 0n };
    let rank = 0;
    for (const line of event.lines) {
      places[line.kind] += 1n;
      if (line.seq !== places[line.kind] || lineRank[line.kind] < rank)
        findings.add("event_incomplete", `${line.kind} ${line.seq}`, `${line.kind} ${places[line.kind]}`);
      rank = lineRank[line.kind];
      if (line.kind === "end") {
        this.endIds.add(BigInt.asUintN(64, line.hold));
        const isPosted = line.transferSeq !== undefined;
        if (
          isPosted !== (line.outcome === "post") ||
          (line.transferSeq ?? 1n) < 1n ||
          (line.transferSeq ?? 0n) > places.transfer
        )
          findings.add(
            "hold_end_wrong",
            `${line.outcome} ${line.transferSeq ?? ""}`,
            "a transfer of the event if posted, else none",
          );
        continue;
      }
      const [debited, credited] = [this.see(line.debit), this.see(line.credit)];
      if (line.debit.alias === line.credit.alias)
        findings.add("same_account_twice", line.debit.alias, "two accounts");
      for (const { class: name } of [line.debit, line.credit]) {
        const asset = classRules[name]?.asset;
        if (asset !== undefined && asset !== line.asset)
          findings.add("asset_differs", line.asset, `${asset} of ${name}`);
      }
      if (line.kind === "hold") {
        this.holdIds.add(BigInt.asUintN(64, line.id));
        continue;
      }
      this.counts.transfers += 1;
      this.move(debited, line.debit.class, "debit", line.amountMicros);
      this.move(credited, line.credit.class, "credit", line.amountMicros);
    }
    const bytes = decoded(() => entryLeaf(event), "event_too_large");
    if (bytes) this.entries.add(bytes);
  }

  /** A name has one class, and a known one. */
  private see({ alias, class: name }: NamedAccount): number {
    const names = this.moved[this.periodAt] as Moves;
    const known = names.find(alias);
    if (known !== undefined) {
      if (names.classOf(known) !== name)
        this.findings.add("account_in_two_classes", name, names.classOf(known));
      return known;
    }
    if (!Object.hasOwn(classRules, name)) this.findings.add("class_unknown", name);
    return names.add(alias, name);
  }

  private move(account: number, name: string, side: "debit" | "credit", amountMicros: bigint): void {
    const micros = classRules[name]?.side === side ? amountMicros : -amountMicros;
    if (name === "fee_pot") this.feePotMicros += micros;
    if (name === "tax_withheld" && side === "credit") this.taxCreditedMicros += amountMicros;
    this.moved[this.periodAt]?.move(account, micros);
  }

  /** After the last seal. */
  end(): void {
    const { findings, manifest } = this;
    const root = this.log.root();
    findings.same("log_differs", manifest.booksRoot, root ? `0x${toHex(root)}` : noRoot);
    if (this.counts.seals > 0n) findings.same("period_wrong", manifest.periods.length, this.periodAt + 1);
    const twice = this.eventIds.twice();
    if (twice !== undefined) findings.add("event_twice", `event ${twice}`, "once");
    const held = this.holdIds.twice();
    if (held !== undefined) findings.add("hold_twice", `hold ${held}`, "once");
    const ended = this.endIds.twice();
    if (ended !== undefined) findings.add("hold_end_wrong", `hold ${ended}`, "ended once");
  }
}

export const noRoot = `0x${"0".repeat(64)}`;
const emptyRoot = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const largestId = (1n << 64n) - 1n;
const lineRank = { transfer: 0, hold: 1, end: 2 } as const;

const isBefore = (one: Leaf, other: Leaf) => {
  if (one.xact !== other.xact) return one.xact < other.xact;
  const [rank, next] = [rankOf[one.kind], rankOf[other.kind]];
  return rank === next ? one.id < other.id : rank < next;
};

/** Whatever goes wrong in reading a line is wrong with the line: nothing of it may end the validator. */
export function decoded<T>(
  read: () => T,
  reason: "line_malformed" | "event_too_large" = "line_malformed",
): T {
  try {
    return read();
  } catch (error) {
    throw new Unreadable(reason, (error as Error).message);
  }
}
