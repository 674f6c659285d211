import { z } from "zod";
import { inTransaction } from "@/db/transaction";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";
import { askCertificationAct } from "@/lib/validators/commands/ask-certification-act";
import { certifiedOperator } from "@/lib/validators/queries";

const shape = z.strictObject({
  operatorId: z.number().int().min(1).max(127),
  reason: z.string().trim().min(3).max(500),
});

/** Asks to let a jailed operator out; its seat it must take up again by itself. The contract keeps the time in jail. */
export async function reinstateOperator(
  ctx: CommandContext,
  raw: unknown,
): Promise<{ actId: string; approvalId: string }> {
  requirePermission(ctx.actor, "certification:ask");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { operatorId, reason } = parsed.data;
  return inTransaction(ctx.db, async (tx) => {
    const { state, name } = await certifiedOperator(tx, operatorId);
    if (state !== "jailed") throw new AppError("conflict");
    return askCertificationAct(tx, ctx, { kind: "reinstate", operatorId, reason, name });
  });
}
