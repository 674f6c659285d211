import { asc, desc, eq, inArray, sql } from "drizzle-orm";
import type { Executor } from "@/db/client";
import { streamed } from "@/db/cursor";
import { event, seal, sealChunk } from "@/db/schema/ledger";
import { AppError, invariant } from "@/lib/errors";
import { chunkLeaves, encodeHeader, fromHex, type Header, sha256, toHex } from "@/lib/ledger/seal/format";
import {
  consistencyPath,
  inclusionPath,
  rangeHash,
  type Subtree,
  subtreesOf,
} from "@/lib/ledger/seal/merkle";
import type { ConsistencyProof, InclusionProof } from "@/lib/ledger/seal/verify-batch";

/** The number under which an event was sealed; undefined while it is being sealed, or is not there. */
export async function sealOf(db: Executor, eventKey: string): Promise<bigint | undefined> {
  const { rows } = await db.execute<{ number: string | null }>(sql`
    SELECT (SELECT s.number FROM ledger.seal s WHERE s.to_xact > e.xact_id ORDER BY s.to_xact LIMIT 1)::text AS number
    FROM ledger.event e WHERE e.key = ${eventKey}`);
  const number = rows[0]?.number;
  return number ? BigInt(number) : undefined;
}

/** How many batches the log has; 0 before the first. */
export async function sealCount(db: Executor): Promise<bigint> {
  const { rows } = await db.execute<{ n: string }>(
    sql`SELECT coalesce(max(number), 0)::text AS n FROM ledger.seal`,
  );
  return BigInt(rows[0]?.n ?? 0);
}

/** Runs `work` twice: first to see which subtrees of the log it asks for, then with them. */
async function withLog<T>(db: Executor, work: (subtree: Subtree) => T): Promise<T> {
  const ends = (level: number, index: bigint) => (index + 1n) << BigInt(level);
  const asked = new Set<bigint>();
  work((level, index) => {
    asked.add(ends(level, index));
    return new Uint8Array(32);
  });
  const rows = asked.size
    ? await db
        .select({ number: seal.number, nodes: seal.nodes })
        .from(seal)
        .where(inArray(seal.number, [...asked]))
    : [];
  const nodes = new Map(rows.map((row) => [row.number, row.nodes]));
  return work((level, index) => {
    const found = nodes.get(ends(level, index))?.subarray(32 * level, 32 * level + 32);
    invariant(found?.length === 32, "the log has its subtrees");
    return found;
  });
}

/** The root of the log as it is now; undefined before the first seal. */
export async function newestHead(db: Executor): Promise<`0x${string}` | undefined> {
  const [row] = await db.select({ head: seal.head }).from(seal).orderBy(desc(seal.number)).limit(1);
  return row && `0x${toHex(row.head)}`;
}

async function headAt(db: Executor, size: bigint): Promise<string> {
  const [row] = await db.select({ head: seal.head }).from(seal).where(eq(seal.number, size));
  if (!row) throw new AppError("not_found");
  return toHex(row.head);
}

/** That an event is in the log of `size` batches (all there are, when not said), and what its leaf hides. */
export async function inclusionProof(
  db: Executor,
  input: { eventKey: string; size?: bigint | undefined },
): Promise<InclusionProof> {
  const [found] = await db.select({ id: event.id }).from(event).where(eq(event.key, input.eventKey));
  if (!found) throw new AppError("not_found");
  const { rows } = await db.execute<{
    seal: string;
    place: number;
    hash: Buffer;
    line: string | null;
    content: string | null;
    blind: Buffer | null;
  }>(
    sql`SELECT seal::text, place, hash, line, content, blind
        FROM ledger.sealed_chunk(${found.id.toString()}::bigint) ORDER BY nr`,
  );
  const at = rows.findIndex(({ line }) => line !== null);
  const own = rows[at];
  if (!own) throw new AppError("not_found");
  const number = BigInt(own.seal);
  const size = input.size ?? (await sealCount(db));
  if (size < number) throw new AppError("not_found");
  const chunks = await db
    .select({ root: sealChunk.root })
    .from(sealChunk)
    .where(eq(sealChunk.seal, number))
    .orderBy(asc(sealChunk.place));
  const path = (hashes: Uint8Array[], index: number) =>
    inclusionPath(sha256, subtreesOf(sha256, hashes), BigInt(index), BigInt(hashes.length)).map(toHex);
  return {
    number: own.seal,
    line: own.line as string,
    index: String(own.place * chunkLeaves + at),
    path: [
      ...path(
        rows.map(({ hash }) => hash),
        at,
      ),
      ...path(
        chunks.map(({ root }) => root),
        own.place,
      ),
    ],
    header: await headerLine(db, number),
    size: size.toString(),
    logPath: (await withLog(db, (subtree) => inclusionPath(sha256, subtree, number - 1n, size))).map(toHex),
    head: await headAt(db, size),
    opening: { content: own.content as string, blind: toHex(own.blind as Buffer) },
  };
}

/** That the log of `size` batches continues the log as it was at `older`. */
export async function consistencyProof(
  db: Executor,
  input: { older: bigint; size?: bigint | undefined },
): Promise<ConsistencyProof> {
  const { older } = input;
  const size = input.size ?? (await sealCount(db));
  if (older < 1n || older > size) throw new AppError("not_found");
  return {
    older: older.toString(),
    olderHead: await headAt(db, older),
    size: size.toString(),
    head: await headAt(db, size),
    path: (await withLog(db, (subtree) => consistencyPath(sha256, subtree, older, size))).map(toHex),
  };
}

/** The root of the log at a size, out of its subtrees; equal to the head that was anchored then. */
export const logRoot = (db: Executor, size: bigint): Promise<string> =>
  withLog(db, (subtree) => toHex(rangeHash(sha256, subtree, 0n, size)));

type HeaderRow = Record<
  "bank" | "number" | "period" | "salt_hash" | "from_xact" | "to_xact" | "leaf_count" | "root" | "sealed_at",
  string
>;

async function headerLine(db: Executor, number: bigint): Promise<string> {
  const { rows } = await db.execute<HeaderRow>(sql`
    SELECT bank.home_bank() AS bank, s.number::text, s.period::text, ledger.seal_salt_hash(s.period) AS salt_hash,
           s.from_xact::text, s.to_xact::text, s.leaf_count::text, encode(s.root, 'hex') AS root,
           to_char(s.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS sealed_at
    FROM ledger.seal s WHERE s.number = ${number.toString()}::bigint`);
  const [row] = rows;
  if (!row) throw new AppError("not_found");
  const header: Header = {
    bankId: row.bank,
    number: BigInt(row.number),
    period: BigInt(row.period),
    saltHash: row.salt_hash,
    fromXact: BigInt(row.from_xact),
    toXact: BigInt(row.to_xact),
    leafCount: BigInt(row.leaf_count),
    root: row.root,
    sealedAt: row.sealed_at,
  };
  return encodeHeader(header);
}

/** A batch as its file has it: the header, then a line a leaf. Needs the worker's role, and a transaction. */
export async function* batchLines(tx: Executor, number: bigint): AsyncGenerator<string[]> {
  yield [await headerLine(tx, number)];
  const { rows: at } = await tx.execute<{ from_xact: string; to_xact: string; salt: string }>(sql`
    SELECT s.from_xact::text, s.to_xact::text, encode(salted.salt, 'hex') AS salt
    FROM ledger.seal s JOIN ledger.seal_salt salted ON salted.period = s.period
    WHERE s.number = ${number.toString()}::bigint`);
  const range = at[0];
  if (!range) throw new AppError("not_found");
  const leaves = streamed<{ line: string }>(
    tx,
    "batch_lines",
    `SELECT line FROM ledger.seal_leaves('${BigInt(range.from_xact)}'::xid8, '${BigInt(range.to_xact)}'::xid8,
      '\\x${toHex(fromHex(range.salt))}'::bytea) ORDER BY xact_id, rank, id`,
  );
  for await (const rows of leaves) yield rows.map(({ line }) => line);
}
