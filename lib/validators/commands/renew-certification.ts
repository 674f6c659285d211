import { z } from "zod";
import { inTransaction } from "@/db/transaction";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";
import { bankTime } from "@/lib/state-profile/queries";
import { certifiedUntil } from "@/lib/validators/certification";
import { askCertificationAct } from "@/lib/validators/commands/ask-certification-act";
import { certifiedOperator } from "@/lib/validators/queries";

const shape = z.strictObject({
  operatorId: z.number().int().min(1).max(127),
  certifiedUntil: z.string().max(40),
  affiliated: z.boolean(),
  reason: z.string().trim().min(3).max(500),
});

/** Asks to certify an operator for longer, or to say anew whether it belongs to the bank's house. */
export async function renewCertification(
  ctx: CommandContext,
  raw: unknown,
): Promise<{ actId: string; approvalId: string }> {
  requirePermission(ctx.actor, "certification:ask");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { operatorId, affiliated, reason } = parsed.data;
  const until = certifiedUntil(parsed.data.certifiedUntil, await bankTime(ctx.db));
  if (!until) throw new AppError("certificate_date");
  return inTransaction(ctx.db, async (tx) => {
    const { state, name } = await certifiedOperator(tx, operatorId);
    if (state === "exited" || state === "revoked") throw new AppError("conflict");
    const act = { operatorId, affiliated, certifiedUntil: until, reason, name };
    return askCertificationAct(tx, ctx, { kind: "renew", ...act });
  });
}
