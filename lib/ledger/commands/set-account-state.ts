import { sql } from "drizzle-orm";
import { z } from "zod";
import { databaseError, inTransaction } from "@/db/transaction";
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
 * Freezes an account, opens it again, or closes it for good. A frozen one gives nothing new, a closed one takes nothing
 * either; holds may still be given back.
 */
export async function setAccountState(ctx: CommandContext, raw: unknown): Promise<void> {
  requirePermission(ctx.actor, "account:set_state");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { accountId, state, reason } = parsed.data;
  await inTransaction(ctx.db, async (tx) => {
    const { rows } = await tx
      .execute<{ before: string | null }>(
        sql`SELECT ledger.set_account_state(${accountId}::bigint, ${state}) AS before`,
      )
      .catch((thrown) => {
        throw databaseError(thrown).code === "GR002"
          ? new AppError("conflict", undefined, { cause: thrown })
          : thrown;
      });
    const before = rows[0]?.before;
    if (!before) throw new AppError("not_found");
    if (before === state) return;
    await recordAudit(tx, ctx, {
      command: "set-account-state",
      subject: `account:${accountId}`,
      permission: "account:set_state",
      detail: { from: before, to: state, reason },
    });
  });
}
