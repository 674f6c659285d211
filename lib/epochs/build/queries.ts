import { sql } from "drizzle-orm";
import type { Hex } from "viem";
import type { Executor, Tx } from "@/db/client";
import type { Deployment } from "@/lib/chain/addresses";
import { decodeManifest, type Manifest, type PayoutRow, type Previous } from "@/lib/epochs/format/batch";
import { classRules } from "@/lib/epochs/format/classes";
import { mulDivUp } from "@/lib/money/math";

/** The seal that a batch ends with, and what of the chain is booked in it. */
export interface Bound {
  seal: bigint;
  booksRoot: Hex;
  /** transactions below it are in the seals */
  toXact: bigint;
  block: bigint;
  blockHash: Hex;
}

export interface LastFinal {
  number: bigint;
  digest: Hex;
  proposedBlock: bigint;
  /** of the newest final epoch that these books lead to: another than the last one once they were taken back behind it */
  manifest: Manifest | undefined;
}

const zeroHash: Hex = `0x${"0".repeat(64)}`;

/** The last final epoch, and the batch whose roots were signed and whose log stands in the books; undefined before the first. */
export async function lastFinal(db: Executor, chainId: number): Promise<LastFinal | undefined> {
  const { rows } = await db.execute<{
    number: string;
    digest: Hex;
    proposed_block: string;
    manifest: string | null;
  }>(sql`
    SELECT last.number::text, last.digest, last.proposed_block::text, base.manifest
    FROM (SELECT * FROM chain.epoch WHERE chain_id = ${chainId} AND state = 'final' ORDER BY number DESC LIMIT 1) last
    LEFT JOIN LATERAL (
      SELECT b.manifest FROM chain.epoch e
      JOIN chain.epoch_batch b ON b.chain_id = e.chain_id AND b.number = e.number AND b.entries_root = e.entries_root
      LEFT JOIN ledger.seal s ON s.number = b.seal
      WHERE e.chain_id = last.chain_id AND e.state = 'final'
        AND (b.seal = 0 OR s.head = decode(substr(b.books_root, 3), 'hex'))
      ORDER BY e.number DESC LIMIT 1
    ) base ON true`);
  const [row] = rows;
  return (
    row && {
      number: BigInt(row.number),
      digest: row.digest,
      proposedBlock: BigInt(row.proposed_block),
      manifest: row.manifest === null ? undefined : decodeManifest(row.manifest),
    }
  );
}

/** Which epoch was signed last, and which one the books lead to: the same, unless they were restored to a moment before it. */
export async function booksLeadTo(
  db: Executor,
  chainId: number,
): Promise<{ last: bigint; to: bigint | undefined }> {
  const last = await lastFinal(db, chainId);
  return { last: last?.number ?? 0n, to: last ? last.manifest?.number : 0n };
}

export async function previousOf(tx: Tx, last: LastFinal | undefined): Promise<Previous> {
  const before = last?.manifest;
  return {
    digest: last?.digest ?? zeroHash,
    booksRoot: before?.booksRoot ?? zeroHash,
    liabilitiesRoot: before?.liabilitiesRoot ?? zeroHash,
    liabilitiesMicros: before?.liabilitiesMicros ?? 0n,
    seal: before?.seal ?? 0n,
    block: before?.block ?? 0n,
    log: await logAt(tx, before?.seal ?? 0n),
  };
}

/** The complete subtrees of the log of `size` seals, largest first. Each stands in the row of the seal that it ends with. */
async function logAt(tx: Tx, size: bigint): Promise<Hex[]> {
  const subtrees: Hex[] = [];
  let end = 0n;
  for (let level = size.toString(2).length - 1; level >= 0; level--) {
    if (((size >> BigInt(level)) & 1n) === 0n) continue;
    end += 1n << BigInt(level);
    const { rows } = await tx.execute<{ node: string }>(sql`
      SELECT encode(substr(nodes, ${32 * level + 1}, 32), 'hex') AS node FROM ledger.seal
      WHERE number = ${end.toString()}::bigint`);
    subtrees.push(`0x${rows[0]?.node}`);
  }
  return subtrees;
}

/**
 * The newest seal, and the highest block that was credited before the first entry outside the seals: one transaction
 * credits a block and writes its entries. A transaction under way may still write an entry, so it is a limit as well.
 */
export async function newestBound(tx: Tx, deployment: Deployment): Promise<Bound> {
  const { rows } = await tx.execute<{
    seal: string;
    head: string | null;
    to_xact: string;
    block: string;
    hash: Hex | null;
  }>(sql`
    WITH last AS (
      SELECT coalesce(max(number), 0) AS number, coalesce(max(to_xact::text::bigint), 0)::text::xid8 AS to_xact FROM ledger.seal
    ), beyond AS (
      SELECT e.xact_id FROM ledger.event e WHERE e.xact_id >= (SELECT to_xact FROM last) ORDER BY e.xact_id LIMIT 1
    ), booked AS (
      SELECT b.number, b.hash FROM chain.block b
      WHERE b.chain_id = ${deployment.chainId} AND b.is_final
        AND b.xact_id < pg_snapshot_xmin(pg_current_snapshot())
        AND NOT EXISTS (SELECT FROM beyond WHERE beyond.xact_id <= b.xact_id)
      ORDER BY b.number DESC LIMIT 1
    )
    SELECT last.number::text AS seal, last.to_xact::text, encode(s.head, 'hex') AS head,
      coalesce(booked.number, c.block_number, ${deployment.deployedAtBlock}::bigint - 1)::text AS block,
      coalesce(booked.hash, c.block_hash) AS hash
    FROM last LEFT JOIN ledger.seal s ON s.number = last.number LEFT JOIN booked ON true
    LEFT JOIN chain.cursor c ON c.chain_id = ${deployment.chainId} AND c.name = 'anchor'`);
  const [row] = rows as [(typeof rows)[number]];
  return {
    seal: BigInt(row.seal),
    booksRoot: row.head === null ? zeroHash : `0x${row.head}`,
    toXact: BigInt(row.to_xact),
    block: BigInt(row.block),
    blockHash: row.hash ?? zeroHash,
  };
}

/** The periods of the seals in (from, to], rising; without any, that of the last one before. */
export async function periodsOf(tx: Tx, { from, to }: { from: bigint; to: bigint }): Promise<bigint[]> {
  const { rows } = await tx.execute<{ period: string }>(sql`
    SELECT DISTINCT period FROM ledger.seal
    WHERE CASE WHEN ${from.toString()}::bigint < ${to.toString()}::bigint
      THEN number > ${from.toString()}::bigint AND number <= ${to.toString()}::bigint
      ELSE number = ${to.toString()}::bigint END
    ORDER BY period`);
  return rows.map(({ period }) => BigInt(period));
}

export async function sealBound(tx: Tx, seal: bigint): Promise<bigint> {
  const { rows } = await tx.execute<{ to_xact: string }>(
    sql`SELECT to_xact::text FROM ledger.seal WHERE number = ${seal.toString()}::bigint`,
  );
  return BigInt(rows[0]?.to_xact ?? 0);
}

export type BalanceRow = {
  asset: string;
  class: string;
  names: string;
  previous: string;
  opening: string;
  closing: string;
};

/**
 * Every account on which something stood at the end of the previous seal, stands at the end of this one, or moved between
 * them. What stands now is in the books; what was written after the seal is taken off it, so that no time is spent on what
 * is older than the epoch.
 */
export function balancesQuery(of: {
  fromXact: bigint;
  toXact: bigint;
  periods: readonly bigint[];
  previousPeriod: bigint | undefined;
}): string {
  const salt = (period: bigint) => `(SELECT salt FROM ledger.seal_salt WHERE period = ${period})`;
  const name = (period: bigint) =>
    `substr(sha256(${salt(period)} || '\\x02'::bytea || int8send(stood.id)), 1, 20)`;
  const named = [
    ...new Set([...of.periods, ...(of.previousPeriod === undefined ? [] : [of.previousPeriod])]),
  ];
  const last = `name_${of.periods.at(-1)}`;
  const previous = of.previousPeriod === undefined ? "''" : `encode(name_${of.previousPeriod}, 'hex')`;
  const debitClasses = Object.entries(classRules)
    .filter(([, { side }]) => side === "debit")
    .map(([one]) => `'${one}'`);
  return `
  WITH entry AS MATERIALIZED (
    SELECT id, xact_id >= '${of.toXact}'::xid8 AS later FROM ledger.event WHERE xact_id >= '${of.fromXact}'::xid8
  ), leg AS (
    SELECT side.id, entry.later, side.net FROM entry JOIN ledger.transfer t ON t.event_id = entry.id
    CROSS JOIN LATERAL (VALUES (t.debit_account, t.amount_micros::numeric), (t.credit_account, -t.amount_micros::numeric))
      AS side (id, net)
    WHERE t.event_id >= (SELECT min(id) FROM entry)
  ), moved AS MATERIALIZED (
    SELECT id, coalesce(sum(net) FILTER (WHERE later), 0) AS later,
      coalesce(sum(net) FILTER (WHERE NOT later), 0) AS net, bool_or(NOT later) AS is_in
    FROM leg GROUP BY id
  ), now AS (
    SELECT id, asset, class, debits_micros - credits_micros AS net FROM ledger.account WHERE is_customer
    UNION ALL
    SELECT a.id, a.asset, a.class, t.debits_micros - t.credits_micros
    FROM ledger.account a CROSS JOIN LATERAL ledger.totals_of(a.id) t WHERE NOT a.is_customer
  ), stood AS (
    SELECT now.id, now.asset, now.class, now.net - coalesce(moved.later, 0) AS closing,
      now.net - coalesce(moved.later, 0) - coalesce(moved.net, 0) AS opening, coalesce(moved.is_in, false) AS is_in,
      CASE WHEN now.class IN (${debitClasses}) THEN 1 ELSE -1 END AS side
    FROM now LEFT JOIN moved ON moved.id = now.id
  ), named AS (
    SELECT stood.*, ${named.map((period) => `${name(period)} AS name_${period}`).join(", ")} FROM stood WHERE closing <> 0 OR opening <> 0 OR is_in OFFSET 0
  )
  SELECT asset, class, ${of.periods.map((period) => `encode(name_${period}, 'hex')`).join(` || ',' || `)} AS names,
    CASE WHEN opening = 0 THEN '' ELSE ${previous} END AS previous, (side * opening)::text AS opening,
    (side * closing)::text AS closing
  FROM named ORDER BY ${last}`;
}

/** Blocks after `from` up to `to`. */
interface Blocks {
  chainId: number;
  from: bigint;
  to: bigint;
}
const within = ({ chainId, from, to }: Blocks) =>
  sql`chain_id = ${chainId} AND block_number > ${from.toString()}::bigint AND block_number <= ${to.toString()}::bigint`;

export async function payoutsIn(tx: Tx, blocks: Blocks): Promise<PayoutRow[]> {
  const { rows: before } = await tx.execute<{ n: string }>(sql`
    SELECT count(*)::text AS n FROM chain.payout
    WHERE chain_id = ${blocks.chainId} AND block_number <= ${blocks.from.toString()}::bigint`);
  const { rows } = await tx.execute<
    Record<"base" | "rate_class" | "federal" | "state" | "local", string>
  >(sql`
    SELECT (gross_micros - operator_fee_micros)::text AS base, rate_class::text, federal_micros::text AS federal,
      state_micros::text AS state, local_micros::text AS local
    FROM chain.payout WHERE ${within(blocks)} ORDER BY block_number, log_index`);
  const first = BigInt(before[0]?.n ?? 0) + 1n;
  return rows.map((row, i) => ({
    id: first + BigInt(i),
    baseMicros: BigInt(row.base),
    rateClass: BigInt(row.rate_class),
    federalMicros: BigInt(row.federal),
    stateMicros: BigInt(row.state),
    localMicros: BigInt(row.local),
  }));
}

export async function feesIn(tx: Tx, blocks: Blocks): Promise<Manifest["fees"]> {
  const { rows } = await tx.execute<{ kind: string; amount: string }>(sql`
    SELECT kind, sum(amount_micros)::text AS amount FROM chain.fee WHERE ${within(blocks)}
    GROUP BY kind HAVING sum(amount_micros) > 0 ORDER BY kind COLLATE "C"`);
  return rows.map(({ kind, amount }) => ({ kind, amountMicros: BigInt(amount) }));
}

export async function rewardsIn(tx: Tx, blocks: Blocks): Promise<bigint> {
  const { rows } = await tx.execute<{ gross: string }>(sql`
    SELECT coalesce(sum(gross_micros), 0)::text AS gross FROM chain.reward WHERE ${within(blocks)}`);
  return BigInt(rows[0]?.gross ?? 0);
}

type PositionRow = {
  event: "PositionRecorded" | "PositionReleased";
  position: string;
  class: number | null;
  market: string | null;
  lendable: string | null;
  amount: string | null;
};

/** What stands in the registry of reserves at a block, as its own events say. */
export async function reservesAt(
  tx: Tx,
  { chainId, to }: Omit<Blocks, "from">,
): Promise<Manifest["reserves"]> {
  const { rows } = await tx.execute<PositionRow>(sql`
    SELECT event, args->>'positionId' AS position, (args->>'class')::integer AS class, args->>'marketMicros' AS market,
      args->>'lendableMicros' AS lendable, args->>'amountMicros' AS amount
    FROM chain.log WHERE chain_id = ${chainId} AND event IN ('PositionRecorded', 'PositionReleased')
      AND settled_at IS NOT NULL AND block_number <= ${to.toString()}::bigint
    ORDER BY block_number, log_index`);
  const positions = new Map<string, { class: number; market: bigint; lendable: bigint }>();
  for (const row of rows) {
    if (row.event === "PositionRecorded") {
      const [market, lendable] = [BigInt(row.market ?? 0), BigInt(row.lendable ?? 0)];
      positions.set(row.position, { class: row.class ?? 0, market, lendable });
      continue;
    }
    const held = positions.get(row.position);
    const amount = BigInt(row.amount ?? 0);
    if (!held || held.lendable === 0n) continue;
    held.market -= mulDivUp(held.market, { times: amount, over: held.lendable });
    held.lendable -= amount;
  }
  const byClass = new Map<number, { market: bigint; lendable: bigint }>();
  for (const { class: of, market, lendable } of positions.values()) {
    const sum = byClass.get(of) ?? { market: 0n, lendable: 0n };
    byClass.set(of, { market: sum.market + market, lendable: sum.lendable + lendable });
  }
  return [...byClass]
    .filter(([, { market, lendable }]) => market > 0n || lendable > 0n)
    .sort(([a], [b]) => a - b)
    .map(([of, { market, lendable }]) => ({
      class: String(of),
      marketMicros: market,
      lendableMicros: lendable,
    }));
}
