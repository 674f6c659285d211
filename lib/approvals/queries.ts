import { desc, sql } from "drizzle-orm";
import { dbFor, type Executor } from "@/db/client";
import { approval } from "@/db/schema/control";
import { type Actor, actorName } from "@/lib/auth/actor";
import { hasPermission, requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";

export type ApprovalView = typeof approval.$inferSelect & {
  isLate: boolean;
  /** why this person may not decide, if so */
  blockedBy: "same_person" | "role" | "late" | "decided" | null;
};

const columns = { row: approval, isLate: sql<boolean>`${approval.expiresAt} <= bank.now()` };

function viewFor(
  actor: Actor,
  { row, isLate }: { row: typeof approval.$inferSelect; isLate: boolean },
): ApprovalView {
  const blockedBy =
    row.state !== "submitted"
      ? "decided"
      : isLate
        ? "late"
        : row.submittedBy === actorName(actor)
          ? "same_person"
          : hasPermission(actor, "approval:decide")
            ? null
            : "role";
  return { ...row, isLate, blockedBy };
}

/** Open requests first, then the newest decided ones. */
export async function listApprovals(actor: Actor, db: Executor = dbFor("app")): Promise<ApprovalView[]> {
  requirePermission(actor, "approval:read");
  const rows = await db
    .select(columns)
    .from(approval)
    .orderBy(sql`(${approval.state} = 'submitted') DESC`, desc(approval.submittedAt))
    .limit(100);
  return rows.map((row) => viewFor(actor, row));
}

export async function approvalById(
  actor: Actor,
  approvalId: string,
  db: Executor = dbFor("app"),
): Promise<ApprovalView> {
  requirePermission(actor, "approval:read");
  const [row] = await db.select(columns).from(approval).where(sql`${approval.id}::text = ${approvalId}`);
  if (!row) throw new AppError("not_found");
  return viewFor(actor, row);
}
