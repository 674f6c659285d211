import type { AccountRow, Manifest, PayoutRow } from "@/lib/epochs/format/batch";
import { encodeAccount, encodeManifest, encodePayout } from "@/lib/epochs/format/batch";
import { classRules } from "@/lib/epochs/format/classes";
import type { Reason } from "@/lib/epochs/verify/findings";
import { mostLineBytes } from "@/lib/epochs/verify/read-lines";
import {
  byLastName,
  bytesOf,
  nameOf,
  type Parts,
  type Specimen,
  type SpecimenSeal,
  settle,
  type Tell,
  taxed,
} from "@/lib/epochs/verify/specimen";
import type { Against } from "@/lib/epochs/verify/verify-epoch";
import {
  decodeHeader,
  decodeLeaf,
  type EventLeaf,
  encodeHeader,
  encodeLeaf,
  type Header,
  type Hold,
  type HoldEnd,
  type Transfer,
} from "@/lib/ledger/seal/format";

/** Every way to falsify a batch that its tests know, with the reasons of which one must be the first that is named. */
export interface Case {
  one: Specimen;
  /** the honest batch of the epoch before */
  before: Specimen;
  roll: (below: number) => number;
}
export interface Told {
  bytes: Buffer;
  against: Against;
}
export interface Lie {
  name: string;
  reasons: Reason[];
  tell(of: Case): Told;
}

const shown = (one: Specimen, lines: readonly string[]): Told => ({ bytes: bytesOf(lines), against: one });
const pick = <T>({ roll }: Case, from: readonly T[]): T => from[roll(from.length)] as T;

// ---- the file is changed after its roots were made

type Kind = "header" | "account" | "event" | "audit" | "payout" | "balance";
const begins: Record<Kind, string> = {
  header: '["granary.seal.1"',
  account: '["account"',
  event: '["event"',
  audit: '["audit"',
  payout: '["payout"',
  balance: '["balance"',
};
const linesOf = ({ one }: Case, kind: Kind): number[] =>
  one.lines.flatMap((line, at) => (line.startsWith(begins[kind]) ? [at] : []));

/** Another text in place of the lines at one of those of the kind. */
const edited = (
  name: string,
  kind: Kind,
  reasons: Reason[],
  edit: (line: string, of: Case, at: number) => string[],
): Lie => ({
  name: `${kind}: ${name}`,
  reasons,
  tell(of) {
    const at = pick(of, linesOf(of, kind));
    return shown(of.one, of.one.lines.toSpliced(at, 1, ...edit(of.one.lines[at] as string, of, at)));
  },
});
const swapped = (kind: Kind, reasons: Reason[]): Lie => ({
  name: `${kind}: two change places`,
  reasons,
  tell(of) {
    const places = linesOf(of, kind).filter((at) => of.one.lines[at + 1]?.startsWith(begins[kind]));
    const at = pick(of, places);
    const two = [of.one.lines[at + 1], of.one.lines[at]] as string[];
    return shown(of.one, of.one.lines.toSpliced(at, 2, ...two));
  },
});

const leafKinds = ["account", "event", "audit"] as const;
const another = (hex: string) => hex.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
const header = (name: string, reasons: Reason[], edit: (one: Header) => Partial<Header>): Lie =>
  edited(name, "header", reasons, (line) => {
    const one = decodeHeader(line);
    return [encodeHeader({ ...one, ...edit(one) })];
  });
const payoutLine = (name: string, reasons: Reason[], edit: (one: PayoutRow) => Partial<PayoutRow>): Lie => ({
  name: `payout: ${name}`,
  reasons,
  tell(of) {
    const row = pick(of, of.one.parts.payouts);
    const at = of.one.lines.indexOf(encodePayout(row));
    return shown(of.one, of.one.lines.with(at, encodePayout({ ...row, ...edit(row) })));
  },
});
const balanceLine = (
  name: string,
  reasons: Reason[],
  edit: (one: AccountRow, of: Case) => Partial<AccountRow>,
): Lie => ({
  name: `balance: ${name}`,
  reasons,
  tell(of) {
    const row = pick(
      of,
      of.one.parts.balances.filter((one) => one.openingMicros !== 0n),
    );
    const at = of.one.lines.indexOf(encodeAccount(row));
    return shown(of.one, of.one.lines.with(at, encodeAccount({ ...row, ...edit(row, of) })));
  },
});
const manifestLine = (name: string, reasons: Reason[], edit: (one: Manifest) => Partial<Manifest>): Lie => ({
  name: `manifest: ${name}`,
  reasons,
  tell({ one }) {
    const { manifest } = one;
    return shown(one, one.lines.with(0, encodeManifest({ ...manifest, ...edit(manifest) })));
  },
});
const link = (
  name: string,
  reasons: Reason[],
  edit: (one: Manifest["previous"]) => Partial<Manifest["previous"]>,
): Lie[] => [
  manifestLine(name, reasons, ({ previous }) => ({ previous: { ...previous, ...edit(previous) } })),
  fitted(`${name}, and the proposal too`, reasons, ({ parts }) =>
    Object.assign(parts.previous, edit(parts.previous)),
  ),
];

const spelled = (name: string, edit: (line: string) => string): Lie[] => [
  ...(["header", ...leafKinds, "payout", "balance"] as const).map((kind) =>
    edited(
      name,
      kind,
      kind === "header" ? ["line_malformed", "seal_missing"] : ["line_malformed"],
      (line) => [edit(line)],
    ),
  ),
  {
    name: `manifest: ${name}`,
    reasons: ["not_a_batch"],
    tell: ({ one }) => shown(one, one.lines.with(0, edit(one.lines[0] as string))),
  },
];

const raw = (name: string, reasons: Reason[], edit: (bytes: Buffer, of: Case) => Buffer): Lie => ({
  name: `file: ${name}`,
  reasons,
  tell: (of) => ({ bytes: edit(bytesOf(of.one.lines), of), against: of.one }),
});

const proposed = (
  name: string,
  reasons: Reason[],
  edit: (of: Specimen["proposal"]) => Partial<Specimen["proposal"]>,
): Lie => ({
  name: `proposal: ${name}`,
  reasons,
  tell: ({ one }) => ({
    bytes: bytesOf(one.lines),
    against: { ...one, proposal: { ...one.proposal, ...edit(one.proposal) } },
  }),
});

// ---- the liar makes every sum and every root fit

interface Forge {
  parts: Parts;
  of: Case;
}
const fitted = (
  name: string,
  reasons: Reason[],
  forge: (of: Forge) => unknown,
  tell: Tell | ((of: Case) => Tell) = {},
): Lie => ({
  name: `made to fit: ${name}`,
  reasons,
  tell(of) {
    const parts = structuredClone(of.one.parts);
    forge({ parts, of });
    const settled = settle(parts, typeof tell === "function" ? tell(of) : tell);
    return { bytes: bytesOf(settled.lines), against: { ...of.one, proposal: settled.proposal } };
  },
});

const events = (parts: Parts, kind?: string): [SpecimenSeal, EventLeaf][] =>
  parts.seals.flatMap((seal) =>
    seal.leaves.flatMap((leaf): [SpecimenSeal, EventLeaf][] =>
      leaf.kind === "event" && (!kind || leaf.event === kind) ? [[seal, leaf]] : [],
    ),
  );
const event = ({ parts, of }: Forge, kind?: string): [SpecimenSeal, EventLeaf] =>
  pick(
    of,
    kind
      ? events(parts, kind)
      : events(parts).filter(([, one]) => one.lines.some((line) => line.kind === "transfer")),
  );
const transfers = (leaf: EventLeaf): Transfer[] =>
  leaf.lines.filter((line): line is Transfer => line.kind === "transfer");

/** The balances as they are when an event had moved `times` as much more. */
function book(parts: Parts, leaf: EventLeaf, times: bigint): void {
  for (const { debit, credit, amountMicros } of transfers(leaf))
    for (const [{ alias, class: name }, side] of [
      [debit, "debit"],
      [credit, "credit"],
    ] as const) {
      const row = parts.balances.find(({ names }) => names.includes(alias));
      if (row) row.closingMicros += (classRules[name]?.side === side ? amountMicros : -amountMicros) * times;
    }
}
/** One more event at the end of a seal, before its audit rows, between two accounts of these classes. */
function added(
  forge: Forge,
  debit: string,
  credit: string,
  amount: bigint | "more than there is",
): EventLeaf {
  const { parts, of } = forge;
  const seal = pick(of, parts.seals);
  const place = parts.periods.indexOf(seal.header.period);
  let amountMicros = 0n;
  const named = (name: string) => {
    const row = pick(
      of,
      parts.balances.filter((one) => one.class === name && one.closingMicros > 0n),
    );
    amountMicros ||= amount === "more than there is" ? row.closingMicros + 1n : amount;
    return { class: name, alias: row.names[place] as string };
  };
  const sides = { debit: named(debit), credit: named(credit) };
  const leaf: EventLeaf = {
    kind: "event",
    id: 9_000_000n + BigInt(of.roll(1000)),
    xact: seal.header.toXact - 1n,
    event: "correction",
    effectiveAt: "2026-11-22T00:00:00.000000Z",
    recordedAt: "2026-11-22T00:00:00.000000Z",
    corrects: undefined,
    isRefund: false,
    commitment: "ab".repeat(32),
    lines: [
      {
        kind: "transfer",
        seq: 1n,
        asset: classRules[debit]?.asset ?? "",
        amountMicros,
        ...sides,
      },
    ],
  };
  seal.leaves.splice(
    seal.leaves.findIndex((one) => one.kind === "audit"),
    0,
    leaf,
  );
  for (const one of seal.leaves.filter(({ kind }) => kind === "audit")) one.xact = seal.header.toXact - 1n;
  book(parts, leaf, 1n);
  return leaf;
}
function omitted(forge: Forge, kind: string): EventLeaf {
  const [seal, leaf] = event(forge, kind);
  seal.leaves.splice(seal.leaves.indexOf(leaf), 1);
  return leaf;
}
const owedRow = ({ parts, of }: Forge, isOwed = true): AccountRow =>
  pick(
    of,
    parts.balances.filter(({ class: name, openingMicros, closingMicros }) => {
      const counts = classRules[name]?.counts;
      return (
        openingMicros !== 0n &&
        closingMicros > 0n &&
        (isOwed ? counts === "deposit" || counts === "holder" : counts === "other")
      );
    }),
  );
const fittedManifest = (name: string, reasons: Reason[], edit: (one: Manifest) => Partial<Manifest>): Lie =>
  fitted(name, reasons, () => undefined, { manifest: (one) => ({ ...one, ...edit(one) }) });
const fittedHeader = (
  name: string,
  reasons: Reason[],
  edit: (one: SpecimenSeal["header"], forge: Forge) => void,
): Lie => fitted(name, reasons, (forge) => edit(pick(forge.of, forge.parts.seals).header, forge));
const fittedEvent = (
  name: string,
  reasons: Reason[],
  edit: (leaf: EventLeaf, forge: Forge) => unknown,
): Lie => fitted(name, reasons, (forge) => edit(event(forge)[1], forge));

const zeros = `0x${"0".repeat(64)}` as const;
const beyond: Record<Kind, Reason[]> = {
  header: ["seal_missing"],
  account: ["leaf_missing"],
  event: ["leaf_missing"],
  audit: ["leaf_missing"],
  payout: ["payout_out_of_order", "payout_differs", "line_malformed"],
  balance: ["truncated"],
};
const doubled: Record<Kind, Reason[]> = {
  header: ["leaf_missing"],
  account: ["leaf_out_of_order"],
  event: ["leaf_out_of_order"],
  audit: ["leaf_out_of_order", "seal_missing", "line_malformed"],
  payout: ["payout_out_of_order", "line_malformed"],
  balance: ["balance_twice", "line_beyond"],
};

export const lies: Lie[] = [
  ...(Object.keys(begins) as Kind[]).flatMap((kind) => [
    edited("omitted", kind, beyond[kind], () => []),
    edited("doubled", kind, doubled[kind], (line) => [line, line]),
    edited("another's line", kind, ["line_malformed", "seal_missing"], () => ['["manners","1"]']),
  ]),
  swapped("event", ["leaf_out_of_order"]),
  swapped("payout", ["payout_out_of_order"]),
  swapped("balance", ["balance_out_of_order"]),
  ...leafKinds.map((kind) =>
    edited("another commitment", kind, ["seal_root_differs"], (line) => {
      const leaf = decodeLeaf(line);
      return [encodeLeaf({ ...leaf, commitment: another(leaf.commitment) })];
    }),
  ),
  edited("another amount", "event", ["seal_root_differs"], (line, of) => {
    const leaf = structuredClone(decodeLeaf(line)) as EventLeaf;
    const moved = leaf.lines.filter((one) => one.kind !== "end") as (Transfer | Hold)[];
    pick(of, moved).amountMicros += 1n;
    return [encodeLeaf(leaf)];
  }),
  edited("another time", "event", ["seal_root_differs"], (line) => {
    return [encodeLeaf({ ...(decodeLeaf(line) as EventLeaf), effectiveAt: "2020-01-01T00:00:00.000000Z" })];
  }),
  edited("another kind", "event", ["seal_root_differs"], (line) => {
    return [encodeLeaf({ ...(decodeLeaf(line) as EventLeaf), event: "gift" })];
  }),
  header("another root", ["seal_root_differs"], ({ root }) => ({ root: another(root) })),
  header("another time", ["log_differs"], () => ({ sealedAt: "2020-01-01T00:00:00.000000Z" })),
  header("another salt", ["log_differs"], ({ saltHash }) => ({ saltHash: another(saltHash) })),
  header("another bank", ["wrong_bank"], () => ({ bankId: "other" })),
  header("another period", ["period_wrong"], ({ period }) => ({ period: period + 9n })),
  header("begins later", ["seal_broken"], ({ fromXact }) => ({ fromXact: fromXact + 1n })),
  header("another number", ["seal_missing"], ({ number }) => ({ number: number + 1n })),
  header("one leaf more", ["leaf_missing"], ({ leafCount }) => ({ leafCount: leafCount + 1n })),
  header("one leaf fewer", ["seal_root_differs"], ({ leafCount }) => ({ leafCount: leafCount - 1n })),
  payoutLine("another base", ["tax_differs", "payout_differs"], ({ baseMicros }) => ({
    baseMicros: baseMicros + 1n,
  })),
  payoutLine("too little federal tax", ["tax_differs"], ({ federalMicros }) => ({
    federalMicros: federalMicros - 1n,
  })),
  payoutLine("too much state tax", ["tax_differs"], ({ stateMicros }) => ({ stateMicros: stateMicros + 1n })),
  payoutLine("local tax left out", ["tax_differs"], () => ({ localMicros: 0n })),
  payoutLine("a class that is none", ["rate_class_wrong"], () => ({ rateClass: 0xffffffn })),
  payoutLine("another place", ["payout_out_of_order"], ({ id }) => ({ id: id + 5n })),
  balanceLine("a higher closing", ["closing_differs"], ({ closingMicros }) => ({
    closingMicros: closingMicros + 1n,
  })),
  balanceLine("a lower closing", ["closing_differs"], ({ closingMicros }) => ({
    closingMicros: closingMicros - 1n,
  })),
  balanceLine("another opening", ["closing_differs"], ({ openingMicros }) => ({
    openingMicros: openingMicros + 1n,
  })),
  balanceLine("one name fewer", ["names_wrong"], ({ names }) => ({ names: names.slice(1) })),
  balanceLine("no previous name", ["names_wrong"], () => ({ previousName: "" })),
  balanceLine("an unknown class", ["class_unknown"], () => ({ class: "constructor" })),
  balanceLine("another asset", ["asset_differs"], ({ asset }) => ({
    asset: asset === "USD" ? "TOKEN" : "USD",
  })),
  manifestLine("another chain", ["wrong_chain"], () => ({ chainId: 1n })),
  manifestLine("another contract", ["wrong_chain"], () => ({ epochManager: `0x${"cd".repeat(20)}` })),
  manifestLine("another bank", ["wrong_bank"], () => ({ bankId: "other" })),
  manifestLine("an earlier epoch", ["epoch_replayed"], ({ number }) => ({ number: number - 1n })),
  manifestLine("a later epoch", ["epoch_future"], ({ number }) => ({ number: number + 1n })),
  manifestLine("another log", ["books_root_differs"], () => ({ booksRoot: zeros })),
  manifestLine("another block", ["block_unknown"], ({ block }) => ({ block: block + 1n })),
  manifestLine("a block that is to come", ["block_after_proposal"], ({ block }) => ({ block: block + 9n })),
  manifestLine("another block hash", ["block_hash_differs"], () => ({ blockHash: zeros })),
  manifestLine("one account more", ["truncated"], ({ accounts }) => ({ accounts: accounts + 1n })),
  manifestLine("one account fewer", ["line_beyond"], ({ accounts }) => ({ accounts: accounts - 1n })),
  manifestLine("one payout more", ["line_malformed"], ({ payouts }) => ({ payouts: payouts + 1n })),
  manifestLine("one payout fewer", ["line_malformed"], ({ payouts }) => ({ payouts: payouts - 1n })),
  manifestLine("a seal more", ["seal_missing"], ({ seal }) => ({ seal: seal + 1n })),
  manifestLine("a seal fewer", ["log_differs", "line_beyond"], ({ seal }) => ({ seal: seal - 1n })),
  manifestLine("no seals at all", ["period_wrong"], ({ previous }) => ({ seal: previous.seal })),
  manifestLine("seals that go backwards", ["seal_missing"], () => ({ seal: 0n })),
  manifestLine("another liabilities' root", ["liabilities_root_stated_differs"], () => ({
    liabilitiesRoot: zeros,
  })),
  manifestLine("fewer liabilities", ["liabilities_stated_differ"], (one) => ({
    liabilitiesMicros: one.liabilitiesMicros - 1n,
  })),
  manifestLine("periods that fall", ["period_wrong"], ({ periods }) => ({ periods: periods.toReversed() })),
  ...link("another digest before", ["previous_digest_differs"], ({ digest }) => ({
    digest: another(digest) as `0x${string}`,
  })),
  ...link("nothing before", ["previous_digest_differs"], () => ({ digest: zeros })),
  ...link("another log before", ["previous_log_differs"], ({ booksRoot }) => ({
    booksRoot: another(booksRoot) as `0x${string}`,
  })),
  ...link("another liabilities' root before", ["previous_liabilities_differ"], () => ({
    liabilitiesRoot: zeros,
  })),
  ...link("fewer liabilities before", ["previous_liabilities_differ"], (one) => ({
    liabilitiesMicros: one.liabilitiesMicros - 1n,
  })),
  ...link("an earlier block before", ["previous_block_differs"], ({ block }) => ({ block: block - 1n })),
  manifestLine("other subtrees before", ["previous_log_differs"], ({ previous }) => ({
    previous: { ...previous, log: [zeros] },
  })),
  manifestLine("an earlier seal before", ["previous_log_differs"], ({ previous }) => ({
    previous: { ...previous, seal: previous.seal - 1n },
  })),
  ...spelled("a space", (line) => line.replace(",", ", ")),
  ...spelled("a carriage return", (line) => `${line}\r`),
  ...spelled("a NUL", (line) => `${line.slice(0, 4)}\0${line.slice(4)}`),
  ...spelled("a leading zero", (line) => line.replace(/"(\d+)"/, '"0$1"')),
  ...spelled("a number instead of a text", (line) => line.replace(/"(\d+)"/, "$1")),
  ...spelled("an escaped letter", (line) => line.replace(/^\["(.)/, '["\\u0062')),
  ...spelled("nothing", () => ""),
  ...spelled("an object", () => "{}"),
  ...spelled("nested deep", () => `${"[".repeat(10_000)}${"]".repeat(10_000)}`),
  edited("large hex digits", "balance", ["line_malformed"], (line) => [
    line.replace(/[0-9a-f]{40}/, (hex) => `A${hex.slice(1)}`),
  ]),
  edited("an object for the list of lines", "event", ["line_malformed"], (line) => [
    line.replace(/\[\[.*/, "5]"),
  ]),
  raw("cut in the middle of a line", ["line_unfinished", "truncated"], (bytes, { roll }) =>
    bytes.subarray(0, bytes.length - 2 - roll(20)),
  ),
  raw("without its last line feed", ["line_unfinished"], (bytes) => bytes.subarray(0, -1)),
  raw("empty", ["not_a_batch"], () => Buffer.alloc(0)),
  raw("its first line alone", ["truncated"], (bytes) => bytes.subarray(0, bytes.indexOf(10) + 1)),
  raw("a line more", ["line_beyond"], (bytes) => Buffer.concat([bytes, Buffer.from("\n")])),
  raw("twice", ["line_beyond"], (bytes) => Buffer.concat([bytes, bytes])),
  raw("a byte order mark", ["not_a_batch"], (bytes) =>
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  ),
  raw("not UTF-8", ["not_utf8"], (bytes) => {
    const changed = Buffer.from(bytes);
    changed[bytes.indexOf('"granary"') + 2] = 0xff;
    return changed;
  }),
  raw("a line without end", ["line_too_long"], (bytes) =>
    Buffer.concat([bytes, Buffer.alloc(mostLineBytes + 1, "[")]),
  ),
  {
    name: "file: an old picture, from before the last epoch was proposed",
    reasons: ["block_too_old"],
    tell: ({ one }) => ({
      bytes: bytesOf(one.lines),
      against: {
        ...one,
        previous: one.previous && { ...one.previous, proposedBlock: one.manifest.block + 1n },
      },
    }),
  },
  {
    name: "file: the last epoch's again",
    reasons: ["epoch_replayed"],
    tell: ({ one, before }) => shown(one, before.lines),
  },
  {
    name: "file: the next epoch's already",
    reasons: ["epoch_future"],
    tell: ({ one, before }) => shown(before, one.lines),
  },
  proposed("another root of entries", ["entries_root_differs"], ({ entriesRoot }) => ({
    entriesRoot: another(entriesRoot) as `0x${string}`,
  })),
  proposed("another seal of entries", ["entries_seal_differs"], ({ entriesSeal }) => ({
    entriesSeal: another(entriesSeal) as `0x${string}`,
  })),
  proposed("another log", ["books_root_differs"], () => ({ booksRoot: zeros })),
  proposed("another liabilities' root", ["liabilities_root_stated_differs"], () => ({
    liabilitiesRoot: zeros,
  })),
  proposed("fewer liabilities", ["liabilities_stated_differ"], ({ liabilities }) => ({
    liabilities: liabilities - 1n,
  })),
  proposed("another number", ["epoch_replayed"], ({ number }) => ({ number: number + 1n })),

  fitted(
    "a customer's balance raised",
    ["closing_differs"],
    (forge) => (owedRow(forge).closingMicros += 1_000_000n),
  ),
  fitted(
    "a customer's balance lowered",
    ["closing_differs"],
    (forge) => (owedRow(forge).closingMicros -= 1n),
  ),
  fitted("a balance raised from its beginning", ["opening_differs"], (forge) => {
    const row = owedRow(forge);
    row.openingMicros += 1_000_000n;
    row.closingMicros += 1_000_000n;
  }),
  fitted("the bank's own balance raised from its beginning", ["opening_class_differs"], (forge) => {
    const row = owedRow(forge, false);
    row.openingMicros += 1_000_000n;
    row.closingMicros += 1_000_000n;
  }),
  fitted("one customer's money called another's", ["opening_differs"], ({ parts }) => {
    const [one, other] = parts.balances.filter(
      (row) => row.class === "dollar_deposit" && row.openingMicros !== 0n,
    ) as [AccountRow, AccountRow];
    for (const [row, micros] of [
      [one, 1n],
      [other, -1n],
    ] as const) {
      row.openingMicros += micros;
      row.closingMicros += micros;
    }
  }),
  fitted("a balance left out", ["balance_missing", "opening_differs", "opening_class_differs"], (forge) => {
    const row = owedRow(forge);
    forge.parts.balances.splice(forge.parts.balances.indexOf(row), 1);
  }),
  fitted("a balance left out that moved", ["balance_missing"], ({ of, parts }) => {
    const row = pick(
      of,
      parts.balances.filter(({ openingMicros, closingMicros }) => openingMicros !== closingMicros),
    );
    parts.balances.splice(parts.balances.indexOf(row), 1);
  }),
  fitted("a name in the last tree that was not there", ["opening_differs"], (forge) => {
    owedRow(forge).previousName = "ee".repeat(20);
  }),
  fitted("a deposit left out of the entries", ["closing_differs"], (forge) =>
    omitted(forge, "bring-dollars"),
  ),
  fitted("an issuance left out of the entries", ["closing_differs"], (forge) => omitted(forge, "issuance")),
  fitted("an issuance left out everywhere", ["chain_supply_differs"], (forge) =>
    book(forge.parts, omitted(forge, "issuance"), -1n),
  ),
  fitted("a fee left out everywhere", ["sources_differ_from_uses"], (forge) =>
    book(forge.parts, omitted(forge, "fee-collected"), -1n),
  ),
  fitted("a payout left out of the entries", ["tax_not_booked"], (forge) =>
    book(forge.parts, omitted(forge, "payout-with-withholding"), -1n),
  ),
  fitted("minted without backing", ["chain_supply_differs"], (forge) =>
    added(forge, "token_control", "wallet_mirror", 5_000_000n),
  ),
  fitted(
    "minted without backing, the supply stated as it was",
    ["supply_not_held"],
    (forge) => added(forge, "token_control", "wallet_mirror", 5_000_000n),
    ({ one }) => ({ manifest: (of) => ({ ...of, supplyMicros: one.manifest.supplyMicros }) }),
  ),
  fitted("a customer overdrawn", ["negative_balance"], (forge) =>
    added(forge, "dollar_deposit", "capital", "more than there is"),
  ),
  fitted("tokens that are nobody's", ["under_way_left"], (forge) => {
    const leaf = added(forge, "wallet_mirror", "fee_pot", 7n);
    const line = transfers(leaf)[0] as Transfer;
    const pot = forge.parts.balances.find(({ names }) => names.includes(line.credit.alias)) as AccountRow;
    pot.closingMicros -= 7n;
    const names = forge.parts.periods.map((period) => nameOf(period, 5_000));
    const seal = forge.parts.seals.find(({ leaves }) => leaves.includes(leaf)) as SpecimenSeal;
    line.credit = {
      class: "chain_clearing",
      alias: names[forge.parts.periods.indexOf(seal.header.period)] as string,
    };
    forge.parts.balances.push({
      asset: "TOKEN",
      class: "chain_clearing",
      names,
      previousName: "",
      openingMicros: 0n,
      closingMicros: 7n,
    });
    forge.parts.balances.sort(byLastName);
  }),
  fitted("an entry on one side only", ["closing_differs"], (forge) => {
    const leaf = added(forge, "cash", "capital", 5n);
    const row = forge.parts.balances.find(({ names }) =>
      names.includes(transfers(leaf)[0]?.credit.alias ?? ""),
    ) as AccountRow;
    row.closingMicros -= 5n;
  }),
  fitted("too little tax paid", ["tax_differs"], ({ parts, of }) => {
    const row = pick(of, parts.payouts);
    row.federalMicros -= 1n;
  }),
  fitted("a lower class of tax", ["payout_differs"], ({ parts, of }) => {
    const at = of.roll(parts.payouts.length);
    parts.payouts[at] = taxed({ ...(parts.payouts[at] as PayoutRow), rateClass: 0x140000n });
  }),
  fitted("a payout left out, the others renumbered", ["payout_differs"], ({ parts }) => {
    parts.payouts.shift();
    for (const row of parts.payouts) row.id -= 1n;
  }),
  fitted("a payout left out at the end", ["payout_differs"], ({ parts }) => parts.payouts.pop()),
  fitted("a payout nobody got", ["payout_differs"], ({ parts }) => {
    const last = parts.payouts.at(-1) as PayoutRow;
    parts.payouts.push(taxed({ id: last.id + 1n, baseMicros: 5_000n, rateClass: 0x2c0a02n }));
  }),
  fitted("payouts in another order", ["payout_out_of_order"], ({ parts }) => parts.payouts.reverse()),
  fittedManifest("more tax stated than withheld", ["withheld_differs"], ({ withheld }) => ({
    withheld: { ...withheld, stateMicros: withheld.stateMicros + 1n },
  })),
  fittedManifest("a class's sum", ["class_total_differs"], ({ classes }) => ({
    classes: classes.map((one) =>
      one.class === "capital" ? { ...one, creditsMicros: one.creditsMicros + 1n } : one,
    ),
  })),
  fittedManifest("a class left out", ["class_total_differs"], ({ classes }) => ({
    classes: classes.slice(1),
  })),
  fittedManifest("classes in another order", ["class_total_differs"], ({ classes }) => ({
    classes: classes.toReversed(),
  })),
  fittedManifest("a class's number of accounts", ["class_total_differs"], ({ classes }) => ({
    classes: classes.map((one) => ({ ...one, accounts: one.accounts + 1n })),
  })),
  fittedManifest("more backing than there is", ["reserves_differ"], ({ reserves }) => ({
    reserves: reserves.map((one) => ({ ...one, marketMicros: one.marketMicros + 1n })),
  })),
  fittedManifest("a reserve left out", ["reserves_differ"], ({ reserves }) => ({
    reserves: reserves.slice(1),
  })),
  fittedManifest("a fee left out", ["fees_differ"], ({ fees }) => ({ fees: fees.slice(1) })),
  fittedManifest("more fees", ["fees_differ"], ({ fees }) => ({
    fees: fees.map((one) => ({ ...one, amountMicros: one.amountMicros + 1n })),
  })),
  fittedManifest("more rewards", ["rewards_differ"], ({ rewardsMicros }) => ({
    rewardsMicros: rewardsMicros + 1n,
  })),
  fittedManifest("another supply", ["chain_supply_differs"], ({ supplyMicros }) => ({
    supplyMicros: supplyMicros + 1n,
  })),
  fittedManifest("fewer liabilities", ["liabilities_differ"], (one) => ({
    liabilitiesMicros: one.liabilitiesMicros - 1n,
  })),
  fittedManifest("another liabilities' root", ["liabilities_root_differs"], () => ({
    liabilitiesRoot: zeros,
  })),
  fittedManifest("another log", ["log_differs"], ({ booksRoot }) => ({
    booksRoot: another(booksRoot) as `0x${string}`,
  })),
  fittedManifest("another block hash", ["block_hash_differs"], () => ({ blockHash: zeros })),
  fittedManifest("another chain", ["wrong_chain"], () => ({ chainId: 5n })),
  fittedManifest("another contract", ["wrong_chain"], () => ({ epochManager: `0x${"cd".repeat(20)}` })),
  fittedManifest("one period too many", ["period_wrong"], ({ periods }) => ({ periods: [...periods, 99n] })),
  {
    name: "made to fit: an epoch that was already",
    reasons: ["epoch_replayed"],
    tell({ one }) {
      const settled = settle({ ...one.parts, number: one.parts.number - 1n });
      return { bytes: bytesOf(settled.lines), against: one };
    },
  },
  {
    name: "made to fit: an epoch that is to come",
    reasons: ["epoch_future"],
    tell({ one }) {
      const settled = settle({ ...one.parts, number: one.parts.number + 7n });
      return { bytes: bytesOf(settled.lines), against: one };
    },
  },
  fittedHeader("a gap between two seals", ["seal_broken"], (one) => {
    one.fromXact += 1n;
  }),
  fittedHeader("a seal of nothing", ["seal_broken", "leaf_outside_range"], (one) => {
    one.toXact = one.fromXact;
  }),
  fittedHeader("a seal of another bank", ["wrong_bank"], (one) => {
    one.bankId = "other";
  }),
  fittedHeader("a seal's number", ["seal_missing"], (one) => {
    one.number += 1n;
  }),
  fittedHeader("a seal's period", ["period_wrong", "closing_differs"], (one) => {
    one.period -= 1n;
  }),
  fitted("a seal left out", ["seal_missing"], ({ parts, of }) =>
    parts.seals.splice(of.roll(parts.seals.length - 1), 1),
  ),
  fitted("seals in another order", ["seal_missing"], ({ parts }) => parts.seals.reverse()),
  fitted("a leaf in the next transaction's place", ["leaf_out_of_order"], (forge) => {
    const [seal] = event(forge);
    const [one, other] = seal.leaves as [SpecimenSeal["leaves"][number], SpecimenSeal["leaves"][number]];
    seal.leaves.splice(0, 2, other, one);
  }),
  fitted("a leaf from before the seal", ["leaf_outside_range"], ({ parts, of }) => {
    const { leaves, header: of1 } = pick(of, parts.seals);
    (leaves[0] as EventLeaf).xact = of1.fromXact - 1n;
  }),
  fittedEvent("an event without lines", ["event_empty"], (leaf) => {
    leaf.lines = [];
  }),
  fittedEvent("a line left out of an event", ["event_incomplete"], (leaf) => {
    (leaf.lines[0] as Transfer).seq = 2n;
  }),
  fittedEvent("one account on both sides", ["same_account_twice"], (leaf) => {
    const line = transfers(leaf)[0] as Transfer;
    line.credit = line.debit;
  }),
  fittedEvent("a class that is none", ["class_unknown", "account_in_two_classes"], (leaf) => {
    (transfers(leaf)[0] as Transfer).debit.class = "slush_fund";
  }),
  fittedEvent("an account called another class", ["account_in_two_classes"], (leaf) => {
    const line = transfers(leaf)[0] as Transfer;
    line.debit.class = line.asset === "USD" ? "tax_payable" : "custodial_token";
  }),
  fittedEvent("dollars moved to a token account", ["asset_differs"], (leaf) => {
    const line = transfers(leaf)[0] as Transfer;
    line.asset = line.asset === "USD" ? "TOKEN" : "USD";
  }),
  fittedEvent("an asset that is none", ["asset_differs"], (leaf) => {
    (transfers(leaf)[0] as Transfer).asset = "GOLD";
  }),
  fittedEvent("a larger amount", ["closing_differs"], (leaf) => {
    (transfers(leaf)[0] as Transfer).amountMicros += 1n;
  }),
  fittedEvent(
    "money sent to another",
    ["closing_differs", "balance_missing", "account_in_two_classes"],
    (leaf, { parts }) => {
      const line = transfers(leaf)[0] as Transfer;
      line.credit.alias = nameOf(parts.periods[0] as bigint, 7_777);
    },
  ),
  fitted("an event twice", ["event_twice"], (forge) => {
    const [, leaf] = event(forge, "bring-dollars");
    const twin = added(forge, "cash", "capital", 3n);
    twin.id = leaf.id;
  }),
  fitted("a hold posted twice", ["hold_end_wrong"], ({ parts }) => {
    const [, leaf] = events(parts, "issuance")[0] as [SpecimenSeal, EventLeaf];
    const [, other] = events(parts, "issuance")[1] as [SpecimenSeal, EventLeaf];
    const [one, two] = [leaf, other].map(
      ({ lines }) => lines.find((line) => line.kind === "end") as HoldEnd,
    ) as [HoldEnd, HoldEnd];
    two.hold = one.hold;
  }),
  fitted("a hold posted by no transfer", ["hold_end_wrong"], (forge) => {
    const [, leaf] = event(forge, "issuance");
    (leaf.lines.find((line) => line.kind === "end") as HoldEnd).transferSeq = 99n;
  }),
  fitted("a hold given back by a transfer", ["hold_end_wrong"], (forge) => {
    const [, leaf] = event(forge, "issuance");
    (leaf.lines.find((line) => line.kind === "end") as HoldEnd).outcome = "void";
  }),
  fitted("a hold's number twice", ["hold_twice"], ({ parts }) => {
    const [one, two] = events(parts, "conversion-requested").map(([, leaf]) => leaf.lines[0] as Hold) as [
      Hold,
      Hold,
    ];
    two.id = one.id;
  }),
  fitted("a refund of nothing", ["refund_of_nothing"], (forge) => {
    event(forge, "refund")[1].corrects = undefined;
  }),
  fitted("a refund of what comes later", ["refund_of_nothing"], (forge) => {
    const [, leaf] = event(forge, "refund");
    leaf.corrects = leaf.id + 1n;
  }),
  fitted("a refund left out", ["closing_differs"], (forge) => omitted(forge, "refund")),
  fitted("a line for an account that has nothing", ["balance_idle"], ({ parts }) => {
    parts.balances.push({
      asset: "USD",
      class: "dollar_deposit",
      names: parts.periods.map((period) => nameOf(period, 6_000)),
      previousName: "",
      openingMicros: 0n,
      closingMicros: 0n,
    });
    parts.balances.sort(byLastName);
  }),
  fitted("a balance twice", ["balance_twice"], (forge) => {
    const row = owedRow(forge);
    forge.parts.balances.splice(forge.parts.balances.indexOf(row), 0, { ...row });
  }),
  fitted("balances in another order", ["balance_out_of_order"], ({ parts }) => parts.balances.reverse()),
  fitted("a customer called the bank's own", ["account_in_two_classes", "opening_differs"], (forge) => {
    const row = forge.parts.balances.find(
      (one) => one.class === "dollar_deposit" && one.openingMicros !== 0n,
    ) as AccountRow;
    row.class = "capital";
  }),
  fitted("an entry changed in the tree alone", ["entries_root_differs"], () => undefined, {
    entry(leaf) {
      const changed = Buffer.from(leaf);
      changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
      return changed;
    },
  }),
  fitted(
    "the digest of other entries",
    ["entries_seal_differs"],
    () => undefined,
    ({ before }) => ({
      proposal: (one) => ({ ...one, entriesSeal: before.proposal.entriesSeal }),
    }),
  ),
];
