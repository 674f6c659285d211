import { z } from "zod";
import { inTransaction } from "@/db/transaction";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";
import { orderHashOf } from "@/lib/validators/certification";
import { askCertificationAct } from "@/lib/validators/commands/ask-certification-act";
import { certifiedOperator } from "@/lib/validators/queries";

const shape = z.strictObject({
  operatorId: z.number().int().min(1).max(127),
  /** published word for word; the chain keeps its digest */
  reason: z.string().trim().min(10).max(500),
});

/** Asks to take a certificate away for good. It bites with the next epoch, whoever is left. */
export async function revokeCertification(
  ctx: CommandContext,
  raw: unknown,
): Promise<{ actId: string; approvalId: string }> {
  requirePermission(ctx.actor, "certification:revoke");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { operatorId, reason } = parsed.data;
  return inTransaction(ctx.db, async (tx) => {
    const { state, name } = await certifiedOperator(tx, operatorId);
    if (state === "exited" || state === "revoked") throw new AppError("conflict");
    const act = { operatorId, orderHash: orderHashOf(reason), reason, name };
    return askCertificationAct(tx, ctx, { kind: "revoke", ...act });
  });
}
