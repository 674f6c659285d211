import { type Hex, keccak256 } from "viem";
import type { EpochContent } from "@/lib/chain/facts";
import {
  type ClassTotal,
  decodeAccount,
  decodeManifest,
  decodePayout,
  type Manifest,
  manifestLeaf,
  type PayoutRow,
  taxLeaf,
} from "@/lib/epochs/format/batch";
import { EntryTree, HashTree } from "@/lib/epochs/format/tree";
import { Balances, checkEven, compareSums } from "@/lib/epochs/verify/balances";
import type { ChainView } from "@/lib/epochs/verify/chain-view";
import { type Finding, Findings, Unreadable } from "@/lib/epochs/verify/findings";
import { mostLineBytes } from "@/lib/epochs/verify/read-lines";
import { decoded, noRoot, Seals } from "@/lib/epochs/verify/seals";
import { fromHex, toHex } from "@/lib/ledger/seal/format";

/** Of the proposal on chain what a batch answers for. */
export type Proposal = Pick<
  EpochContent,
  | "number"
  | "booksRoot"
  | "entriesRoot"
  | "liabilitiesRoot"
  | "liabilities"
  | "entriesSeal"
  | "previousDigest"
  | "proposedBlock"
>;

/** Where an accepted batch left the books: kept by the validator once its epoch is final. */
export interface Accepted {
  number: bigint;
  /** of the final epoch; the verifier cannot know it, the chain does */
  digest?: Hex;
  /** where it was proposed: the next batch has to reach so far; the chain knows it too */
  proposedBlock?: bigint;
  bankId: string;
  seal: bigint;
  booksRoot: Hex;
  /** by which its batch can be asked for again */
  entriesRoot?: Hex;
  log: Hex[];
  /** where the last seal's range ended; undefined while there is none, or it was not seen */
  toXact: bigint | undefined;
  period: bigint | undefined;
  block: bigint;
  liabilitiesRoot: Hex;
  liabilitiesMicros: bigint;
  classes: ClassTotal[];
  /** payouts over the life of the bank; undefined when the first ones were not seen */
  payouts: bigint | undefined;
}

export interface Against {
  /** undefined: not compared, as each of the four */
  proposal: Proposal | undefined;
  /** what this validator itself accepted last */
  previous: Accepted | undefined;
  chain: ChainView | undefined;
  /** of the validator's own configuration */
  place?: { chainId: bigint; epochManager: Hex };
}

export interface EpochVerdict {
  ok: boolean;
  /** the first of the findings */
  refusal: Finding | undefined;
  /** the first twenty */
  findings: Finding[];
  findingsInAll: number;
  /** what the batch was held against; what it was not held against has not been found right */
  compared: { proposal: boolean; previous: boolean; chain: boolean; place: boolean };
  epoch: bigint | undefined;
  /** undefined when the file could not be read to its end */
  entries: { count: bigint; root: Hex; digest: Hex; seal: Hex } | undefined;
  /** of a batch without a finding */
  next: Accepted | undefined;
  counts: { seals: bigint; events: number; transfers: number; payouts: bigint; balances: bigint };
}

/**
 * Recomputes an epoch from its batch alone, line by line, and holds it against the proposal, what the validator accepted
 * before, and its own node. Memory grows with the accounts, and by eight bytes with each entry.
 */
export async function verifyEpoch(
  lines: AsyncIterable<string> | Iterable<string>,
  against: Against,
): Promise<EpochVerdict> {
  const findings = new Findings();
  const reading = new Reading(findings, against);
  try {
    for await (const line of lines) {
      findings.at += 1;
      if (line.length > mostLineBytes) throw new Unreadable("line_too_long", line);
      const read = reading.read(line);
      if (read) await read;
    }
    await reading.end();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    findings.add(error.reason, error.stated, error.recomputed);
  }
  const { proposal, previous, chain, place } = against;
  const compared = {
    proposal: proposal !== undefined,
    previous: previous !== undefined || reading.isFirst,
    chain: chain !== undefined,
    place: place !== undefined,
  };
  const ok = findings.count === 0;
  return {
    ok,
    refusal: findings.told[0],
    findings: findings.told,
    findingsInAll: findings.count,
    compared,
    epoch: reading.manifest?.number,
    entries: reading.own,
    next: ok ? reading.next() : undefined,
    counts: reading.counts(),
  };
}

class Reading {
  manifest: Manifest | undefined;
  own: EpochVerdict["entries"];
  private seals: Seals | undefined;
  private balances: Balances | undefined;
  private readonly entries = new EntryTree();
  private log = new HashTree();
  private written = "";
  private payouts = 0n;
  private rows = 0n;
  private lastPayout: bigint | undefined;
  private chainPayouts: AsyncIterator<PayoutRow> | Iterator<PayoutRow> | undefined;
  private readonly withheld = { federalMicros: 0n, stateMicros: 0n, localMicros: 0n };

  constructor(
    private readonly findings: Findings,
    private readonly against: Against,
  ) {}

  get isFirst(): boolean {
    return this.manifest !== undefined && BigInt(this.manifest.previous.digest) === 0n;
  }

  read(line: string): void | Promise<void> {
    const { manifest, seals, balances } = this;
    if (!manifest || !seals || !balances) return this.begin(line);
    if (!seals.isDone) {
      seals.read(line);
      if (seals.isDone) seals.end();
      return;
    }
    if (this.payouts < manifest.payouts) return this.readPayout(line);
    if (this.rows === manifest.accounts) throw new Unreadable("line_beyond", line, "the end of the file");
    this.rows += 1n;
    balances.read(decoded(() => decodeAccount(line)));
  }

  private async begin(line: string): Promise<void> {
    let manifest: Manifest;
    try {
      manifest = decodeManifest(line);
    } catch (error) {
      throw new Unreadable("not_a_batch", (error as Error).message);
    }
    this.manifest = manifest;
    this.written = line;
    this.judgePlace(manifest);
    this.judgeLink(manifest);
    await this.judgeBlock(manifest);
    const { findings, against, entries } = this;
    const { previous } = against;
    const log = HashTree.of(
      manifest.previous.seal,
      manifest.previous.log.map((hash) => fromHex(hash.slice(2))),
    );
    const head = log?.root();
    if (!log || (head ? `0x${toHex(head)}` : noRoot) !== manifest.previous.booksRoot)
      throw new Unreadable("previous_log_differs", manifest.previous.booksRoot, head && toHex(head));
    if (manifest.seal < manifest.previous.seal)
      throw new Unreadable("seal_missing", manifest.seal, `not before ${manifest.previous.seal}`);
    this.judgePeriods(manifest);
    this.log = log;
    const from =
      previous?.toXact !== undefined && previous.period !== undefined
        ? { toXact: previous.toXact, period: previous.period }
        : undefined;
    this.seals = new Seals(manifest, log, entries, findings, from);
    this.balances = new Balances(manifest, this.seals.moved, findings);
    if (this.seals.isDone) this.seals.end();
    if (this.isLinked(manifest))
      this.chainPayouts = iteratorOf(
        this.against.chain?.payouts({ after: manifest.previous.block, upTo: manifest.block }),
      );
  }

  /** Of blocks that are not those after the last epoch's there is nothing to compare; the node may have forgotten them. */
  private isLinked({ previous, block }: Manifest): boolean {
    const last = this.against.previous;
    return previous.block <= block && (last === undefined || previous.block === last.block);
  }

  private judgePlace(manifest: Manifest): void {
    const { findings, against } = this;
    const { place, previous, proposal } = against;
    if (place) {
      findings.same("wrong_chain", manifest.chainId, place.chainId);
      findings.same("wrong_chain", manifest.epochManager, place.epochManager.toLowerCase());
    }
    if (previous) findings.same("wrong_bank", manifest.bankId, previous.bankId);
    const due = proposal?.number ?? (previous && previous.number + 1n);
    if (due !== undefined && manifest.number !== due)
      findings.add(manifest.number < due ? "epoch_replayed" : "epoch_future", manifest.number, due);
    else if (previous && manifest.number <= previous.number)
      findings.add("epoch_replayed", manifest.number, previous.number + 1n);
  }

  private judgeLink(manifest: Manifest): void {
    const { findings, against } = this;
    const { proposal, previous } = against;
    const link = manifest.previous;
    if (proposal) findings.same("previous_digest_differs", link.digest, proposal.previousDigest);
    if (previous?.digest) findings.same("previous_digest_differs", link.digest, previous.digest);
    if (previous) {
      findings.same("previous_log_differs", link.seal, previous.seal);
      findings.same("previous_log_differs", link.booksRoot, previous.booksRoot);
      findings.same("previous_liabilities_differ", link.liabilitiesRoot, previous.liabilitiesRoot);
      findings.same("previous_liabilities_differ", link.liabilitiesMicros, previous.liabilitiesMicros);
      findings.same("previous_block_differs", link.block, previous.block);
      if (previous.proposedBlock !== undefined && manifest.block < previous.proposedBlock)
        findings.add("block_too_old", manifest.block, `at least ${previous.proposedBlock}`);
    }
    if (this.isFirst) {
      if (manifest.number !== 1n)
        findings.add("previous_digest_differs", link.digest, `that of epoch ${manifest.number - 1n}`);
      const stated = [link.booksRoot, link.liabilitiesRoot, link.liabilitiesMicros, link.seal, link.block];
      for (const one of stated) if (BigInt(one) !== 0n) findings.add("previous_not_empty", one, "zero");
    } else if (manifest.number === 1n) findings.add("previous_not_empty", link.digest, noRoot);
    if (proposal) {
      findings.same("books_root_differs", proposal.booksRoot, manifest.booksRoot);
      findings.same("liabilities_root_stated_differs", proposal.liabilitiesRoot, manifest.liabilitiesRoot);
      findings.same("liabilities_stated_differ", proposal.liabilities, manifest.liabilitiesMicros);
      if (manifest.block >= proposal.proposedBlock)
        findings.add("block_after_proposal", manifest.block, `before ${proposal.proposedBlock}`);
    }
    if (manifest.block < link.block)
      findings.add("previous_block_differs", link.block, `at most ${manifest.block}`);
  }

  private judgePeriods({ periods, seal, previous }: Manifest): void {
    const { findings, against } = this;
    for (const [at, period] of periods.entries())
      if (at > 0 && period <= (periods[at - 1] as bigint))
        findings.add("period_wrong", periods.join(" "), "rising");
    if (seal !== previous.seal) return;
    const one = seal === 0n ? 0 : 1;
    if (periods.length !== one)
      throw new Unreadable("period_wrong", `${periods.length} periods`, String(one));
    if (one === 1 && against.previous?.period !== undefined)
      findings.same("period_wrong", periods[0], against.previous.period);
  }

  private async judgeBlock(manifest: Manifest): Promise<void> {
    const { findings } = this;
    const { chain } = this.against;
    if (!chain) return;
    const hash = await chain.blockHash(manifest.block);
    if (hash === undefined)
      throw new Unreadable("block_unknown", String(manifest.block), "a block of the own node");
    findings.same("block_hash_differs", manifest.blockHash, hash);
    findings.same("chain_supply_differs", manifest.supplyMicros, await chain.supplyAt(manifest.block));
    if (!this.isLinked(manifest)) return;
    const range = { after: manifest.previous.block, upTo: manifest.block };
    const fees = await chain.fees(range);
    findings.same("fees_differ", feesText(manifest.fees), feesText(fees));
    findings.same("rewards_differ", manifest.rewardsMicros, await chain.rewards(range));
    const reserves = await chain.reservesAt(manifest.block);
    findings.same("reserves_differ", reservesText(manifest.reserves), reservesText(reserves));
  }

  private async readPayout(line: string): Promise<void> {
    const { findings, withheld } = this;
    if (line.startsWith('["granary.seal.1"'))
      throw new Unreadable("line_beyond", line, `seals up to ${this.log.size}`);
    const row = decoded(() => decodePayout(line));
    const first = this.against.previous?.payouts ?? (this.isFirst ? 0n : undefined);
    const due =
      this.lastPayout !== undefined ? this.lastPayout + 1n : first !== undefined ? first + 1n : row.id;
    findings.same("payout_out_of_order", row.id, due);
    this.payouts += 1n;
    this.lastPayout = row.id;
    const [federal, state, local] = [
      row.rateClass >> 16n,
      (row.rateClass >> 8n) & 255n,
      row.rateClass & 255n,
    ];
    if (federal + state + local > mostHalfPoints)
      findings.add(
        "rate_class_wrong",
        `0x${row.rateClass.toString(16)}`,
        `at most ${mostHalfPoints} half points`,
      );
    const lines = [federal, state, local].map((points) => (row.baseMicros * points) / 200n);
    findings.same(
      "tax_differs",
      `${row.federalMicros} ${row.stateMicros} ${row.localMicros}`,
      lines.join(" "),
    );
    withheld.federalMicros += row.federalMicros;
    withheld.stateMicros += row.stateMicros;
    withheld.localMicros += row.localMicros;
    const bytes = decoded(() => taxLeaf(row));
    this.entries.add(bytes);
    if (!this.chainPayouts) return;
    const next = await this.chainPayouts.next();
    const own = next.done ? "no such payout" : payoutText(next.value);
    findings.same("payout_differs", payoutText(row), own);
  }

  async end(): Promise<void> {
    const { manifest, seals, balances, findings, against } = this;
    findings.at += 1;
    if (!manifest || !seals || !balances) throw new Unreadable("not_a_batch", "nothing", "a manifest");
    if (!seals.isDone || this.payouts < manifest.payouts || this.rows < manifest.accounts)
      throw new Unreadable("truncated", "the end of the file", this.missing(manifest));
    if (this.chainPayouts) {
      const next = await this.chainPayouts.next();
      if (!next.done) findings.add("payout_differs", "no such payout", payoutText(next.value));
    }
    balances.end(against.previous?.classes);
    this.judgeSums(manifest, seals, balances);
    this.judgeRoots(manifest, balances);
  }

  private missing(manifest: Manifest): string {
    if (!this.seals?.isDone) return `seals up to ${manifest.seal}`;
    return this.payouts < manifest.payouts ? `${manifest.payouts} payouts` : `${manifest.accounts} balances`;
  }

  private judgeSums(manifest: Manifest, seals: Seals, balances: Balances): void {
    // what is wrong in the end is told at the manifest, which states it
    const { findings, withheld } = this;
    findings.at = 1;
    compareSums("class_total_differs", manifest.classes, balances.closing, findings);
    checkEven("assets_uneven", balances.closing, findings);
    const held = balances.sumOf("holder", "TOKEN") + balances.sumOf("slashed", "TOKEN");
    findings.same("supply_not_held", manifest.supplyMicros, held);
    findings.same("supply_not_held", manifest.supplyMicros, balances.sumOf("supply", "TOKEN"));
    findings.same("supply_not_held", manifest.supplyMicros, balances.sumOf("supply", "USD"));
    const stated = taxText(manifest.withheld);
    findings.same("withheld_differs", stated, taxText(withheld));
    const tax = withheld.federalMicros + withheld.stateMicros + withheld.localMicros;
    findings.same("tax_not_booked", seals.taxCreditedMicros, tax);
    const fees = manifest.fees.reduce((sum, one) => sum + one.amountMicros, 0n);
    findings.same("sources_differ_from_uses", fees - manifest.rewardsMicros, seals.feePotMicros);
  }

  private judgeRoots(manifest: Manifest, balances: Balances): void {
    const { findings, entries, against } = this;
    const { proposal } = against;
    const owed = balances.sumOf("deposit", "USD") + balances.sumOf("holder", "TOKEN");
    findings.same("liabilities_differ", manifest.liabilitiesMicros, owed);
    const { hash } = balances.tree.root();
    findings.same("liabilities_root_differs", manifest.liabilitiesRoot, `0x${toHex(hash)}`);
    entries.add(manifestLeaf(this.written));
    const digest: Hex = `0x${toHex(entries.digest())}`;
    this.own = { count: entries.count, root: `0x${toHex(entries.root())}`, digest, seal: keccak256(digest) };
    if (!proposal) return;
    findings.same("entries_root_differs", proposal.entriesRoot, this.own.root);
    findings.same("entries_seal_differs", proposal.entriesSeal, this.own.seal);
  }

  next(): Accepted | undefined {
    const { manifest, seals, against } = this;
    if (!manifest || !seals) return undefined;
    const before = against.previous?.payouts ?? (this.isFirst ? 0n : undefined);
    return {
      number: manifest.number,
      bankId: manifest.bankId,
      seal: manifest.seal,
      booksRoot: manifest.booksRoot,
      ...(this.own && { entriesRoot: this.own.root }),
      log: this.log.hashes().map((hash): Hex => `0x${toHex(hash)}`),
      toXact: seals.toXact,
      period: manifest.periods.at(-1),
      block: manifest.block,
      liabilitiesRoot: manifest.liabilitiesRoot,
      liabilitiesMicros: manifest.liabilitiesMicros,
      classes: manifest.classes,
      payouts: this.lastPayout ?? before,
    };
  }

  counts(): EpochVerdict["counts"] {
    const { seals = 0n, events = 0, transfers = 0 } = this.seals?.counts ?? {};
    return { seals, events, transfers, payouts: this.payouts, balances: this.rows };
  }
}

/** RateClass.sol's highest: 60 % */
const mostHalfPoints = 120n;

const iteratorOf = (rows: AsyncIterable<PayoutRow> | Iterable<PayoutRow> | undefined) =>
  rows && (Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]());

const feesText = (fees: Manifest["fees"]): string =>
  fees.map(({ kind, amountMicros }) => `${kind} ${amountMicros}`).join(", ");
const reservesText = (reserves: Manifest["reserves"]): string =>
  reserves.map((one) => `${one.class} ${one.marketMicros} ${one.lendableMicros}`).join(", ");
const taxText = (tax: Manifest["withheld"]): string =>
  `${tax.federalMicros} ${tax.stateMicros} ${tax.localMicros}`;
const payoutText = (row: PayoutRow): string => `${row.id} ${row.baseMicros} ${row.rateClass} ${taxText(row)}`;
