import { randomBytes } from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { Hex } from "viem";
import { z } from "zod";
import { redemption } from "@/db/schema/collateral";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { issuanceTerms } from "@/lib/collateral/queries";
import type { Terms } from "@/lib/collateral/terms";
import { decide } from "@/lib/compliance/decide";
import { AppError, invariant } from "@/lib/errors";
import { bpsOfUp } from "@/lib/money/math";
import { parseAmount } from "@/lib/money/parse";

const shape = z.strictObject({ amount: z.string(), clientKey: z.string().min(8).max(100) });

export type PreparedRedemption = {
  id: string;
  /** what the holder's call to the token names */
  redemptionId: Hex;
  grossMicros: bigint;
  feeMicros: bigint;
  netMicros: bigint;
};

/** Gives a redemption its number before the holder signs; dollars follow once the burn is final. An exit: no switch stops it. */
export async function prepareRedemption(
  ctx: CommandContext,
  raw: unknown,
  readTerms: () => Promise<Terms> = issuanceTerms,
): Promise<PreparedRedemption> {
  requirePermission(ctx.actor, "redemption:prepare");
  if (ctx.actor.kind !== "customer" || !ctx.actor.walletId) throw new AppError("not_allowed");
  const { profileId, walletId } = ctx.actor;
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { clientKey } = parsed.data;
  const grossMicros = parseAmount(parsed.data.amount);
  const feeMicros = bpsOfUp(grossMicros, (await readTerms()).redemptionFeeBps);
  if (feeMicros >= grossMicros) throw new AppError("amount_too_small");

  return inTransaction(ctx.db, async (tx) => {
    await decide(tx, ctx, { command: "prepare-redemption", profileId, amountMicros: grossMicros });
    const redemptionId: Hex = `0x${randomBytes(32).toString("hex")}`;
    const [made] = await tx
      .insert(redemption)
      .values({
        redemptionId,
        profileId,
        walletId,
        clientKey,
        state: "prepared",
        grossMicros,
        feeMicros,
        requestId: ctx.requestId,
      })
      .onConflictDoNothing({ target: [redemption.profileId, redemption.clientKey] })
      .returning();
    if (made)
      await recordAudit(tx, ctx, {
        command: "prepare-redemption",
        subject: `redemption:${made.id}`,
        permission: "redemption:prepare",
        detail: { grossMicros: grossMicros.toString() },
      });
    const [row] = made
      ? [made]
      : await tx
          .select()
          .from(redemption)
          .where(and(eq(redemption.profileId, profileId), eq(redemption.clientKey, clientKey)));
    invariant(row, "a key that is taken has its row");
    if (row.grossMicros !== grossMicros) throw new AppError("idempotency_conflict");
    const netMicros = row.grossMicros - row.feeMicros;
    return { id: row.id, redemptionId: row.redemptionId, grossMicros, feeMicros: row.feeMicros, netMicros };
  });
}
