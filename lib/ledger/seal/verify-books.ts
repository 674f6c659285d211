import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import type { Db, Executor } from "@/db/client";
import { chartOfAccounts } from "@/lib/ledger/chart-of-accounts";
import { anchorFile, hasAnchor, setAsideFiles } from "@/lib/ledger/seal/anchor";
import {
  type ChainHeads,
  type ChainReport,
  compareWithChain,
  type SetAside,
} from "@/lib/ledger/seal/chain-heads";
import {
  type AnchoredHead,
  aliasOf,
  blindOf,
  chunkLeaves,
  commitmentOf,
  type EventLine,
  encodeAudit,
  encodeHeader,
  encodeLeaf,
  encodePrivate,
  fromHex,
  type HoldEnd,
  hashOfLine,
  type Leaf,
  type NamedAccount,
  rankOf,
  saltHashOf,
  sha256,
  toHex,
} from "@/lib/ledger/seal/format";
import { nodeHash, rootOf } from "@/lib/ledger/seal/merkle";
import { sealCount } from "@/lib/ledger/seal/queries";
import { readAnchor } from "@/lib/ledger/seal/verify-batch";

export type BooksFinding = {
  code:
    | "anchor_missing"
    | "anchor_broken"
    | "anchor_differs"
    | "anchor_behind"
    | "tail_cut"
    | "chain_differs"
    | "chain_ahead"
    | "seal_missing"
    | "log_differs"
    | "batch_differs"
    | "chunk_differs"
    | "salt_differs"
    | "event_broken"
    | "transfer_lost"
    | "account_differs"
    | "total_differs"
    | "hold_differs"
    | "checkpoint_differs"
    | "checkpoint_lost"
    | "tide_differs"
    | "class_differs"
    | "assets_uneven"
    | "guard_off"
    | "rule_broken";
  what: string;
};

export type Anchor = { heads: Map<bigint, AnchoredHead>; findings: string[] };

export type BooksReport = {
  ok: boolean;
  seals: bigint;
  head: string | undefined;
  anchored: bigint;
  events: number;
  transfers: number;
  accounts: number;
  /** rows of the audit */
  audits: number;
  /** events written, and not yet sealed */
  waiting: number;
  chain: ChainReport;
  findings: BooksFinding[];
};

/** What stands outside the database and knows of the heads. */
export interface Outside {
  before: Anchor | undefined;
  after: () => Anchor | undefined | Promise<Anchor | undefined>;
  /** read before the snapshot, so that every head in it had been committed */
  chain?: ChainHeads;
  setAside?: () => SetAside[];
}

/** Findings told of one code; the count is whole. */
const enough = 20;
const atOnce = 5_000;

/** Rows of a query that may be long, some thousands at a time. */
async function* rowsOf<T extends Record<string, unknown>>(tx: Executor, query: ReturnType<typeof sql>) {
  await tx.execute(sql`DECLARE seal_rows NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const { rows } = await tx.execute<T>(sql.raw(`FETCH ${atOnce} FROM seal_rows`));
    yield* rows;
    if (rows.length < atOnce) break;
  }
  await tx.execute(sql`CLOSE seal_rows`);
}

const instant = (column: string) =>
  sql.raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);

type SealRow = {
  number: bigint;
  fromXact: bigint;
  toXact: bigint;
  leafCount: bigint;
  root: string;
  salt: Uint8Array | undefined;
};

/**
 * Recomputes everything from what stands in the tables, with this code's own arithmetic and none of the database's
 * functions, and holds it against the heads anchored outside, `before` as they were before the snapshot, `after` since, and
 * against those that validators signed on the chain.
 * Needs one snapshot: a repeatable read transaction.
 */
export async function verifyBooks(tx: Executor, outside: Outside): Promise<BooksReport> {
  const findings: BooksFinding[] = [];
  const told = new Map<string, number>();
  const find = (code: BooksFinding["code"], what: string) => {
    const n = (told.get(code) ?? 0) + 1;
    told.set(code, n);
    if (n <= enough) findings.push({ code, what });
  };
  await tx.execute(sql`SET LOCAL timezone = 'UTC'`);
  await tx.execute(sql`SET LOCAL search_path = pg_catalog`);

  const seals = await checkLog(tx, outside, find);
  const accounts = await readAccounts(tx, find);
  const leaves = await checkLeaves(tx, { seals: seals.rows, accounts, find });
  await checkAccounts(tx, { accounts, find });
  await checkTide(tx, find);
  await checkClasses(tx, find);
  await checkGuards(tx, find);
  for (const [code, n] of told) if (n > enough) findings.push({ code: code as never, what: `${n} in all` });
  return {
    ok: findings.length === 0,
    seals: BigInt(seals.rows.length),
    head: seals.head,
    anchored: seals.anchored,
    ...leaves,
    accounts: accounts.size,
    chain: seals.chain,
    findings,
  };
}

/** How long a head that was just committed may take to its line in the anchor file. */
const anchorPatienceMs = 10_000;

/** The same for a bank that goes on working meanwhile. */
export async function verifyAnchoredBooks(
  db: Db,
  folder: string,
  chain: ChainHeads = { silent: "the chain was not asked" },
): Promise<BooksReport> {
  const read = () => (hasAnchor(folder) ? readAnchor(readFileSync(anchorFile(folder), "utf8")) : undefined);
  const before = read();
  return db.transaction(
    async (tx) => {
      await tx.execute(sql`SET LOCAL statement_timeout = '60min'`);
      const seals = await sealCount(tx);
      return verifyBooks(tx, {
        before,
        chain,
        setAside: () => setAsideFiles(folder),
        async after() {
          const until = performance.now() + anchorPatienceMs;
          for (;;) {
            const since = read();
            if (!since || since.heads.size >= seals || performance.now() > until) return since;
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        },
      });
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

type Find = (code: BooksFinding["code"], what: string) => void;

/** Numbers, ranges, headers, subtrees and heads of the log, and the anchored heads beside them. */
async function checkLog(
  tx: Executor,
  outside: Outside,
  find: Find,
): Promise<{ rows: SealRow[]; head: string | undefined; anchored: bigint; chain: ChainReport }> {
  const salts = new Map<string, Uint8Array>();
  const { rows: salted } = await tx.execute<{ period: string; salt: string }>(
    sql`SELECT period::text, encode(salt, 'hex') AS salt FROM ledger.seal_salt`,
  );
  for (const { period, salt } of salted) salts.set(period, fromHex(salt));
  const { rows: banks } = await tx.execute<{ bank: string }>(
    sql`SELECT bank_id AS bank FROM bank.installation`,
  );
  const seals: SealRow[] = [];
  const heads: AnchoredHead[] = [];
  const used = new Set<string>();
  const peaks: { level: number; hash: Uint8Array }[] = [];
  let before: { number: bigint; toXact: bigint; period: bigint } = { number: 0n, toXact: 0n, period: 0n };
  for await (const row of rowsOf<Record<string, string>>(
    tx,
    sql`SELECT number::text, period::text, from_xact::text, to_xact::text, leaf_count::text,
               encode(root, 'hex') AS root, ${instant("sealed_at")} AS sealed_at,
               encode(nodes, 'hex') AS nodes, encode(head, 'hex') AS head
        FROM ledger.seal ORDER BY seal.number`,
  )) {
    const of = row as Record<"number" | "period" | "from_xact" | "to_xact" | "leaf_count", string> &
      Record<"root" | "sealed_at" | "nodes" | "head", string>;
    const [number, fromXact, toXact] = [BigInt(of.number), BigInt(of.from_xact), BigInt(of.to_xact)];
    const period = BigInt(of.period);
    if (number !== before.number + 1n) find("seal_missing", `no seal between ${before.number} and ${number}`);
    if (fromXact !== before.toXact || toXact <= fromXact || period < before.period)
      find("log_differs", `seal ${number} does not go on where the one before it ended`);
    before = { number, toXact, period };
    const salt = salts.get(of.period);
    used.add(of.period);
    if (!salt) find("salt_differs", `the salt of period ${of.period} is gone`);
    const leaf = hashOfLine(
      encodeHeader({
        bankId: banks[0]?.bank ?? "",
        number,
        period,
        saltHash: saltHashOf(salt ?? new Uint8Array()),
        fromXact,
        toXact,
        leafCount: BigInt(of.leaf_count),
        root: of.root,
        sealedAt: of.sealed_at,
      }),
    );
    const nodes = [leaf];
    let last = { level: 0, hash: leaf };
    for (let left = peaks.at(-1); left?.level === last.level; left = peaks.at(-1)) {
      peaks.pop();
      last = { level: last.level + 1, hash: nodeHash(sha256, left.hash, last.hash) };
      nodes.push(last.hash);
    }
    peaks.push(last);
    const head = toHex(
      peaks.map(({ hash }) => hash).reduceRight((right, left) => nodeHash(sha256, left, right)),
    );
    if (of.head !== head || of.nodes !== nodes.map(toHex).join(""))
      find("log_differs", `seal ${number} has another head than its batches give`);
    heads.push({ number, head, leaf: toHex(leaf) });
    seals.push({ number, fromXact, toXact, leafCount: BigInt(of.leaf_count), root: of.root, salt });
  }
  for (const period of salts.keys())
    if (!used.has(period))
      find("salt_differs", `there is a salt for period ${period}, in which nothing was sealed`);

  const since = await outside.after();
  const { report: chain, findings } = compareWithChain(
    outside.chain ?? { silent: "the chain was not asked" },
    {
      heads,
      anchored: since?.heads ?? new Map(),
      setAside: outside.setAside ?? (() => []),
    },
  );
  for (const { code, what } of findings) find(code, what);
  const log = { rows: seals, head: heads.at(-1)?.head, anchored: BigInt(since?.heads.size ?? 0), chain };
  if (!since) {
    if (seals.length > 0) find("anchor_missing", "there is no anchor file beside sealed books");
    return log;
  }
  for (const what of since.findings) find("anchor_broken", what);
  for (const own of heads) {
    const kept = since.heads.get(own.number);
    if (!kept) find("anchor_behind", `seal ${own.number} is not in the anchor file`);
    else if (kept.head !== own.head || kept.leaf !== own.leaf)
      find("anchor_differs", `seal ${own.number} was anchored with another head`);
  }
  const cut = BigInt(outside.before?.heads.size ?? 0) - before.number;
  if (cut > 0n)
    find("tail_cut", `the last ${cut} anchored seals, from ${before.number + 1n} on, are not in the books`);
  return log;
}

type Totals = { class: string; asset: string; debits: bigint; credits: bigint };

async function readAccounts(tx: Executor, find: Find): Promise<Map<string, Totals>> {
  const accounts = new Map<string, Totals>();
  for await (const row of rowsOf<{ id: string; class: string; asset: string }>(
    tx,
    sql`SELECT id::text, class, asset FROM ledger.account`,
  )) {
    // a row counts once, whatever became of the index that says so
    if (accounts.has(row.id)) find("account_differs", `two accounts have the number ${row.id}`);
    accounts.set(row.id, { class: row.class, asset: row.asset, debits: 0n, credits: 0n });
  }
  return accounts;
}

type Entry = Record<
  | "id"
  | "xact"
  | "kind"
  | "effective"
  | "recorded"
  | "key"
  | "subject"
  | "actor"
  | "request"
  | "hash"
  | "detail"
  | "corrects"
  | "announced",
  string
> & { rank: number; is_refund: boolean; lines: string | null };

/** Every leaf hashed anew, chunk by chunk and batch by batch; every event complete; every total summed. */
async function checkLeaves(
  tx: Executor,
  { seals, accounts, find }: { seals: SealRow[]; accounts: Map<string, Totals>; find: Find },
): Promise<Pick<BooksReport, "events" | "transfers" | "audits" | "waiting">> {
  const chunks = new Map<string, string>();
  const { rows: kept } = await tx.execute<Record<string, string>>(sql`
    SELECT seal || ' ' || place AS name,
           leaf_count || ' ' || encode(root, 'hex') || ' ' || first_xact || ' ' || first_rank || ' ' || first_id AS content
    FROM ledger.seal_chunk`);
  for (const row of kept) chunks.set(row.name as string, row.content as string);

  let [events, transfers, audits, parts, waiting, at] = [0, 0, 0, 0, 0, 0];
  let hashes: Uint8Array[] = [];
  let roots: Uint8Array[] = [];
  let first = "";
  let count = 0n;
  const aliases = new Map<string, NamedAccount>();

  const endChunk = (seal: SealRow) => {
    if (hashes.length === 0) return;
    const root = rootOf(sha256, hashes);
    const name = `${seal.number} ${roots.length}`;
    if (chunks.get(name) !== `${hashes.length} ${toHex(root)} ${first}`)
      find(
        "chunk_differs",
        `leaves ${roots.length * chunkLeaves} and on of seal ${seal.number} are not as sealed`,
      );
    chunks.delete(name);
    roots.push(root);
    hashes = [];
  };
  const endSeal = (seal: SealRow) => {
    endChunk(seal);
    if (count !== seal.leafCount || toHex(rootOf(sha256, roots)) !== seal.root)
      find("batch_differs", `seal ${seal.number}: its entries are not those that were sealed`);
    roots = [];
    count = 0n;
    if (seals[at]?.salt !== seal.salt) aliases.clear();
  };
  const named = (salt: Uint8Array, id: string): NamedAccount => {
    const known = aliases.get(id);
    if (known) return known;
    const made = { class: accounts.get(id)?.class ?? "", alias: aliasOf(salt, BigInt(id)) };
    aliases.set(id, made);
    return made;
  };

  for await (const row of rowsOf<Entry>(
    tx,
    sql`SELECT 1 AS rank, e.id::text, e.xact_id::text AS xact, e.kind, ${instant("e.effective_at")} AS effective,
          ${instant("e.recorded_at")} AS recorded, e.key, e.subject, e.actor, e.request_id AS request,
          encode(e.payload_hash, 'hex') AS hash, e.detail::text AS detail, coalesce(e.corrects::text, '') AS corrects,
          e.is_refund, concat_ws(' ', e.transfer_count, e.pending_count, e.resolution_count) AS announced, moved.lines,
          e.xact_id AS by_xact, e.id AS by_id
        FROM ledger.event e LEFT JOIN (
          SELECT event_id, string_agg(line, ',' ORDER BY part, seq) AS lines FROM (
            SELECT event_id, 1 AS part, seq,
              concat_ws(' ', 'transfer', seq, asset, amount_micros, debit_account, credit_account) AS line
            FROM ledger.transfer
            UNION ALL
            SELECT event_id, 2, seq, concat_ws(' ', 'hold', seq, asset, amount_micros, debit_account, credit_account, id,
              ${instant("expires_at")}) FROM ledger.pending
            UNION ALL
            SELECT event_id, 3, seq, concat_ws(' ', 'end', seq, pending_id, kind, transfer_seq) FROM ledger.resolution
          ) written GROUP BY event_id) moved ON moved.event_id = e.id
        UNION ALL
        SELECT 0, h.id::text, h.xact_id::text, h.account_id::text, '', '', '', h.standing ->> 'bank_id',
          h.standing ->> 'subsidiary_id', h.standing ->> 'state_code', '', h.standing::text, '', false, '', NULL,
          h.xact_id, h.id
        FROM ledger.account_history h
        UNION ALL
        SELECT 2, r.id::text, r.xact_id::text, r.command, ${instant("r.at")}, ${instant("r.written_at")}, r.permission,
          r.subject, r.actor, r.request_id, '', r.detail::text, '', false, '', NULL, r.xact_id, r.id
        FROM bank.audit_row r
        ORDER BY by_xact, rank, by_id`,
  )) {
    const isEvent = row.rank === rankOf.event;
    const lines = isEvent ? linesOf(row, { accounts, find }) : [];
    if (isEvent) events += 1;
    if (row.rank === rankOf.audit) audits += 1;
    transfers += lines.filter(({ kind }) => kind === "transfer").length;
    parts += lines.length;
    const xact = BigInt(row.xact);
    while (at < seals.length && xact >= (seals[at] as SealRow).toXact) endSeal(seals[at++] as SealRow);
    const seal = seals[at];
    if (!seal) {
      if (isEvent) waiting += 1;
      continue;
    }
    const salt = seal.salt ?? new Uint8Array();
    if (hashes.length === 0) first = `${row.xact} ${row.rank} ${row.id}`;
    hashes.push(hashOfLine(encodeLeaf(leafOf(row, { salt, lines, named: (id) => named(salt, id) }))));
    count += 1n;
    if (hashes.length === chunkLeaves) endChunk(seal);
  }
  while (at < seals.length) endSeal(seals[at++] as SealRow);
  for (const name of chunks.keys()) find("chunk_differs", `chunk ${name} holds nothing`);
  const { rows } = await tx.execute<{ n: number }>(sql`
    SELECT (SELECT count(*) FROM ledger.transfer)::int + (SELECT count(*) FROM ledger.pending)::int
      + (SELECT count(*) FROM ledger.resolution)::int AS n`);
  if (rows[0]?.n !== parts) find("transfer_lost", `${(rows[0]?.n ?? 0) - parts} lines are of no event`);
  return { events, transfers, audits, waiting };
}

type Part =
  | {
      kind: "transfer" | "hold";
      seq: string;
      asset: string;
      amountMicros: bigint;
      debit: string;
      credit: string;
      id: string;
      expiresAt: string;
    }
  | { kind: "end"; seq: string; hold: string; outcome: string; transferSeq: string };

const amountOf = (digits = ""): bigint => BigInt(/^\d+$/.test(digits) ? digits : 0);

function partOf(text: string): Part {
  const [kind = "", seq = "", ...rest] = text.split(" ");
  if (kind === "end") {
    const [hold = "", outcome = "", transferSeq = ""] = rest;
    return { kind, seq, hold, outcome, transferSeq };
  }
  const [asset = "", amount = "", debit = "", credit = "", id = "", expiresAt = ""] = rest;
  const moved = { seq, asset, amountMicros: amountOf(amount), debit, credit, id, expiresAt };
  return { kind: kind === "hold" ? "hold" : "transfer", ...moved };
}

function linesOf(row: Entry, { accounts, find }: { accounts: Map<string, Totals>; find: Find }): Part[] {
  const parts = row.lines?.split(",").map(partOf) ?? [];
  const counted = (["transfer", "hold", "end"] as const).map((kind) => {
    const own = parts.filter((part) => part.kind === kind);
    return own.every(({ seq }, place) => seq === String(place + 1)) ? own.length : -1;
  });
  if (counted.join(" ") !== row.announced || parts.length === 0)
    find("event_broken", `event ${row.id} is not made of what it announced`);
  for (const part of parts) {
    if (part.kind === "end") continue;
    const { debit, credit, asset, amountMicros } = part;
    const [from, to] = [accounts.get(debit), accounts.get(credit)];
    if (!from || !to || from === to || from.asset !== asset || to.asset !== asset || amountMicros <= 0n)
      find("event_broken", `event ${row.id} has a ${part.kind} that cannot be`);
    if (part.kind === "hold") continue;
    if (from) from.debits += amountMicros;
    if (to) to.credits += amountMicros;
  }
  return parts;
}

function eventLine(part: Part, named: (id: string) => NamedAccount): EventLine {
  const seq = amountOf(part.seq);
  if (part.kind === "end")
    return {
      kind: "end",
      seq,
      hold: amountOf(part.hold),
      outcome: part.outcome as HoldEnd["outcome"],
      transferSeq: part.transferSeq === "" ? undefined : amountOf(part.transferSeq),
    };
  const { asset, amountMicros } = part;
  const moved = { seq, asset, amountMicros, debit: named(part.debit), credit: named(part.credit) };
  return part.kind === "transfer"
    ? { kind: "transfer", ...moved }
    : { kind: "hold", ...moved, id: amountOf(part.id), expiresAt: part.expiresAt };
}

function leafOf(
  row: Entry,
  { salt, lines, named }: { salt: Uint8Array; lines: Part[]; named: (id: string) => NamedAccount },
): Leaf {
  const [id, xact] = [BigInt(row.id), BigInt(row.xact)];
  if (row.rank === rankOf.audit)
    return {
      kind: "audit",
      id,
      xact,
      commitment: commitmentOf(
        blindOf(salt, "audit", id),
        encodeAudit({
          at: row.effective,
          writtenAt: row.recorded,
          actor: row.actor,
          requestId: row.request,
          command: row.kind,
          permission: row.key,
          subject: row.subject,
          detail: row.detail,
        }),
      ),
    };
  if (row.rank === rankOf.account)
    return {
      kind: "account",
      id,
      xact,
      account: named(row.kind),
      bankId: row.subject,
      subsidiaryId: row.actor,
      stateCode: row.request,
      commitment: commitmentOf(blindOf(salt, "account", id), row.detail),
    };
  return {
    kind: "event",
    id,
    xact,
    event: row.kind,
    effectiveAt: row.effective,
    recordedAt: row.recorded,
    corrects: row.corrects === "" ? undefined : BigInt(row.corrects),
    isRefund: row.is_refund,
    commitment: commitmentOf(
      blindOf(salt, "event", id),
      encodePrivate({
        key: row.key,
        subject: row.subject,
        actor: row.actor,
        requestId: row.request,
        payloadHash: row.hash,
        detail: row.detail,
      }),
    ),
    lines: lines.map((part) => eventLine(part, named)),
  };
}

type Kind = (typeof chartOfAccounts)[keyof typeof chartOfAccounts];
const chart = new Map<string, Kind>(Object.entries(chartOfAccounts));

/**
 * A customer's totals and holds are what the transfers and holds sum to, the bank's own rows carry none; standing is what
 * was last sealed; nobody is below zero.
 */
async function checkAccounts(
  tx: Executor,
  { accounts, find }: { accounts: Map<string, Totals>; find: Find },
): Promise<void> {
  const sums = new Map<string, bigint>();
  type Row = Record<
    "id" | "class" | "asset" | "side" | "debits" | "credits" | "held" | "open" | "listed",
    string
  > &
    Record<"is_clearing" | "is_customer" | "is_mirror" | "is_standing", boolean | null>;
  for await (const row of rowsOf<Row>(
    tx,
    sql`SELECT a.id::text, a.class, a.asset, a.side, a.is_clearing, a.is_customer, a.is_mirror,
               a.debits_micros::text AS debits, a.credits_micros::text AS credits, a.held_micros::text AS held,
               coalesce(open.micros, 0)::text AS open, coalesce(listed.micros, 0)::text AS listed,
               to_jsonb(a) @> last.standing
                 AND (last.standing - 'debits_micros' - 'credits_micros' - 'held_micros') = last.standing AS is_standing
        FROM ledger.account a LEFT JOIN LATERAL (
          SELECT standing FROM ledger.account_history h WHERE h.account_id = a.id ORDER BY h.id DESC LIMIT 1) last ON true
        LEFT JOIN (
          SELECT p.debit_account, sum(p.amount_micros) AS micros FROM ledger.pending p
          WHERE NOT EXISTS (SELECT FROM ledger.resolution r WHERE r.pending_id = p.id) GROUP BY p.debit_account
        ) open ON open.debit_account = a.id
        LEFT JOIN (SELECT account_id, sum(amount_micros) AS micros FROM ledger.open_hold GROUP BY account_id) listed
          ON listed.account_id = a.id`,
  )) {
    const own = accounts.get(row.id) ?? { debits: 0n, credits: 0n };
    const kind = chart.get(row.class);
    const held = BigInt(row.held);
    const [debits, credits] = row.is_customer ? [own.debits, own.credits] : [0n, 0n];
    if (BigInt(row.debits) !== debits || BigInt(row.credits) !== credits)
      find("total_differs", `account ${row.id} does not equal its transfers`);
    if (held !== BigInt(row.open) || held !== BigInt(row.listed))
      find("hold_differs", `account ${row.id} does not hold back what its holds say`);
    if (!row.is_standing) find("account_differs", `account ${row.id} is not what its history says`);
    if (
      kind?.asset !== row.asset ||
      kind.side !== row.side ||
      kind.isClearing !== row.is_clearing ||
      kind.isCustomer !== row.is_customer ||
      kind.isMirror !== row.is_mirror
    )
      find("account_differs", `account ${row.id} is not of its class`);
    const balance = row.side === "credit" ? own.credits - own.debits : own.debits - own.credits;
    if (balance < held && !kind?.isClearing) find("total_differs", `account ${row.id} is below zero`);
    sums.set(row.asset, (sums.get(row.asset) ?? 0n) + own.debits - own.credits);
  }
  for (const [asset, sum] of sums) if (sum !== 0n) find("assets_uneven", `${asset} does not sum to zero`);
  const { rows } = await tx.execute<{
    code: "account_differs" | "hold_differs" | "checkpoint_differs";
    what: string;
  }>(sql`
    SELECT 'account_differs' AS code, 'an entry is of account ' || account_id || ', which is gone' AS what
    FROM ledger.account_history h WHERE NOT EXISTS (SELECT FROM ledger.account a WHERE a.id = h.account_id)
    UNION ALL
    SELECT 'hold_differs', 'hold ' || pending_id || ' is not listed as it stands' FROM (
      SELECT p.id AS pending_id, p.debit_account, p.amount_micros::numeric, p.expires_at FROM ledger.pending p
      WHERE NOT EXISTS (SELECT FROM ledger.resolution r WHERE r.pending_id = p.id)
      EXCEPT SELECT pending_id, account_id, amount_micros::numeric, expires_at FROM ledger.open_hold) hold
    UNION ALL
    SELECT 'hold_differs', 'hold ' || pending_id || ' is ended or was never made, and listed' FROM (
      SELECT pending_id, account_id, amount_micros::numeric, expires_at FROM ledger.open_hold
      EXCEPT SELECT p.id, p.debit_account, p.amount_micros::numeric, p.expires_at FROM ledger.pending p
      WHERE NOT EXISTS (SELECT FROM ledger.resolution r WHERE r.pending_id = p.id)) hold
    UNION ALL
    ${checkpoints}`);
  for (const { code, what } of rows) find(code, what);
}

/** Each checkpoint against the one before it and the legs between the two. */
const checkpoints = sql`
  SELECT 'checkpoint_differs', 'the checkpoint of account ' || c.account_id || ' at event ' || c.event_id || ' is not what its legs say'
  FROM (
    SELECT *, coalesce(lag(event_id) OVER own, 0) AS after, coalesce(lag(debits_micros) OVER own, 0) AS debits_before,
      coalesce(lag(credits_micros) OVER own, 0) AS credits_before,
      lag(all_effective_by) OVER own AS effective_before, lag(all_recorded_by) OVER own AS recorded_before
    FROM ledger.checkpoint WINDOW own AS (PARTITION BY account_id ORDER BY event_id)
  ) c CROSS JOIN LATERAL (
    SELECT max(leg.event_id) AS until, coalesce(sum(debit), 0) AS debits, coalesce(sum(credit), 0) AS credits, count(*) AS n,
      min(e.effective_at) AS effective_from, max(e.effective_at) AS effective_by,
      min(e.recorded_at) AS recorded_from, max(e.recorded_at) AS recorded_by
    FROM (
      SELECT event_id, amount_micros AS debit, 0::numeric AS credit FROM ledger.transfer
      WHERE (debit_account, event_id) > (c.account_id, c.after)
        AND (debit_account, event_id) <= (c.account_id, c.event_id)
      UNION ALL
      SELECT event_id, 0, amount_micros FROM ledger.transfer
      WHERE (credit_account, event_id) > (c.account_id, c.after)
        AND (credit_account, event_id) <= (c.account_id, c.event_id)
    ) leg
    CROSS JOIN LATERAL (SELECT o.effective_at, o.recorded_at FROM ledger.event o WHERE o.id = leg.event_id OFFSET 0) e
  ) legs
  WHERE (c.event_id, c.debits_micros, c.credits_micros, c.leg_count, c.earliest_effective_at, c.latest_effective_at,
         c.earliest_recorded_at, c.latest_recorded_at, c.all_effective_by, c.all_recorded_by)
    IS DISTINCT FROM (legs.until, c.debits_before + legs.debits, c.credits_before + legs.credits, legs.n, legs.effective_from,
         legs.effective_by, legs.recorded_from, legs.recorded_by, greatest(c.effective_before, legs.effective_by),
         greatest(c.recorded_before, legs.recorded_by))`;

/** How far checkpoints reach is no further than the events do, and none that is due up to there is missing. */
async function checkTide(tx: Executor, find: Find): Promise<void> {
  const { rows } = await tx.execute<{ is_whole: boolean }>(sql`
    SELECT coalesce(bool_and(customers_until >= 0 AND customers_until <= settled_event AND settled_event <= next_event
      AND next_event <= (SELECT last_value FROM ledger.event_number)), false) AND count(*) = 1 AS is_whole FROM ledger.tide`);
  if (!rows[0]?.is_whole)
    find("tide_differs", "how far checkpoints reach is beyond the events, or is not said");
  const { rows: lost } = await tx.execute<{ id: string }>(sql`
    WITH reach AS (
      SELECT a.id, CASE WHEN a.is_customer THEN t.customers_until ELSE t.settled_event END AS until,
        CASE WHEN a.is_customer THEN ${checkpointEvery.customer}::int ELSE ${checkpointEvery.bank}::int END AS least,
        (SELECT coalesce(max(c.event_id), 0) FROM ledger.checkpoint c WHERE c.account_id = a.id) AS after
      FROM ledger.account a CROSS JOIN (SELECT max(customers_until) AS customers_until, max(settled_event) AS settled_event
        FROM ledger.tide) t
    ), leg AS (
      SELECT debit_account AS account, event_id FROM ledger.transfer
      UNION ALL SELECT credit_account, event_id FROM ledger.transfer
    ), beyond AS (
      SELECT r.id, r.least, leg.event_id, max(leg.event_id) OVER (PARTITION BY r.id) AS last
      FROM reach r JOIN leg ON leg.account = r.id AND leg.event_id > r.after AND leg.event_id <= r.until
    )
    SELECT id::text FROM beyond WHERE event_id < last GROUP BY id, least HAVING count(*) >= least ORDER BY beyond.id`);
  for (const { id } of lost) find("checkpoint_lost", `a checkpoint of account ${id} is gone`);
}

/** Legs between two checkpoints, as the database makes them. */
const checkpointEvery = { customer: 16, bank: 64 };

async function checkClasses(tx: Executor, find: Find): Promise<void> {
  const { rows } = await tx.execute<Record<string, unknown>>(sql`SELECT * FROM ledger.account_class`);
  const known = new Map(chart);
  for (const row of rows) {
    const own = known.get(row.class as string);
    known.delete(row.class as string);
    if (
      own?.asset !== row.asset ||
      own?.side !== row.side ||
      own?.isMemo !== row.is_memo ||
      own?.isClearing !== row.is_clearing ||
      own?.isCustomer !== row.is_customer ||
      own?.isMirror !== row.is_mirror
    )
      find("class_differs", `class ${String(row.class)} is not the chart's`);
  }
  for (const name of known.keys()) find("class_differs", `class ${name} is gone`);
}

/** What keeps the rules is switched on: triggers, and constraints that hold for every row. */
async function checkGuards(tx: Executor, find: Find): Promise<void> {
  const { rows } = await tx.execute<{ what: string }>(sql`
    SELECT 'trigger ' || tgname || ' of ' || c.relname || ' is off' AS what
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE (n.nspname = 'ledger' OR t.tgrelid = 'bank.audit_row'::regclass) AND tgenabled NOT IN ('O', 'A')
    UNION ALL
    SELECT 'constraint ' || conname || ' of ' || c.relname || ' does not hold for every row'
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'ledger' AND NOT k.convalidated
    UNION ALL
    SELECT relname || ' has lost the trigger that keeps its rows'
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE (n.nspname = 'ledger' OR c.oid = 'bank.audit_row'::regclass) AND relkind = 'r' AND NOT EXISTS (
      SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'no_truncate')`);
  for (const { what } of rows) find("guard_off", what);
}
