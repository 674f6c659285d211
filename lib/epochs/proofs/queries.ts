import { existsSync } from "node:fs";
import { join } from "node:path";
import { and, desc, eq, sql } from "drizzle-orm";
import type { Hex } from "viem";
import { dbFor, type Executor } from "@/db/client";
import { epochBatch, epoch as epochTable } from "@/db/schema/chain";
import type { Actor } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { deployment } from "@/lib/chain/deployment";
import { batchFolder } from "@/lib/epochs/build/batch-file";
import { decodeManifest } from "@/lib/epochs/format/batch";
import { PathsFile, pathsOf } from "@/lib/epochs/proofs/paths-file";
import { type InclusionDocument, inclusionFormat, type Receipt } from "@/lib/epochs/verify/inclusion";
import { AppError } from "@/lib/errors";

/** Of how many final epochs the paths are kept, and from how many receipts are shown. */
export const provenEpochs = 100;
const mostReceipts = 20;

export interface ProvenEpoch {
  number: bigint;
  entriesRoot: Hex;
  liabilitiesRoot: Hex;
  liabilitiesMicros: bigint;
  proposedBlock: bigint;
  proposedAt: Date;
  finalAt: Date | null;
  signers: readonly number[];
  /** what was sealed after `afterSeal` up to `seal` is in it; the same with the chain's blocks */
  afterSeal: bigint;
  seal: bigint;
  afterBlock: bigint;
  block: bigint;
  /** the period whose names its balances bear */
  period: bigint | undefined;
  path: string;
}

/** The last final epochs whose batch is kept, newest first. */
export async function finalBatches(
  db: Executor,
  folder: string,
  limit = provenEpochs,
): Promise<ProvenEpoch[]> {
  const { chainId } = deployment();
  const rows = await db
    .select({ epoch: epochTable, batch: epochBatch })
    .from(epochTable)
    .innerJoin(
      epochBatch,
      and(
        eq(epochBatch.chainId, epochTable.chainId),
        eq(epochBatch.number, epochTable.number),
        eq(epochBatch.entriesRoot, epochTable.entriesRoot),
      ),
    )
    .where(and(eq(epochTable.chainId, chainId), eq(epochTable.state, "final")))
    .orderBy(desc(epochTable.number))
    .limit(limit);
  return rows.map(({ epoch, batch }) => {
    const { previous, periods } = decodeManifest(batch.manifest);
    return {
      number: epoch.number,
      entriesRoot: batch.entriesRoot,
      liabilitiesRoot: batch.liabilitiesRoot,
      liabilitiesMicros: batch.liabilitiesMicros,
      proposedBlock: epoch.proposedBlock,
      proposedAt: epoch.proposedAt,
      finalAt: epoch.finalAt,
      signers: epoch.signers ?? [],
      afterSeal: previous.seal,
      seal: batch.seal,
      afterBlock: previous.block,
      block: batch.block,
      period: periods.at(-1),
      path: join(folder, batch.file),
    };
  });
}

export interface OwnBalance {
  class: string;
  asset: string;
  /** with whom it is staked */
  operatorId: number | undefined;
  /** in the epoch, and now */
  micros: bigint;
  nowMicros: bigint;
}

export interface OwnInclusion {
  epoch: ProvenEpoch;
  /** moved since, and not in a final epoch yet */
  isMoving: boolean;
  balances: OwnBalance[];
  document: InclusionDocument;
}

/**
 * Where one's own balances and receipts stand in what validators signed: for the customer of the session and nobody else.
 * Undefined while no final epoch has its paths yet.
 */
export async function ownInclusion(
  actor: Actor,
  { db = dbFor("app"), folder = batchFolder() }: { db?: Executor; folder?: string } = {},
): Promise<OwnInclusion | undefined> {
  requirePermission(actor, "profile:read_own");
  if (actor.kind !== "customer") throw new AppError("not_allowed");
  const { profileId } = actor;
  const { chainId, contracts } = deployment();
  const epochs = (await finalBatches(db, folder)).filter(({ path }) => existsSync(pathsOf(path)));
  const [newest] = epochs;
  if (!newest) return undefined;
  const [accounts, moved] = await Promise.all([accountsOf(db, profileId), movementsOf(db, profileId)]);
  const shown = moved.flatMap((one) => {
    const epoch = epochs.find(({ afterSeal, seal }) => one.seal > afterSeal && one.seal <= seal);
    return epoch ? [{ ...one, epoch }] : [];
  });
  const periods = [
    ...(newest.period === undefined ? [] : [newest.period]),
    ...shown.map((one) => one.period),
  ];
  const names = await namesOf(db, profileId, periods);
  const payouts = await placesOfPayouts(db, { chainId, profileId, epochs: shown.map(({ epoch }) => epoch) });

  const files = new Map<bigint, PathsFile>();
  const fileOf = (epoch: ProvenEpoch) => {
    const file = files.get(epoch.number) ?? new PathsFile(epoch.path);
    files.set(epoch.number, file);
    return file;
  };
  try {
    const own = accounts.map((account) => {
      const name = names.get(`${newest.period} ${account.id}`);
      return { account, proof: name === undefined ? undefined : fileOf(newest).balance(name) };
    });
    const receipts = shown.flatMap((one): Receipt[] => {
      const entry = fileOf(one.epoch).event(one.id);
      if (!entry) return [];
      const nth = payouts.get(one.id.toString());
      const tax = nth === undefined ? undefined : fileOf(one.epoch).payout(nth);
      return [
        {
          epoch: one.epoch.number.toString(),
          event: one.kind,
          at: one.at.toISOString(),
          names: accounts.flatMap(({ id }) => names.get(`${one.period} ${id}`) ?? []),
          entry,
          ...(tax && { tax }),
        },
      ];
    });
    const oldest = receipts.reduce((block, { epoch }) => {
      const of = epochs.find(({ number }) => number === BigInt(epoch));
      return of && of.proposedBlock < block ? of.proposedBlock : block;
    }, newest.proposedBlock);
    return {
      epoch: newest,
      isMoving: own.some(({ account, proof }) => BigInt(proof?.micros ?? 0) !== account.micros),
      balances: own
        .map(({ account, proof }) => ({
          class: account.class,
          asset: account.asset,
          operatorId: account.operatorId,
          micros: BigInt(proof?.micros ?? 0),
          nowMicros: account.micros,
        }))
        .filter(({ micros, nowMicros }) => micros !== 0n || nowMicros !== 0n),
      document: {
        format: inclusionFormat,
        chainId,
        epochManager: contracts.epochManager,
        fromBlock: oldest.toString(),
        epoch: newest.number.toString(),
        balances: own.flatMap(({ account: { class: of, operatorId }, proof }) =>
          proof ? [{ class: of, ...(operatorId !== undefined && { operatorId }), proof }] : [],
        ),
        receipts,
      },
    };
  } finally {
    for (const file of files.values()) file.close();
  }
}

interface OwnAccount {
  id: string;
  class: string;
  asset: string;
  operatorId: number | undefined;
  micros: bigint;
}

async function accountsOf(db: Executor, profileId: string): Promise<OwnAccount[]> {
  type Row = Record<"id" | "class" | "asset" | "micros", string> & { operator: number | null };
  const { rows } = await db.execute<Row>(sql`
    SELECT id::text, class, asset, substring(owner FROM ':operator:([0-9]+)$')::int AS operator,
      (CASE side WHEN 'credit' THEN credits_micros - debits_micros ELSE debits_micros - credits_micros END)::text AS micros
    FROM ledger.account WHERE profile_id = ${profileId} ORDER BY asset DESC, class, id`);
  return rows.map(({ operator, ...row }) => ({
    ...row,
    operatorId: operator ?? undefined,
    micros: BigInt(row.micros),
  }));
}

interface Movement {
  id: bigint;
  kind: string;
  at: Date;
  seal: bigint;
  period: bigint;
}

/** What moved on one's accounts and is sealed, newest first. */
async function movementsOf(db: Executor, profileId: string): Promise<Movement[]> {
  const side = (column: "debit_account" | "credit_account") => sql`
    SELECT t.event_id FROM own CROSS JOIN LATERAL (
      SELECT event_id FROM ledger.transfer WHERE ${sql.raw(column)} = own.id ORDER BY event_id DESC LIMIT ${mostReceipts}
    ) t`;
  const { rows } = await db.execute<Record<"id" | "kind" | "at" | "seal" | "period", string>>(sql`
    WITH own AS MATERIALIZED (SELECT id FROM ledger.account WHERE profile_id = ${profileId}),
    newest AS (SELECT event_id FROM (${side("debit_account")} UNION ${side("credit_account")}) legs
      ORDER BY event_id DESC LIMIT ${mostReceipts})
    SELECT e.id::text, e.kind, e.effective_at AS at, s.number::text AS seal, s.period::text AS period
    FROM newest JOIN ledger.event e ON e.id = newest.event_id
    CROSS JOIN LATERAL (
      SELECT number, period FROM ledger.seal WHERE to_xact > e.xact_id ORDER BY to_xact LIMIT 1
    ) s
    ORDER BY e.id DESC`);
  return rows.map((row) => ({
    id: BigInt(row.id),
    kind: row.kind,
    at: new Date(row.at),
    seal: BigInt(row.seal),
    period: BigInt(row.period),
  }));
}

async function namesOf(
  db: Executor,
  profileId: string,
  periods: readonly bigint[],
): Promise<Map<string, string>> {
  const { rows } = await db.execute<{ account: string; period: string; name: string }>(sql`
    SELECT account_id::text AS account, period::text, name
    FROM ledger.account_names(${profileId}, ${`{${[...new Set(periods)].join(",")}}`}::bigint[])`);
  return new Map(rows.map(({ account, period, name }) => [`${period} ${account}`, name]));
}

/** Which payout of its batch one's own is, from 0, by the event that booked it. */
async function placesOfPayouts(
  db: Executor,
  { chainId, profileId, epochs }: { chainId: number; profileId: string; epochs: readonly ProvenEpoch[] },
): Promise<Map<string, number>> {
  const places = new Map<string, number>();
  for (const { afterBlock, block } of new Set(epochs)) {
    const { rows } = await db.execute<{ event: string; before: string }>(sql`
      SELECT own.event_id::text AS event, (
        SELECT count(*) FROM chain.payout p WHERE p.chain_id = own.chain_id AND p.block_number > ${afterBlock.toString()}::bigint
          AND (p.block_number, p.log_index) < (own.block_number, own.log_index)
      )::text AS before
      FROM chain.payout own WHERE own.chain_id = ${chainId} AND own.profile_id = ${profileId} AND own.event_id IS NOT NULL
        AND own.block_number > ${afterBlock.toString()}::bigint AND own.block_number <= ${block.toString()}::bigint
      ORDER BY own.block_number DESC, own.log_index DESC LIMIT ${mostReceipts}`);
    for (const { event, before } of rows) places.set(event, Number(before));
  }
  return places;
}
