import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { Executor, Tx } from "@/db/client";
import { filesIn } from "@/lib/epochs/build/batch-file";
import { entryLeaf } from "@/lib/epochs/format/batch";
import { digest, HashTree, leafHash } from "@/lib/epochs/format/tree";
import { invariant } from "@/lib/errors";
import { decodeHeader, decodeLeaf, toHex } from "@/lib/ledger/seal/format";
import { batchLines } from "@/lib/ledger/seal/queries";

/**
 * What a batch needs of a seal, written down once when it is sealed, in a file of its own. It is a copy: one that is lost,
 * spoilt or not of these books is made anew from them.
 *
 *     SHA-256 of what follows:32, size of the lines:8, the lines, of each entry its length:4 and its bytes
 */
export interface PreparedSeal {
  lines: Buffer;
  leaves: Buffer;
}

export interface SealRange {
  folder: string;
  /** after this seal */
  from: bigint;
  to: bigint;
}

const headBytes = 40;
const sealsIn = (folder: string): string => join(folder, "seals");
const nameOf = (number: bigint): string => `${number}.prepared`;

/** Prepares the seals that are not yet; answers how many. One at a time: whoever calls holds the builder's lock. */
export async function prepareSeals(tx: Tx, { folder, from, to }: SealRange): Promise<number> {
  const kept = filesIn(sealsIn(folder));
  let prepared = 0;
  for (let number = from + 1n; number <= to; number++) {
    if (kept.has(nameOf(number))) continue;
    await prepare(tx, folder, number);
    prepared += 1;
  }
  return prepared;
}

/** Takes away what is prepared of seals that stand in a final epoch, and what was not finished. */
export function clearPrepared(folder: string, upTo: bigint): void {
  for (const name of filesIn(sealsIn(folder))) {
    const [, number] = /^(\d+)\.prepared$/.exec(name) ?? [];
    if (number === undefined || BigInt(number) <= upTo) rmSync(join(sealsIn(folder), name), { force: true });
  }
}

/** The seals in their order, as they were prepared or else as the books have them. */
export async function* sealsFor(tx: Tx, { folder, from, to }: SealRange): AsyncGenerator<PreparedSeal> {
  const books = await sealsInBooks(tx, { from, to });
  for (let number = from + 1n; number <= to; number++) {
    const own = books.get(number);
    invariant(own, "a log has no gaps");
    const kept = own.isWhole ? read(join(sealsIn(folder), nameOf(number)), own.logLeaf) : undefined;
    yield kept ?? (await prepare(tx, folder, number));
  }
}

/**
 * The leaf of each seal in the log, and whether the books still have as many rows as were sealed: when something was taken
 * away or put in since, validators are to see what the books say now.
 */
async function sealsInBooks(
  db: Executor,
  { from, to }: Omit<SealRange, "folder">,
): Promise<Map<bigint, { logLeaf: Buffer; isWhole: boolean }>> {
  const { rows } = await db.execute<{ number: string; log_leaf: Buffer; is_whole: boolean }>(sql`
    SELECT s.number::text, substr(s.nodes, 1, 32) AS log_leaf, s.leaf_count =
      (SELECT count(*) FROM ledger.event e WHERE e.xact_id >= s.from_xact AND e.xact_id < s.to_xact)
      + (SELECT count(*) FROM ledger.account_history h WHERE h.xact_id >= s.from_xact AND h.xact_id < s.to_xact)
      + (SELECT count(*) FROM bank.audit_row r WHERE r.xact_id >= s.from_xact AND r.xact_id < s.to_xact) AS is_whole
    FROM ledger.seal s WHERE s.number > ${from.toString()}::bigint AND s.number <= ${to.toString()}::bigint`);
  return new Map(rows.map((row) => [BigInt(row.number), { logLeaf: row.log_leaf, isWhole: row.is_whole }]));
}

/** Undefined when it is not there, not whole, or not the seal that has this leaf in the log. */
function read(path: string, logLeaf?: Buffer): PreparedSeal | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  if (bytes.length < headBytes || !digest(bytes.subarray(32)).equals(bytes.subarray(0, 32))) return undefined;
  const end = headBytes + Number(bytes.readBigUInt64BE(32));
  const lines = bytes.subarray(headBytes, end);
  const header = lines.subarray(0, lines.indexOf(0x0a));
  if (logLeaf && !leafHash(header).equals(logLeaf)) return undefined;
  return { lines, leaves: bytes.subarray(end) };
}

/** What the books say now; kept only when it is what was sealed. */
async function prepare(tx: Tx, folder: string, number: bigint): Promise<PreparedSeal> {
  const path = join(sealsIn(folder), nameOf(number));
  mkdirSync(sealsIn(folder), { recursive: true });
  const file = openSync(`${path}.new`, "w");
  let header = "";
  const tree = new HashTree();
  try {
    let at = headBytes;
    const put = (bytes: Buffer) => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(file, bytes, done, bytes.length - done, at + done);
      at += bytes.length;
    };
    const leaves: Buffer[] = [];
    for await (const some of batchLines(tx, number)) {
      put(Buffer.from(`${some.join("\n")}\n`));
      for (const line of some) {
        if (header === "") header = line;
        else {
          tree.add(leafHash(Buffer.from(line)));
          const leaf = line.startsWith('["event"') ? entryOf(line) : undefined;
          if (leaf) leaves.push(sizeOf(leaf), leaf);
        }
      }
    }
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(at - headBytes));
    put(Buffer.concat(leaves));
    at = 32;
    put(size);
    at = 0;
    put(digest(readFileSync(`${path}.new`).subarray(32)));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const made = read(`${path}.new`);
  invariant(made, "what was written is there");
  if (toHex(tree.root() ?? digest(Buffer.alloc(0))) === decodeHeader(header).root)
    renameSync(`${path}.new`, path);
  else rmSync(`${path}.new`);
  return made;
}

function sizeOf(leaf: Buffer): Buffer {
  const size = Buffer.allocUnsafe(4);
  size.writeUInt32BE(leaf.length);
  return size;
}

function entryOf(line: string): Buffer | undefined {
  const leaf = decodeLeaf(line);
  return leaf.kind === "event" ? entryLeaf(leaf) : undefined;
}
