import { count, desc, eq, inArray, min, ne, sql } from "drizzle-orm";
import { cursor, epoch, type IntentState, outboxIntent } from "@/db/schema/chain";
import { approval, auditRow, reconciliation } from "@/db/schema/control";
import { identityApplication, wallet } from "@/db/schema/customers";
import { heartbeat } from "@/db/schema/installation";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { publicClient } from "@/lib/chain/client";
import { finalizedBlock } from "@/lib/chain/finality";
import { env } from "@/lib/env";
import { totalOf } from "@/lib/ledger/queries";

const openStates = ["queued", "signed", "sent", "mined"] as const;

const ageSeconds = (at: unknown) => sql<number>`extract(epoch FROM clock_timestamp() - ${at})::float8`;

export type OutboxNow = {
  byState: Record<string, number>;
  oldestOpenSeconds: number;
  reverted: { id: string; kind: string; error: string | null; requestId: string; updatedAt: Date }[];
  open: { id: string; kind: string; sender: string; state: string; txHash: string | null; createdAt: Date }[];
};

export async function outboxNow(ctx: CommandContext): Promise<OutboxNow> {
  requirePermission(ctx.actor, "operations:read");
  const [states, oldest, reverted, open] = await Promise.all([
    ctx.db.select({ state: outboxIntent.state, n: count() }).from(outboxIntent).groupBy(outboxIntent.state),
    ctx.db
      .select({ age: ageSeconds(min(outboxIntent.createdAt)) })
      .from(outboxIntent)
      .where(inArray(outboxIntent.state, [...openStates])),
    ctx.db
      .select({
        id: outboxIntent.id,
        kind: outboxIntent.kind,
        error: outboxIntent.error,
        requestId: outboxIntent.requestId,
        updatedAt: outboxIntent.updatedAt,
      })
      .from(outboxIntent)
      .where(eq(outboxIntent.state, "reverted"))
      .orderBy(desc(outboxIntent.updatedAt))
      .limit(10),
    ctx.db
      .select({
        id: outboxIntent.id,
        kind: outboxIntent.kind,
        sender: outboxIntent.sender,
        state: outboxIntent.state,
        txHash: outboxIntent.txHash,
        createdAt: outboxIntent.createdAt,
      })
      .from(outboxIntent)
      .where(inArray(outboxIntent.state, [...openStates]))
      .orderBy(outboxIntent.createdAt)
      .limit(20),
  ]);
  return {
    byState: Object.fromEntries(states.map(({ state, n }) => [state, n])),
    oldestOpenSeconds: oldest[0]?.age ?? 0,
    reverted,
    open,
  };
}

export type ChainNow = {
  /** null while the chain does not answer */
  head: bigint | null;
  finalized: bigint | null;
  indexed: { name: string; blockNumber: bigint; ageSeconds: number }[];
};

export async function chainNow(ctx: CommandContext): Promise<ChainNow> {
  requirePermission(ctx.actor, "operations:read");
  const [head, finalized, indexed] = await Promise.all([
    publicClient()
      .getBlockNumber()
      .catch(() => null),
    finalizedBlock().catch(() => undefined),
    ctx.db
      .select({
        name: cursor.name,
        blockNumber: cursor.blockNumber,
        ageSeconds: ageSeconds(cursor.updatedAt),
      })
      .from(cursor)
      .where(inArray(cursor.name, ["final", "head"]))
      .orderBy(cursor.name),
  ]);
  return { head, finalized: finalized?.number ?? null, indexed };
}

export type JobsNow = { waiting: number; failing: number; oldestSeconds: number } | null;

/** Null before the worker has made its tables. */
export async function jobsNow(ctx: CommandContext): Promise<JobsNow> {
  requirePermission(ctx.actor, "operations:read");
  const { rows } = await ctx.db.execute<{ waiting: string; failing: string; oldest_seconds: number }>(
    sql`SELECT * FROM bank.job_counts()`,
  );
  const row = rows[0];
  if (!row) return null;
  return { waiting: Number(row.waiting), failing: Number(row.failing), oldestSeconds: row.oldest_seconds };
}

export type HeartbeatNow = {
  process: string;
  ageSeconds: number;
  detail: Record<string, unknown>;
};

/** The other processes; that the app lives is proved by its answer. */
export async function heartbeatsNow(ctx: CommandContext): Promise<HeartbeatNow[]> {
  requirePermission(ctx.actor, "operations:read");
  return ctx.db
    .select({ process: heartbeat.process, ageSeconds: ageSeconds(heartbeat.at), detail: heartbeat.detail })
    .from(heartbeat)
    .where(ne(heartbeat.process, "app"))
    .orderBy(heartbeat.process);
}

export type EpochNow = {
  number: bigint;
  state: "proposed" | "final";
  proposedAt: Date;
  finalAt: Date | null;
  /** by the bank's clock, which epochs follow */
  ageSeconds: number;
  collectedMicros: bigint;
  distributedMicros: bigint;
  signers: number[];
};

export async function epochsNow(ctx: CommandContext, limit = 8): Promise<EpochNow[]> {
  requirePermission(ctx.actor, "operations:read");
  const rows = await ctx.db
    .select({
      number: epoch.number,
      state: epoch.state,
      proposedAt: epoch.proposedAt,
      finalAt: epoch.finalAt,
      ageSeconds: sql<number>`extract(epoch FROM bank.now() - ${epoch.proposedAt})::float8`,
      collectedMicros: epoch.collectedMicros,
      distributedMicros: epoch.distributedMicros,
      signers: epoch.signers,
    })
    .from(epoch)
    .where(eq(epoch.chainId, env.chainId))
    .orderBy(desc(epoch.number))
    .limit(limit);
  return rows.map((row) => ({ ...row, signers: (row.signers ?? []).sort((a, b) => a - b) }));
}

export type ReconciliationNow = {
  at: Date;
  blockNumber: bigint;
  outcome: "equal" | "different";
  differences: { what: string; expectedMicros: string; bookedMicros: string }[];
} | null;

export async function reconciliationNow(ctx: CommandContext): Promise<ReconciliationNow> {
  requirePermission(ctx.actor, "operations:read");
  const [row] = await ctx.db.select().from(reconciliation).orderBy(desc(reconciliation.id)).limit(1);
  return row ?? null;
}

/** What was booked and belongs to nobody yet: on the chain without a request here, as after a restore. */
export function suspenseNow(ctx: CommandContext): Promise<bigint> {
  requirePermission(ctx.actor, "operations:read");
  return totalOf(ctx.db, "suspense");
}

export type SealNow = { last: bigint; unsealedSeconds: number };

/** The newest seal, and how long the oldest entry waits for one. */
export async function sealNow(ctx: CommandContext): Promise<SealNow> {
  requirePermission(ctx.actor, "operations:read");
  const { rows } = await ctx.db.execute<{ last: string; age: number }>(sql`
    SELECT last.number AS last, coalesce((
      SELECT extract(epoch FROM bank.now() - e.recorded_at)::float8 FROM ledger.event e
      WHERE e.xact_id >= last.bound ORDER BY e.xact_id, e.id LIMIT 1), 0) AS age
    FROM (SELECT coalesce(max(number), 0) AS number,
            coalesce((SELECT s.to_xact FROM ledger.seal s ORDER BY s.number DESC LIMIT 1), '0') AS bound
          FROM ledger.seal) last`);
  return { last: BigInt(rows[0]?.last ?? 0), unsealedSeconds: rows[0]?.age ?? 0 };
}

/** What waits for somebody at the desk. */
export async function deskCounts(ctx: CommandContext): Promise<{ applications: number; approvals: number }> {
  requirePermission(ctx.actor, "operations:read");
  const [applications, approvals] = await Promise.all([
    ctx.db.$count(identityApplication, eq(identityApplication.state, "submitted")),
    ctx.db.$count(approval, eq(approval.state, "submitted")),
  ]);
  return { applications, approvals };
}

export type PartnerNow = { name: string; url: string; isUp: boolean };

/** The processes outside the bank that it works with: custodian, valuer, validators. */
export async function partnersNow(ctx: CommandContext): Promise<PartnerNow[]> {
  requirePermission(ctx.actor, "operations:read");
  const partners = [
    { name: "Custodian", url: env.custodianUrl },
    { name: "Valuer", url: env.valuerUrl },
    ...env.validatorUrls.map((url, index) => ({ name: `Validator ${index + 1}`, url })),
  ];
  return Promise.all(
    partners.map(async ({ name, url }) => {
      const answer = await fetch(new URL("/livez", url), {
        redirect: "error",
        cache: "no-store",
        signal: AbortSignal.timeout(1_500),
      }).catch(() => null);
      return { name, url, isUp: answer?.ok ?? false };
    }),
  );
}

/** The last block whose money stands in the books; public, like the chain it counts. */
export async function creditedBlock(ctx: CommandContext): Promise<bigint> {
  const [row] = await ctx.db
    .select({ blockNumber: cursor.blockNumber })
    .from(cursor)
    .where(eq(cursor.name, "final"));
  return row?.blockNumber ?? 0n;
}

export type RegistrationStep = {
  kind: string;
  state: IntentState;
  txHash: string | null;
  blockNumber: bigint | null;
  error: string | null;
  updatedAt: Date;
};

/** How far an application has come on the chain, and what our own index says of its wallet. */
export async function registrationOf(
  ctx: CommandContext,
  applicationId: string,
): Promise<{ steps: RegistrationStep[]; walletStatus: string }> {
  requirePermission(ctx.actor, "identity:read");
  const keys = ["register", "renew", "rate"].map((kind) => `identity:${kind}:${applicationId}`);
  const [steps, [own]] = await Promise.all([
    ctx.db
      .select({
        kind: outboxIntent.kind,
        state: outboxIntent.state,
        txHash: outboxIntent.txHash,
        blockNumber: outboxIntent.blockNumber,
        error: outboxIntent.error,
        updatedAt: outboxIntent.updatedAt,
      })
      .from(outboxIntent)
      .where(inArray(outboxIntent.businessKey, keys))
      .orderBy(outboxIntent.createdAt),
    ctx.db
      .select({ status: wallet.status })
      .from(identityApplication)
      .innerJoin(wallet, eq(wallet.id, identityApplication.walletId))
      .where(eq(identityApplication.id, applicationId)),
  ]);
  return { steps, walletStatus: own?.status ?? "new" };
}

export type TrailRow = {
  id: bigint;
  at: Date;
  actor: string;
  command: string;
  requestId: string;
  detail: Record<string, unknown>;
};

/** Everything that was done to one subject, newest first. */
export async function auditTrail(ctx: CommandContext, subject: string): Promise<TrailRow[]> {
  requirePermission(ctx.actor, "audit:read");
  return ctx.db
    .select({
      id: auditRow.id,
      at: auditRow.at,
      actor: auditRow.actor,
      command: auditRow.command,
      requestId: auditRow.requestId,
      detail: auditRow.detail,
    })
    .from(auditRow)
    .where(eq(auditRow.subject, subject))
    .orderBy(desc(auditRow.id))
    .limit(100);
}

/** Everything that the bank's machines say of themselves, asked at once. */
export async function machinesNow(ctx: CommandContext) {
  const [outbox, chain, jobs, heartbeats, [epoch], reconciliation, seal, suspenseMicros] = await Promise.all([
    outboxNow(ctx),
    chainNow(ctx),
    jobsNow(ctx),
    heartbeatsNow(ctx),
    epochsNow(ctx, 1),
    reconciliationNow(ctx),
    sealNow(ctx),
    suspenseNow(ctx),
  ]);
  return { outbox, chain, jobs, heartbeats, epoch, reconciliation, seal, suspenseMicros };
}
