import { createHash } from "node:crypto";
import { type Hex, keccak256, stringToHex } from "viem";
import {
  type AccountRow,
  balanceLeaf,
  type ClassTotal,
  encodeAccount,
  encodeManifest,
  encodePayout,
  entryLeaf,
  type Manifest,
  manifestLeaf,
  type PayoutRow,
  type ReserveTotal,
  taxLeaf,
} from "@/lib/epochs/format/batch";
import { classRules } from "@/lib/epochs/format/classes";
import { EntryTree, HashTree, SumTree } from "@/lib/epochs/format/tree";
import type { ChainView, FeeSum } from "@/lib/epochs/verify/chain-view";
import { type Accepted, type Proposal, verifyEpoch } from "@/lib/epochs/verify/verify-epoch";
import {
  aliasOf,
  type EventLeaf,
  type EventLine,
  encodeHeader,
  encodeLeaf,
  fromHex,
  type Header,
  hashOfLine,
  type Leaf,
  saltHashOf,
  toHex,
} from "@/lib/ledger/seal/format";

/**
 * Batches for tests, of a small bank of its own that needs no database: honest as it comes, and every part of it can be
 * changed before its sums and roots are made (a liar who makes everything fit) or after (one who does not).
 */
export interface SpecimenSeal {
  header: Omit<Header, "leafCount" | "root">;
  leaves: Leaf[];
}

/** What a bank would put into a batch, before anything of it is summed or hashed. */
export interface Parts {
  number: bigint;
  previous: Manifest["previous"];
  periods: bigint[];
  seals: SpecimenSeal[];
  payouts: PayoutRow[];
  balances: AccountRow[];
  block: bigint;
  blockHash: Hex;
  reserves: ReserveTotal[];
  fees: FeeSum[];
  rewardsMicros: bigint;
}

/** A batch with all that a validator holds it against. */
export interface Specimen {
  parts: Parts;
  lines: string[];
  manifest: Manifest;
  proposal: Proposal;
  previous: Accepted | undefined;
  chain: ChainView;
  place: { chainId: bigint; epochManager: Hex };
  /** the log after it, as the next manifest carries it */
  log: Hex[];
}

export const place = { chainId: 31337n, epochManager: `0x${"ab".repeat(20)}` as Hex };
const bankId = "granary";
const none = `0x${"0".repeat(64)}` as Hex;

export const nothingBefore: Manifest["previous"] = {
  digest: none,
  booksRoot: none,
  liabilitiesRoot: none,
  liabilitiesMicros: 0n,
  seal: 0n,
  block: 0n,
  log: [],
};

const hashOf = (text: string): Uint8Array => createHash("sha256").update(text).digest();
const saltOf = (period: bigint): Uint8Array => hashOf(`salt ${period}`);
export const nameOf = (period: bigint, account: number): string => aliasOf(saltOf(period), BigInt(account));

/** Numbers that a seed decides. */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** The bank's own accounts by number; customers' come after them. */
const own = {
  cash: 1,
  reserve: 2,
  till: 3,
  rail_clearing: 4,
  token_supply: 5,
  first_loss: 6,
  capital: 7,
  suspense: 8,
  token_control: 9,
  fee_pot: 10,
  reward_pool: 11,
  operator_fee: 12,
  tax_withheld: 13,
  tax_payable: 14,
  operator_bond: 15,
  canary_pot: 16,
  custodial_token: 17,
} as const;
const firstCustomer = 100;
const customerClasses = ["dollar_deposit", "wallet_mirror", "stake_mirror", "unbonding_mirror"] as const;
type CustomerClass = (typeof customerClasses)[number];

/** A bank that does everything a batch can show, an epoch at a time. */
export class Model {
  private readonly roll: (below: number) => number;
  private readonly standing = new Map<number, bigint>();
  private readonly classes = new Map<number, string>();
  private eventId = 1n;
  private auditId = 1n;
  private xact = 700n;
  private holdId = 1n;
  private payoutId = 0n;
  private sealsEver = 0n;
  private block = 100n;
  private period = 0n;
  private epoch = 0n;
  private toXact = 0n;
  private opened = new Map<number, bigint>();
  private before: { period: bigint; settled: Specimen } | undefined;
  private readonly marketMicros = 5_000_000_000_000n;

  constructor(
    seed: number,
    private readonly size = { customers: 6, seals: 4, events: 6 },
  ) {
    this.roll = dice(seed);
  }

  /** The next epoch, its batch honest. */
  epochParts(): Parts {
    this.epoch += 1n;
    const opening = new Map(this.standing);
    const touched = new Set<number>();
    const seals: SpecimenSeal[] = [];
    const payouts: PayoutRow[] = [];
    const fees = new Map<string, bigint>();
    let rewardsMicros = 0n;
    const periods: bigint[] = [];
    const { seals: sealCount, events } = this.size;
    for (let at = 0; at < sealCount; at++) {
      if (at % 2 === 0) {
        this.period += 1n;
        periods.push(this.period);
      }
      const [period, leaves] = [this.period, [] as Leaf[]];
      const event = (kind: string, moves: Move[], more: Partial<Extra> = {}): EventLeaf => {
        this.xact += 1n;
        const lines: EventLine[] = moves.map(([debit, credit, amountMicros], n) => {
          this.apply(debit, credit, amountMicros, touched);
          return {
            kind: "transfer",
            seq: BigInt(n + 1),
            asset: this.assetOf(debit),
            amountMicros,
            debit: this.named(period, debit),
            credit: this.named(period, credit),
          };
        });
        for (const [n, [debit, credit, amountMicros]] of (more.holds ?? []).entries()) {
          const moved = {
            seq: BigInt(n + 1),
            asset: this.assetOf(debit),
            amountMicros,
            debit: this.named(period, debit),
            credit: this.named(period, credit),
          };
          lines.push({ kind: "hold", ...moved, id: this.holdId++, expiresAt: time(this.eventId + 1000n) });
        }
        for (const [n, end] of (more.ends ?? []).entries())
          lines.push({ kind: "end", seq: BigInt(n + 1), ...end });
        const id = this.eventId++;
        return {
          kind: "event",
          id,
          xact: this.xact,
          event: kind,
          effectiveAt: time(id),
          recordedAt: time(id),
          corrects: more.corrects,
          isRefund: more.corrects !== undefined,
          commitment: toHex(hashOf(`event ${id}`)),
          lines,
        };
      };
      const add = (kind: string, moves: Move[], more?: Partial<Extra>): bigint => {
        const leaf = event(kind, moves, more);
        leaves.push(leaf);
        return leaf.id;
      };
      if (this.sealsEver === 0n) {
        add("capital-paid-in", [
          [own.cash, own.capital, 9_000_000_000n],
          [own.cash, own.first_loss, 500_000_000n],
        ]);
        add("till-filled", [[own.till, own.cash, 1_000_000n]]);
      }
      for (let n = 0; n < events; n++) {
        const customer = this.roll(this.size.customers);
        const [deposit, wallet, stake, unbonding] = customerClasses.map((one) =>
          this.account(customer, one),
        ) as [number, number, number, number];
        for (const [account, of] of [
          [deposit, "dollar_deposit"],
          [wallet, "wallet_mirror"],
        ] as const)
          if (n === 0 || !this.opened.has(account)) {
            this.opened.set(account, this.period);
            this.xact += 1n;
            leaves.push({
              kind: "account",
              id: BigInt(account),
              xact: this.xact,
              account: { class: of, alias: nameOf(period, account) },
              bankId,
              subsidiaryId: "main",
              stateCode: "MD",
              commitment: toHex(hashOf(`account ${account}`)),
            });
          }
        const gross = BigInt(1_000_000 + this.roll(90_000_000));
        add("bring-dollars", [
          [own.rail_clearing, deposit, gross * 2n],
          [own.cash, own.rail_clearing, gross * 2n],
        ]);
        const holds: Move[] = [[deposit, own.token_supply, gross]];
        add("conversion-requested", [], { holds });
        const fee = gross / 1000n;
        add(
          "issuance",
          [
            [deposit, own.token_supply, gross],
            [own.reserve, own.cash, gross],
            [own.token_control, wallet, gross - fee],
            [own.token_control, own.fee_pot, fee],
          ],
          { ends: [{ hold: this.holdId - 1n, outcome: "post", transferSeq: 1n }] },
        );
        fees.set("issuance", (fees.get("issuance") ?? 0n) + fee);
        add("stake-mirrored", [[wallet, stake, gross / 2n]]);
        if (n % 3 === 1) add("unbond-mirrored", [[stake, unbonding, gross / 4n]]);
        if (n % 3 === 2) {
          const sent = add("dollars-out", [[deposit, own.cash, gross / 8n]]);
          add("refund", [[own.cash, deposit, gross / 16n]], { corrects: sent });
        }
        const data = gross / 500n;
        add("fee-collected", [[wallet, own.fee_pot, data]]);
        fees.set("data_validation", (fees.get("data_validation") ?? 0n) + data);
        if (n === 0) {
          add("bond-mirrored", [[wallet, own.operator_bond, gross / 10n]]);
          const reward = (this.standing.get(own.fee_pot) ?? 0n) / 2n;
          rewardsMicros += reward;
          add("epoch-distributed", [[own.fee_pot, own.reward_pool, reward]]);
        }
        if (n % 2 === 1) {
          const paid = (this.standing.get(own.reward_pool) ?? 0n) / 3n;
          const operatorFee = paid / 20n;
          const rateClass = 0x2c0a02n + BigInt(this.roll(3) << 8);
          const row = taxed({ id: ++this.payoutId, baseMicros: paid - operatorFee, rateClass });
          const tax = row.federalMicros + row.stateMicros + row.localMicros;
          const moves: Move[] = [
            [own.reward_pool, own.operator_fee, operatorFee],
            [own.reward_pool, own.tax_withheld, row.federalMicros],
            [own.reward_pool, own.tax_withheld, row.stateMicros],
            [own.reward_pool, own.tax_withheld, row.localMicros],
            [own.reward_pool, wallet, row.baseMicros - tax],
          ];
          add(
            "payout-with-withholding",
            moves.filter(([, , amount]) => amount > 0n),
          );
          payouts.push(row);
        }
      }
      this.xact += 1n;
      leaves.push({
        kind: "audit",
        id: this.auditId++,
        xact: this.xact,
        commitment: toHex(hashOf(`audit ${this.auditId}`)),
      });
      this.sealsEver += 1n;
      this.xact += 1n;
      seals.push({
        header: {
          bankId,
          number: this.sealsEver,
          period,
          saltHash: saltHashOf(saltOf(period)),
          fromXact: this.toXact,
          toXact: this.xact,
          sealedAt: time(this.eventId),
        },
        leaves,
      });
      this.toXact = this.xact;
    }
    this.block += 50n;
    const last = this.before;
    const previous: Manifest["previous"] = last ? linkTo(last.settled) : nothingBefore;
    const accounts = new Set([...opening.keys(), ...this.standing.keys()]);
    const balances = [...accounts]
      .map((account): AccountRow => {
        const openingMicros = opening.get(account) ?? 0n;
        const name = this.classOf(account);
        return {
          asset: classRules[name]?.asset ?? "",
          class: name,
          names: periods.map((one) => nameOf(one, account)),
          previousName: last && openingMicros !== 0n ? nameOf(last.period, account) : "",
          openingMicros,
          closingMicros: this.standing.get(account) ?? 0n,
        };
      })
      .filter((row, at) => {
        const account = [...accounts][at] as number;
        return row.openingMicros !== 0n || row.closingMicros !== 0n || touched.has(account);
      })
      .sort(byLastName);
    return {
      number: this.epoch,
      previous,
      periods,
      seals,
      payouts,
      balances,
      block: this.block,
      blockHash: `0x${toHex(hashOf(`block ${this.block}`))}`,
      reserves: [
        { class: "0", marketMicros: this.marketMicros, lendableMicros: this.marketMicros },
        { class: "2", marketMicros: 77_000_000n, lendableMicros: 66_000_000n },
      ],
      fees: [...fees]
        .map(([kind, amountMicros]) => ({ kind, amountMicros }))
        .sort((one, other) => (one.kind < other.kind ? -1 : 1)),
      rewardsMicros,
    };
  }

  /** After an epoch became final: the next one links to it. */
  final(settled: Specimen): void {
    this.before = { period: this.period, settled };
  }

  private classOf(account: number): string {
    const found = this.classes.get(account);
    if (found) return found;
    const name = Object.entries(own).find(([, number]) => number === account)?.[0] ?? "";
    this.classes.set(account, name);
    return name;
  }
  private assetOf(account: number): string {
    return classRules[this.classOf(account)]?.asset ?? "";
  }
  private named(period: bigint, account: number) {
    return { class: this.classOf(account), alias: nameOf(period, account) };
  }
  private account(customer: number, of: CustomerClass): number {
    const account = firstCustomer + customer * customerClasses.length + customerClasses.indexOf(of);
    this.classes.set(account, of);
    return account;
  }
  private apply(debit: number, credit: number, amount: bigint, touched: Set<number>): void {
    for (const [account, side] of [
      [debit, "debit"],
      [credit, "credit"],
    ] as const) {
      touched.add(account);
      const signed = classRules[this.classOf(account)]?.side === side ? amount : -amount;
      this.standing.set(account, (this.standing.get(account) ?? 0n) + signed);
    }
  }
}

type Move = [debit: number, credit: number, amountMicros: bigint];
type End = { hold: bigint; outcome: "post" | "void" | "expire"; transferSeq: bigint | undefined };
interface Extra {
  holds: Move[];
  ends: End[];
  corrects: bigint;
}

const time = (n: bigint): string =>
  `${new Date(Date.UTC(2026, 10, 22) + Number(n) * 1000).toISOString().slice(0, 19)}.000000Z`;

export const byLastName = (one: AccountRow, other: AccountRow): number =>
  (one.names.at(-1) ?? "") < (other.names.at(-1) ?? "") ? -1 : 1;

export function taxed(of: Pick<PayoutRow, "id" | "baseMicros" | "rateClass">): PayoutRow {
  const part = (shift: bigint) => (of.baseMicros * ((of.rateClass >> shift) & 255n)) / 200n;
  return { ...of, federalMicros: part(16n), stateMicros: part(8n), localMicros: part(0n) };
}

const linkTo = ({ manifest, proposal, log }: Specimen): Manifest["previous"] => ({
  digest: digestOf(proposal),
  booksRoot: manifest.booksRoot,
  liabilitiesRoot: manifest.liabilitiesRoot,
  liabilitiesMicros: manifest.liabilitiesMicros,
  seal: manifest.seal,
  block: manifest.block,
  log,
});

/** What stands for the epoch's digest on chain. */
const digestOf = (proposal: Proposal): Hex =>
  keccak256(
    stringToHex(JSON.stringify(Object.entries(proposal).map(([name, value]) => [name, String(value)]))),
  );

/** The sums by class as a bank states them over its balances. */
export function classTotals(balances: readonly AccountRow[]): ClassTotal[] {
  const sums = new Map<string, ClassTotal>();
  for (const { asset, class: name, closingMicros } of balances) {
    if (closingMicros === 0n) continue;
    const sum = sums.get(name) ?? { asset, class: name, accounts: 0n, debitsMicros: 0n, creditsMicros: 0n };
    sums.set(name, sum);
    sum.accounts += 1n;
    const isDebit = (classRules[name]?.side === "debit") === closingMicros > 0n;
    const micros = closingMicros > 0n ? closingMicros : -closingMicros;
    if (isDebit) sum.debitsMicros += micros;
    else sum.creditsMicros += micros;
  }
  const key = (one: ClassTotal) => `${one.asset} ${one.class}`;
  return [...sums.values()].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

export interface Tell {
  /** what the bank states instead, before anything hashes it */
  header?: (header: Header) => Header;
  manifest?: (manifest: Manifest) => Manifest;
  proposal?: (proposal: Proposal) => Proposal;
  entry?: (leaf: Buffer) => Buffer;
}

/** Sums, hashes and writes what a bank has, and whatever is wrong with it is made to fit as far as it goes. */
export function settle(parts: Parts, tell: Tell = {}): Omit<Specimen, "previous" | "chain" | "place"> {
  const log = HashTree.of(
    parts.previous.seal,
    parts.previous.log.map((hash) => fromHex(hash.slice(2))),
  ) as HashTree;
  const entries = new EntryTree();
  const enter = (leaf: Buffer) => entries.add(tell.entry ? tell.entry(leaf) : leaf);
  const sealLines = parts.seals.flatMap(({ header, leaves }) => {
    const written = leaves.map(encodeLeaf);
    const tree = new HashTree();
    for (const line of written) tree.add(hashOfLine(line));
    const root = toHex(tree.root() ?? createHash("sha256").digest());
    const whole = { ...header, leafCount: BigInt(leaves.length), root };
    const first = encodeHeader(tell.header ? tell.header(whole) : whole);
    log.add(hashOfLine(first));
    for (const leaf of leaves) {
      const bytes = leaf.kind === "event" ? entryLeaf(leaf) : undefined;
      if (bytes) enter(bytes);
    }
    return [first, ...written];
  });
  for (const row of parts.payouts) enter(taxLeaf(row));
  const owed = new SumTree();
  for (const row of parts.balances) {
    const counts = classRules[row.class]?.counts;
    if ((counts === "deposit" || counts === "holder") && row.closingMicros !== 0n)
      owed.add(balanceLeaf(row.names.at(-1) ?? "", row.asset, row.closingMicros), row.closingMicros);
  }
  const { hash, sum } = owed.root();
  const total = (pick: (row: PayoutRow) => bigint) => parts.payouts.reduce((all, row) => all + pick(row), 0n);
  const classes = classTotals(parts.balances);
  const root = log.root();
  const honest: Manifest = {
    chainId: place.chainId,
    epochManager: place.epochManager,
    bankId,
    number: parts.number,
    previous: parts.previous,
    seal: log.size,
    booksRoot: root ? `0x${toHex(root)}` : none,
    block: parts.block,
    blockHash: parts.blockHash,
    periods: parts.periods,
    accounts: BigInt(parts.balances.length),
    payouts: BigInt(parts.payouts.length),
    supplyMicros: classes.find((one) => one.class === "token_control")?.debitsMicros ?? 0n,
    liabilitiesRoot: `0x${toHex(hash)}`,
    liabilitiesMicros: sum,
    classes,
    reserves: parts.reserves,
    fees: parts.fees,
    rewardsMicros: parts.rewardsMicros,
    withheld: {
      federalMicros: total((row) => row.federalMicros),
      stateMicros: total((row) => row.stateMicros),
      localMicros: total((row) => row.localMicros),
    },
  };
  const manifest = tell.manifest ? tell.manifest(honest) : honest;
  const written = encodeManifest(manifest);
  entries.add(manifestLeaf(written));
  const proposal: Proposal = {
    number: manifest.number,
    booksRoot: manifest.booksRoot,
    entriesRoot: `0x${toHex(entries.root())}`,
    liabilitiesRoot: manifest.liabilitiesRoot,
    liabilities: manifest.liabilitiesMicros,
    entriesSeal: keccak256(`0x${toHex(entries.digest())}`),
    previousDigest: manifest.previous.digest,
    proposedBlock: manifest.block + 3n,
  };
  return {
    parts,
    manifest,
    proposal: tell.proposal ? tell.proposal(proposal) : proposal,
    log: log.hashes().map((one): Hex => `0x${toHex(one)}`),
    lines: [written, ...sealLines, ...parts.payouts.map(encodePayout), ...parts.balances.map(encodeAccount)],
  };
}

/** What the chain says of an honest epoch. */
export function chainOf({ manifest, parts }: Pick<Specimen, "manifest" | "parts">): ChainView {
  return {
    blockHash: (block) => (block === manifest.block ? manifest.blockHash : undefined),
    supplyAt: () => manifest.supplyMicros,
    fees: () => manifest.fees,
    rewards: () => manifest.rewardsMicros,
    payouts: () => parts.payouts,
    reservesAt: () => manifest.reserves,
  };
}

/** Honest epochs one after the other, each as a validator that accepted the one before would meet it. */
export async function specimens(
  seed: number,
  epochs: number,
  size?: { customers: number; seals: number; events: number },
): Promise<Specimen[]> {
  const model = new Model(seed, size);
  const made: Specimen[] = [];
  let previous: Accepted | undefined;
  for (let n = 0; n < epochs; n++) {
    const settled = settle(model.epochParts());
    const specimen: Specimen = { ...settled, previous, chain: chainOf(settled), place };
    made.push(specimen);
    model.final(specimen);
    const { next } = await verifyEpoch(specimen.lines, specimen);
    previous = next && { ...next, digest: digestOf(settled.proposal) };
  }
  return made;
}

export const bytesOf = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join("\n")}\n`);
