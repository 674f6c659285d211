import { and, desc, eq, sql } from "drizzle-orm";
import { dbFor, type Executor } from "@/db/client";
import { dollarTransfer } from "@/db/schema/collateral";
import type { Actor } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";
import { dollarDeposit } from "@/lib/ledger/accounts";
import {
  type OpenHold,
  openHolds,
  type Standing,
  type StatementLine,
  standingOf,
  statementPage,
  stateOf,
} from "@/lib/ledger/queries";

function ownProfile(actor: Actor): string {
  requirePermission(actor, "profile:read_own");
  if (actor.kind !== "customer") throw new AppError("not_allowed");
  return actor.profileId;
}

/** A customer's dollars: have, on hold, can use. */
export async function dollarsOf(actor: Actor, db: Executor = dbFor("app")): Promise<Standing> {
  return standingOf(db, dollarDeposit(ownProfile(actor)));
}

export type DollarAccount = Standing & { holds: OpenHold[]; isOpen: boolean };

/** The same with what holds some of them back, and whether the account gives and takes at all. */
export async function dollarAccount(actor: Actor, db: Executor = dbFor("app")): Promise<DollarAccount> {
  const ref = dollarDeposit(ownProfile(actor));
  const [standing, holds, state] = await Promise.all([
    standingOf(db, ref),
    openHolds(db, ref),
    stateOf(db, ref),
  ]);
  return { ...standing, holds, isOpen: state === "open" };
}

export type TransferRow = typeof dollarTransfer.$inferSelect;

export async function listTransfers(actor: Actor, db: Executor = dbFor("app")): Promise<TransferRow[]> {
  return db
    .select()
    .from(dollarTransfer)
    .where(eq(dollarTransfer.profileId, ownProfile(actor)))
    .orderBy(desc(dollarTransfer.initiatedAt))
    .limit(100);
}

export async function transferById(
  actor: Actor,
  id: string,
  db: Executor = dbFor("app"),
): Promise<TransferRow> {
  const [row] = await db
    .select()
    .from(dollarTransfer)
    .where(and(sql`${dollarTransfer.id}::text = ${id}`, eq(dollarTransfer.profileId, ownProfile(actor))));
  if (!row) throw new AppError("not_found");
  return row;
}

/** The dollar account, newest line first. */
export async function dollarStatement(
  actor: Actor,
  page: { before?: { eventId: bigint; seq: number }; size?: number } = {},
  db: Executor = dbFor("app"),
): Promise<StatementLine[]> {
  const profileId = ownProfile(actor);
  return statementPage(db, { ref: dollarDeposit(profileId), profileId, ...page });
}
