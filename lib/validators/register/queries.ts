import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";
import { dbFor, type Executor } from "@/db/client";
import {
  type CertificationKind,
  type CheckName,
  certification,
  certificationAct,
  certificationCheck,
  certificationEvidence,
  checkNames,
  type EvidenceKind,
} from "@/db/schema/certification";
import { type OperatorState, operator, operatorHistory, outboxIntent } from "@/db/schema/chain";
import { approval } from "@/db/schema/control";
import type { Actor } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { deployment } from "@/lib/chain/deployment";
import { AppError } from "@/lib/errors";
import { bankTime } from "@/lib/state-profile/queries";
import { standingOfChecks } from "@/lib/validators/certification";
import { operatorNames } from "@/lib/validators/queries";

/** What an operator did in the epochs that became final while it had a seat. */
export interface EpochRecord {
  seats: number;
  signed: number;
  refused: number;
  wrong: number;
  missed: number;
  paidMicros: bigint;
}

export type { CertificationKind, CheckName, EvidenceKind };

export interface RegisterEntry {
  kind: CertificationKind;
  operatorId: number;
  name: string;
  state: OperatorState | "expired";
  isAffiliated: boolean;
  isSeated: boolean;
  certifiedUntil: Date | null;
  stateSince: Date;
  strikes: number;
  bondMicros: bigint;
  commissionPpm: bigint;
  record: EpochRecord;
  /** published word for word once it is revoked */
  revokedBecause: string | null;
  orderHash: string | null;
}

const none: EpochRecord = { seats: 0, signed: 0, refused: 0, wrong: 0, missed: 0, paidMicros: 0n };
const ppmPerBps = 100n;

/** Who is certified for what, those in good standing first. Public. */
export async function register(
  kind: CertificationKind | undefined,
  db: Executor = dbFor("app"),
): Promise<RegisterEntry[]> {
  // the registry of operators is the only one yet; wallets and subsidiaries will stand beside it
  if (kind !== undefined && kind !== "validator") return [];
  const [rows, nameOf, records, reasons, now] = await Promise.all([
    db
      .select()
      .from(operator)
      .where(eq(operator.chainId, deployment().chainId))
      .orderBy(asc(operator.operatorId)),
    operatorNames(db),
    recordsOf(db),
    revocations(db),
    bankTime(db),
  ]);
  const entries = rows.map((row): RegisterEntry => {
    const { operatorId, state, certifiedUntil } = row;
    const isOver =
      state !== "revoked" && state !== "exited" && certifiedUntil !== null && certifiedUntil <= now;
    return {
      kind: "validator",
      operatorId,
      name: nameOf(operatorId),
      state: isOver ? "expired" : state,
      isAffiliated: row.affiliated,
      isSeated: row.seated,
      certifiedUntil,
      stateSince: row.stateSince,
      strikes: row.strikes,
      bondMicros: row.bondMicros,
      commissionPpm: BigInt(row.commissionBps) * ppmPerBps,
      record: records.get(operatorId) ?? none,
      revokedBecause: state === "revoked" ? (reasons.get(operatorId) ?? null) : null,
      orderHash: row.orderHash,
    };
  });
  const isOut = ({ state }: RegisterEntry) => state === "revoked" || state === "exited";
  return [...entries.filter((one) => !isOut(one)), ...entries.filter(isOut)];
}

async function recordsOf(db: Executor): Promise<Map<number, EpochRecord>> {
  type Row = Record<"seats" | "signed" | "refused" | "wrong" | "missed", number> & {
    operator_id: number;
    paid: string;
  };
  const { rows } = await db.execute<Row>(sql`
    SELECT v.operator_id, count(*)::int AS seats, count(*) FILTER (WHERE v.signed)::int AS signed,
      count(*) FILTER (WHERE v.verdict = 'refused')::int AS refused,
      count(*) FILTER (WHERE v.verdict = 'wrong')::int AS wrong,
      count(*) FILTER (WHERE v.verdict IS NULL)::int AS missed,
      coalesce(sum(r.gross_micros), 0)::text AS paid
    FROM chain.epoch_vote v
    JOIN chain.epoch e ON e.chain_id = v.chain_id AND e.digest = v.digest AND e.state = 'final'
    LEFT JOIN chain.reward r
      ON r.chain_id = v.chain_id AND r.operator_id = v.operator_id AND r.epoch_number = v.epoch_number
    WHERE v.chain_id = ${deployment().chainId}
    GROUP BY v.operator_id`);
  return new Map(
    rows.map(({ operator_id, paid, ...counts }) => [operator_id, { ...counts, paidMicros: BigInt(paid) }]),
  );
}

async function revocations(db: Executor): Promise<Map<number, string>> {
  const rows = await db
    .select({ operatorId: certificationAct.operatorId, reason: certificationAct.reason })
    .from(certificationAct)
    .innerJoin(operator, eq(operator.operatorId, certificationAct.operatorId))
    .where(and(eq(certificationAct.kind, "revoke"), eq(operator.orderHash, certificationAct.orderHash)));
  return new Map(rows.map(({ operatorId, reason }) => [operatorId as number, reason]));
}

export interface RegisterEvent {
  operatorId: number;
  name: string;
  kind: "struck" | "slashed" | "revoked" | "double_sign" | "jailed";
  reason: string | null;
  strikes: number | null;
  slashedMicros: bigint;
  at: Date;
}

/** What counted against operators, newest first. Public. */
export async function marksAgainstOperators(
  limit: number,
  db: Executor = dbFor("app"),
): Promise<RegisterEvent[]> {
  const rows = await db
    .select()
    .from(operatorHistory)
    .where(
      and(
        eq(operatorHistory.chainId, deployment().chainId),
        sql`(${inArray(operatorHistory.kind, ["struck", "slashed", "revoked", "double_sign"])}
          OR ${operatorHistory.state} = 'jailed')`,
      ),
    )
    .orderBy(desc(operatorHistory.blockNumber), desc(operatorHistory.logIndex))
    .limit(limit);
  const nameOf = await operatorNames(db);
  return rows.map((row) => ({
    operatorId: row.operatorId,
    name: nameOf(row.operatorId),
    kind: row.kind === "state" ? "jailed" : (row.kind as "struck"),
    reason: row.reason,
    strikes: row.strikes,
    slashedMicros: (row.fromBondMicros ?? 0n) + (row.fromStakeMicros ?? 0n),
    at: row.at,
  }));
}

/** Applications, those that wait first. */
export async function listApplications(actor: Actor, db: Executor = dbFor("app")) {
  requirePermission(actor, "certification:read");
  return db
    .select()
    .from(certification)
    .orderBy(sql`(${certification.state} = 'applied') DESC`, desc(certification.appliedAt))
    .limit(100);
}

/** One application with its documents, what was looked at, and what was asked for. */
export async function applicationById(actor: Actor, certificationId: string, db: Executor = dbFor("app")) {
  requirePermission(actor, "certification:read");
  const [row] = await db
    .select()
    .from(certification)
    .where(sql`${certification.id}::text = ${certificationId}`);
  if (!row) throw new AppError("not_found");
  const [evidence, looks, acts] = await Promise.all([
    db
      .select()
      .from(certificationEvidence)
      .where(eq(certificationEvidence.certificationId, row.id))
      .orderBy(asc(certificationEvidence.kind)),
    db
      .select()
      .from(certificationCheck)
      .where(eq(certificationCheck.certificationId, row.id))
      .orderBy(asc(certificationCheck.id)),
    actsWhere(db, eq(certificationAct.certificationId, row.id)),
  ]);
  return { row, evidence, looks, standing: standingOfChecks(checkNames, looks), acts };
}

/** One operator as its staff page shows it: the register's entry, its keys and owner, and what two people decided. */
export async function operatorById(actor: Actor, operatorId: number, db: Executor = dbFor("app")) {
  requirePermission(actor, "certification:read");
  const entry = (await register("validator", db)).find((one) => one.operatorId === operatorId);
  if (!entry) throw new AppError("not_found");
  const own = and(eq(operator.chainId, deployment().chainId), eq(operator.operatorId, operatorId));
  const [row] = await db.select().from(operator).where(own);
  if (!row) throw new AppError("not_found");
  const history = await db
    .select()
    .from(operatorHistory)
    .where(and(eq(operatorHistory.chainId, deployment().chainId), eq(operatorHistory.operatorId, operatorId)))
    .orderBy(desc(operatorHistory.blockNumber), desc(operatorHistory.logIndex))
    .limit(50);
  return { entry, row, history, acts: await actsWhere(db, eq(certificationAct.operatorId, operatorId)) };
}

async function actsWhere(db: Executor, which: ReturnType<typeof eq>) {
  return db
    .select({
      act: certificationAct,
      approvalState: approval.state,
      decidedBy: approval.decidedBy,
      intentState: outboxIntent.state,
      intentError: outboxIntent.error,
    })
    .from(certificationAct)
    .innerJoin(approval, eq(approval.id, certificationAct.approvalId))
    .leftJoin(outboxIntent, eq(outboxIntent.id, certificationAct.intentId))
    .where(which)
    .orderBy(desc(certificationAct.at));
}
