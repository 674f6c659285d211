import { and, eq } from "drizzle-orm";
import { dollarTransfer } from "@/db/schema/collateral";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { decide } from "@/lib/compliance/decide";
import { AppError, invariant } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";
import { post } from "@/lib/ledger/posting";
import { dollarsOutSent } from "@/lib/ledger/recipes/dollars-out";
import { requireOn } from "@/lib/switches/require";
import { settleTransfer, type TransferView } from "@/lib/transfers/commands/settle-transfer";
import { parseTransfer } from "@/lib/transfers/input";

/** Pays dollars to the customer's account elsewhere: taken from the deposit first, then sent, then settled. */
export async function sendDollars(ctx: CommandContext, raw: unknown): Promise<TransferView> {
  requirePermission(ctx.actor, "dollars:send");
  if (ctx.actor.kind !== "customer") throw new AppError("not_allowed");
  const { profileId } = ctx.actor;
  const { amountMicros, clientKey } = parseTransfer(raw);

  const transferId = await inTransaction(ctx.db, async (tx) => {
    const [made] = await tx
      .insert(dollarTransfer)
      .values({
        profileId,
        direction: "out",
        rail: "demo",
        amountMicros,
        clientKey,
        requestId: ctx.requestId,
      })
      .onConflictDoNothing({ target: [dollarTransfer.profileId, dollarTransfer.clientKey] })
      .returning();
    if (!made) {
      const [known] = await tx
        .select()
        .from(dollarTransfer)
        .where(and(eq(dollarTransfer.profileId, profileId), eq(dollarTransfer.clientKey, clientKey)));
      invariant(known, "a key that is taken has its row");
      if (known.direction !== "out" || known.amountMicros !== amountMicros)
        throw new AppError("idempotency_conflict");
      return known.id;
    }
    await requireOn(tx, "payout");
    await decide(tx, ctx, { command: "send-dollars", profileId, amountMicros });
    await post(tx, {
      key: `dollars-out-sent:${made.id}`,
      event: "dollars-out-sent",
      subject: `dollar_transfer:${made.id}`,
      actor: ctx.actor,
      requestId: ctx.requestId,
      transfers: dollarsOutSent({ profileId, amountMicros }),
    });
    await recordAudit(tx, ctx, {
      command: "send-dollars",
      subject: `dollar_transfer:${made.id}`,
      permission: "dollars:send",
      detail: { amountMicros: amountMicros.toString() },
    });
    return made.id;
  });
  failpoint("transfer.out-written");
  return settleTransfer(ctx, { transferId });
}
