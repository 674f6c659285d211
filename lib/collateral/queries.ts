import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";
import { dbFor, type Executor } from "@/db/client";
import { epoch, reserveAttestation } from "@/db/schema/chain";
import { collateralPosition, issuance, redemption, redemptionRelease } from "@/db/schema/collateral";
import type { Actor } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { reserveRegistryAbi, stateTokenAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import type { Terms } from "@/lib/collateral/terms";
import { AppError } from "@/lib/errors";
import { totalOf } from "@/lib/ledger/queries";
import { sealOf } from "@/lib/ledger/seal/queries";

/** What the contracts charge and allow now. */
export async function issuanceTerms(): Promise<Terms> {
  const client = publicClient();
  const token = { address: deployment().contracts.stateToken, abi: stateTokenAbi } as const;
  const registry = { address: deployment().contracts.reserveRegistry, abi: reserveRegistryAbi } as const;
  try {
    const [issuanceFee, redemptionFee, isPaused, isStale] = await Promise.all([
      client.readContract({ ...token, functionName: "issuanceFeeBps" }),
      client.readContract({ ...token, functionName: "redemptionFeeBps" }),
      client.readContract({ ...token, functionName: "paused" }),
      client.readContract({ ...registry, functionName: "isStale" }),
    ]);
    return {
      issuanceFeeBps: BigInt(issuanceFee),
      redemptionFeeBps: BigInt(redemptionFee),
      isPaused,
      isStale,
    };
  } catch (cause) {
    throw new AppError("chain_down", undefined, { cause });
  }
}

/** A statement older than this stops minting; the contract's own limit decides, this one warns on the page. */
const staleAfter = sql`interval '36 hours'`;

export type Reserves = {
  marketMicros: bigint;
  lendableMicros: bigint;
  supplyMicros: bigint;
  depositsMicros: bigint;
  asOf: Date;
  attestedAt: Date | null;
  stale: boolean;
  byClass: { class: number; positions: number; marketMicros: bigint; lendableMicros: bigint }[];
};

/** Reserves against supply, as finalized blocks have them. Public. */
export async function reservesNow(db: Executor = dbFor("app")): Promise<Reserves> {
  const left = (column: typeof collateralPosition.marketMicros) =>
    sql<string>`coalesce(sum(greatest(${column} - ${collateralPosition.releasedMicros}, 0)), 0)::text`;
  const [classes, supplyMicros, depositsMicros, [attested], clock] = await Promise.all([
    db
      .select({
        class: collateralPosition.class,
        positions: sql<number>`count(*)::int`,
        market: left(collateralPosition.marketMicros),
        lendable: left(collateralPosition.lendableMicros),
      })
      .from(collateralPosition)
      .where(eq(collateralPosition.state, "recorded"))
      .groupBy(collateralPosition.class)
      .orderBy(asc(collateralPosition.class)),
    totalOf(db, "token_supply"),
    totalOf(db, "dollar_deposit"),
    db
      .select({
        asOf: reserveAttestation.asOf,
        stale: sql<boolean>`${reserveAttestation.asOf} + ${staleAfter} < bank.now()`,
      })
      .from(reserveAttestation)
      .orderBy(desc(reserveAttestation.asOf))
      .limit(1),
    db.execute<{ now: string }>(sql`SELECT bank.now()::text AS now`),
  ]);
  const byClass = classes.map((row) => ({
    class: row.class,
    positions: row.positions,
    marketMicros: BigInt(row.market),
    lendableMicros: BigInt(row.lendable),
  }));
  return {
    marketMicros: byClass.reduce((sum, row) => sum + row.marketMicros, 0n),
    lendableMicros: byClass.reduce((sum, row) => sum + row.lendableMicros, 0n),
    supplyMicros,
    depositsMicros,
    asOf: new Date(clock.rows[0]?.now as string),
    attestedAt: attested?.asOf ?? null,
    stale: attested?.stale ?? true,
    byClass,
  };
}

export type ReservePosition = {
  positionId: string;
  class: number;
  marketMicros: bigint;
  lendableMicros: bigint;
  issuedMicros: bigint;
  receiptHash: string | null;
  custodian: string | null;
  valuer: string | null;
  asOf: Date | null;
  expiresAt: Date | null;
};

/** Each recorded position with what is left of it, oldest first, and who vouches for it; never whose it was. */
export async function reservePositions(db: Executor = dbFor("app")): Promise<ReservePosition[]> {
  const rows = await db
    .select()
    .from(collateralPosition)
    .where(eq(collateralPosition.state, "recorded"))
    .orderBy(asc(collateralPosition.recordedAt), asc(collateralPosition.positionId));
  const left = (micros: bigint, releasedMicros: bigint) =>
    micros > releasedMicros ? micros - releasedMicros : 0n;
  return rows.map((row) => ({
    positionId: row.positionId,
    class: row.class,
    marketMicros: left(row.marketMicros, row.releasedMicros),
    lendableMicros: left(row.lendableMicros, row.releasedMicros),
    issuedMicros: row.issuedMicros,
    receiptHash: row.receiptHash,
    custodian: row.custodian,
    valuer: row.valuer,
    asOf: row.asOf,
    expiresAt: row.expiresAt,
  }));
}

export type ReservesDay = { at: Date; marketMicros: bigint; lendableMicros: bigint; supplyMicros: bigint };

/** The last final epoch of each day, oldest first. Public. */
export async function reservesHistory(days = 90, db: Executor = dbFor("app")): Promise<ReservesDay[]> {
  const rows = await db
    .selectDistinctOn([sql`date_trunc('day', ${epoch.proposedAt})`], {
      at: epoch.proposedAt,
      marketMicros: epoch.marketMicros,
      lendableMicros: epoch.lendableMicros,
      supplyMicros: epoch.supplyMicros,
    })
    .from(epoch)
    .where(
      and(eq(epoch.state, "final"), sql`${epoch.proposedAt} > bank.now() - make_interval(days => ${days})`),
    )
    .orderBy(sql`date_trunc('day', ${epoch.proposedAt})`, desc(epoch.number));
  return rows;
}

function ownProfile(actor: Actor): string {
  requirePermission(actor, "profile:read_own");
  if (actor.kind !== "customer") throw new AppError("not_allowed");
  return actor.profileId;
}

export type ConversionView = typeof issuance.$inferSelect & {
  position: typeof collateralPosition.$inferSelect;
  recordState: string | null;
  mintState: string | null;
};

async function conversions(db: Executor, where: ReturnType<typeof and>): Promise<ConversionView[]> {
  const stateOf = (column: typeof issuance.recordIntentId | typeof issuance.mintIntentId) =>
    sql<string | null>`(SELECT i.state FROM chain.outbox_intent i WHERE i.id = ${column})`;
  const rows = await db
    .select({
      issuance,
      position: collateralPosition,
      recordState: stateOf(issuance.recordIntentId),
      mintState: stateOf(issuance.mintIntentId),
    })
    .from(issuance)
    .innerJoin(collateralPosition, eq(collateralPosition.id, issuance.positionRowId))
    .where(where)
    .orderBy(desc(issuance.requestedAt))
    .limit(100);
  return rows.map(({ issuance: row, ...rest }) => ({ ...row, ...rest }));
}

/** A receipt's number in the sealed books; undefined until it is sealed. */
export type Sealed = { sealNumber: bigint | undefined };

/** One of the customer's own conversions; somebody else's is not found. */
export async function conversionStatus(
  actor: Actor,
  issuanceId: string,
  db: Executor = dbFor("app"),
): Promise<ConversionView & Sealed> {
  const own = and(sql`${issuance.id}::text = ${issuanceId}`, eq(issuance.profileId, ownProfile(actor)));
  const [row] = await conversions(db, own);
  if (!row) throw new AppError("not_found");
  const key = row.state === "refunded" ? `conversion-refunded:${row.id}` : `issuance:${row.issuanceId}`;
  return { ...row, sealNumber: await sealOf(db, key) };
}

export async function listConversions(actor: Actor, db: Executor = dbFor("app")): Promise<ConversionView[]> {
  return conversions(db, and(eq(issuance.profileId, ownProfile(actor))));
}

/** Whether any of the customer's dollars ever became tokens. */
export async function hasConverted(actor: Actor, db: Executor = dbFor("app")): Promise<boolean> {
  const minted = await db
    .select({ id: issuance.id })
    .from(issuance)
    .where(and(eq(issuance.profileId, ownProfile(actor)), eq(issuance.state, "minted")))
    .limit(1);
  return minted.length > 0;
}

export type RedemptionView = typeof redemption.$inferSelect & { netMicros: bigint };

export async function listRedemptions(actor: Actor, db: Executor = dbFor("app")): Promise<RedemptionView[]> {
  const rows = await db
    .select()
    .from(redemption)
    .where(eq(redemption.profileId, ownProfile(actor)))
    .orderBy(desc(redemption.preparedAt))
    .limit(100);
  return rows.map((row) => ({ ...row, netMicros: row.grossMicros - row.feeMicros }));
}

export async function redemptionStatus(
  actor: Actor,
  id: string,
  db: Executor = dbFor("app"),
): Promise<RedemptionView & Sealed> {
  const [row] = await db
    .select()
    .from(redemption)
    .where(and(sql`${redemption.id}::text = ${id}`, eq(redemption.profileId, ownProfile(actor))));
  if (!row) throw new AppError("not_found");
  return {
    ...row,
    netMicros: row.grossMicros - row.feeMicros,
    sealNumber: await sealOf(db, `redemption:${row.redemptionId}`),
  };
}

/** Work for the jobs: conversions to receipt, conversions the chain refused, redemptions whose reserve is to be released. */
export async function collateralWork(db: Executor) {
  const ended = sql`EXISTS (SELECT FROM chain.outbox_intent i WHERE i.id IN (${issuance.recordIntentId}, ${issuance.mintIntentId})
    AND i.state IN ('reverted', 'cancelled'))`;
  const [toReceipt, toRefund, toRelease] = await Promise.all([
    db
      .select({ issuanceId: issuance.id })
      .from(issuance)
      .where(eq(issuance.state, "requested"))
      .orderBy(asc(issuance.requestedAt))
      .limit(50),
    db
      .select({ issuanceId: issuance.id })
      .from(issuance)
      .where(and(eq(issuance.state, "submitted"), ended))
      .limit(50),
    db
      .select({ redemptionId: redemption.id })
      .from(redemption)
      .where(
        and(
          eq(redemption.state, "credited"),
          inArray(
            redemption.id,
            db.select({ id: redemptionRelease.redemptionRowId }).from(redemptionRelease),
          ),
        ),
      )
      .orderBy(asc(redemption.creditedAt))
      .limit(50),
  ]);
  return { toReceipt, toRefund, toRelease };
}
