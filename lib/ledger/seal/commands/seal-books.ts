import { asc, gt, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { seal } from "@/db/schema/ledger";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { failpoint } from "@/lib/failpoint";
import { appendHeads, hasAnchor, lastAnchored, writeAnchor } from "@/lib/ledger/seal/anchor";
import { toHex } from "@/lib/ledger/seal/format";
import { bankTime } from "@/lib/state-profile/queries";

/** The books and the anchored heads contradict each other: nothing is sealed until a person has looked. */
export class AnchorContradicts extends Error {
  override name = "AnchorContradicts";
}

/** held by whoever writes the anchor file */
export const oneAnchorAtATime = 7_465_006;

export type Sealed = { batches: number; last: bigint | undefined };

/** heads anchored by one write */
const headsAtOnce = 1_000;

/**
 * Seals whatever is committed, batch by batch, and anchors each head in a file outside the database. Order of durable
 * steps: batch, line of the file. A crash between them leaves heads that the next run anchors before it seals.
 */
export async function sealBooks(
  { actor, db }: CommandContext,
  input: { folder: string; period: bigint; most?: number },
): Promise<Sealed> {
  requirePermission(actor, "ledger:seal");
  await openAnchor(db, input.folder);
  await anchorHeads(db, input.folder);
  const sealed: Sealed = { batches: 0, last: undefined };
  for (;;) {
    const number = await db.transaction(async (tx) => {
      // one transaction may have written a million events, and they are one batch
      await tx.execute(sql`SET LOCAL statement_timeout = '10min'`);
      const { rows } = await tx.execute<{ number: string | null }>(
        sql`SELECT ledger.seal_next(${input.period.toString()}::bigint, ${input.most ?? 65_536}) AS number`,
      );
      failpoint("seal.written");
      return rows[0]?.number ?? undefined;
    });
    if (number === undefined) return sealed;
    failpoint("seal.committed");
    await anchorHeads(db, input.folder);
    sealed.batches += 1;
    sealed.last = BigInt(number);
  }
}

async function openAnchor(db: Db, folder: string): Promise<void> {
  if (hasAnchor(folder)) return;
  const { rows } = await db.execute<{ bank: string; seals: boolean }>(
    sql`SELECT bank.home_bank() AS bank, EXISTS (SELECT FROM ledger.seal) AS seals`,
  );
  if (rows[0]?.seals)
    throw new AnchorContradicts(`${folder} has no anchor file, and the books are sealed: put it back`);
  writeAnchor(folder, { bankId: rows[0]?.bank as string, at: await bankTime(db) });
}

async function anchorHeads(db: Db, folder: string): Promise<void> {
  await db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ mine: boolean }>(
      sql`SELECT pg_try_advisory_xact_lock(${oneAnchorAtATime}) AS mine`,
    );
    if (!rows[0]?.mine) return;
    const last = lastAnchored(folder);
    const from = last?.number ?? 0n;
    for (let after = from - 1n; ; ) {
      const seals = await tx
        .select({ number: seal.number, nodes: seal.nodes, head: seal.head })
        .from(seal)
        .where(gt(seal.number, after))
        .orderBy(asc(seal.number))
        .limit(headsAtOnce);
      const heads = seals.map(({ number, nodes, head }) => ({
        number,
        head: toHex(head),
        leaf: toHex(nodes.subarray(0, 32)),
      }));
      if (after < from && last) {
        const kept = heads.shift();
        if (kept?.number !== from || kept.head !== last.head || kept.leaf !== last.leaf)
          throw new AnchorContradicts(
            `seal ${from} is anchored in ${folder} and is not the one in the books`,
          );
      }
      const newest = heads.at(-1);
      if (!newest) return;
      appendHeads(folder, heads);
      after = newest.number;
    }
  });
}
