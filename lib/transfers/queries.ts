import { and, desc, eq, sql } from "drizzle-orm";
import { dbFor, type Executor } from "@/db/client";
import { dollarTransfer } from "@/db/schema/collateral";
import type { Actor } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";
import { dollarDeposit, dollarHeld } from "@/lib/ledger/accounts";
import { balanceOf, type StatementLine, statementPage } from "@/lib/ledger/queries";

function ownProfile(actor: Actor): string {
  requirePermission(actor, "profile:read_own");
  if (actor.kind !== "customer") throw new AppError("not_allowed");
  return actor.profileId;
}

export type Dollars = { availableMicros: bigint; heldMicros: bigint };

/** A customer's dollars: at hand, and set aside for conversions under way. */
export async function dollarsOf(actor: Actor, db: Executor = dbFor("app")): Promise<Dollars> {
  const profileId = ownProfile(actor);
  const [availableMicros, heldMicros] = await Promise.all([
    balanceOf(db, dollarDeposit(profileId)),
    balanceOf(db, dollarHeld(profileId)),
  ]);
  return { availableMicros, heldMicros };
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
