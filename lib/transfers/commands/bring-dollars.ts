import { and, eq } from "drizzle-orm";
import { dollarTransfer } from "@/db/schema/collateral";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { decide } from "@/lib/compliance/decide";
import { AppError, invariant } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";
import { settleTransfer, type TransferView } from "@/lib/transfers/commands/settle-transfer";
import { parseTransfer } from "@/lib/transfers/input";

/** Collects dollars from the customer's account elsewhere: written down first, then asked of the rail, then credited. */
export async function bringDollars(ctx: CommandContext, raw: unknown): Promise<TransferView> {
  requirePermission(ctx.actor, "dollars:bring");
  if (ctx.actor.kind !== "customer") throw new AppError("not_allowed");
  const { profileId } = ctx.actor;
  const { amountMicros, clientKey } = parseTransfer(raw);

  const transferId = await inTransaction(ctx.db, async (tx) => {
    await decide(tx, ctx, { command: "bring-dollars", profileId, amountMicros });
    const [made] = await tx
      .insert(dollarTransfer)
      .values({ profileId, direction: "in", rail: "demo", amountMicros, clientKey, requestId: ctx.requestId })
      .onConflictDoNothing({ target: [dollarTransfer.profileId, dollarTransfer.clientKey] })
      .returning();
    if (made) {
      await recordAudit(tx, ctx, {
        command: "bring-dollars",
        subject: `dollar_transfer:${made.id}`,
        permission: "dollars:bring",
        detail: { amountMicros: amountMicros.toString() },
      });
      return made.id;
    }
    const [known] = await tx
      .select()
      .from(dollarTransfer)
      .where(and(eq(dollarTransfer.profileId, profileId), eq(dollarTransfer.clientKey, clientKey)));
    invariant(known, "a key that is taken has its row");
    if (known.direction !== "in" || known.amountMicros !== amountMicros)
      throw new AppError("idempotency_conflict");
    return known.id;
  });
  failpoint("transfer.in-written");
  return settleTransfer(ctx, { transferId });
}
