import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Tx } from "@/db/client";
import { dollarTransfer } from "@/db/schema/collateral";
import { approval } from "@/db/schema/control";
import { account } from "@/db/schema/ledger";
import { databaseError, inTransaction } from "@/db/transaction";
import { submitApproval } from "@/lib/approvals/commands/submit-approval";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";

const shape = z.strictObject({
  accountId: z.string().regex(/^[1-9]\d{0,17}$/),
  state: z.enum(["open", "frozen", "closed"]),
  reason: z.string().trim().min(3).max(500),
});

/**
 * Freezes an account, or closes it for good; to open a frozen one again a second person is asked. A frozen account gives
 * nothing new, a closed one takes nothing either; holds may still be given back.
 */
export async function setAccountState(
  ctx: CommandContext,
  raw: unknown,
): Promise<{ state: "open" | "frozen" | "closed"; approvalId?: string }> {
  requirePermission(ctx.actor, "account:set_state");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { accountId, state, reason } = parsed.data;
  return inTransaction(ctx.db, async (tx) => {
    // of two who ask at once, the second finds what the first has done
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`account:${accountId}`}, 0))`);
    const [row] = await tx
      .select()
      .from(account)
      .where(eq(account.id, BigInt(accountId)));
    if (!row) throw new AppError("not_found");
    if (row.state === state) return { state };
    const change = { accountId, from: row.state, to: state, reason };
    if (row.state === "frozen" && state === "open") {
      const subject = `account:${accountId}`;
      const waiting = and(eq(approval.subject, subject), eq(approval.state, "submitted"));
      if ((await tx.$count(approval, waiting)) > 0) throw new AppError("conflict");
      const approvalId = await submitApproval(tx, ctx, {
        kind: "account_opened",
        subject,
        payload: { ...change, profileId: row.profileId },
      });
      await recordAudit(tx, ctx, {
        command: "ask-to-open-account",
        subject,
        permission: "account:set_state",
        detail: { ...change, approvalId },
      });
      return { state: row.state, approvalId };
    }
    if (state === "closed") await requireNothingUnderWay(tx, row.profileId);
    await changeState(tx, ctx, { ...change, command: "set-account-state", permission: "account:set_state" });
    return { state };
  });
}

/** The change itself, once whoever may has said so; what may follow what is held by the ledger. */
export async function changeState(
  tx: Tx,
  ctx: CommandContext,
  change: {
    accountId: string;
    from: string;
    to: string;
    reason: string;
    command: string;
    permission: "account:set_state" | "approval:decide";
  },
): Promise<void> {
  const { accountId, command, permission, ...detail } = change;
  const { rows } = await tx
    .execute<{ before: string | null }>(
      sql`SELECT ledger.set_account_state(${accountId}::bigint, ${detail.to}) AS before`,
    )
    .catch((thrown) => {
      throw databaseError(thrown).code === "GR002"
        ? new AppError("conflict", undefined, { cause: thrown })
        : thrown;
    });
  if (rows[0]?.before !== detail.from) throw new AppError("conflict");
  await recordAudit(tx, ctx, { command, subject: `account:${accountId}`, permission, detail });
}

/** Dollars that another bank may still send back need an account to come back to. */
async function requireNothingUnderWay(tx: Tx, profileId: string | null): Promise<void> {
  if (!profileId) return;
  const under = and(eq(dollarTransfer.profileId, profileId), eq(dollarTransfer.state, "initiated"));
  if ((await tx.$count(dollarTransfer, under)) > 0) throw new AppError("conflict");
}
