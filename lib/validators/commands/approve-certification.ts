import { asc, eq } from "drizzle-orm";
import { z } from "zod";
import { certification, certificationCheck, checkNames } from "@/db/schema/certification";
import { inTransaction } from "@/db/transaction";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";
import { bankTime } from "@/lib/state-profile/queries";
import { certifiedUntil, isFullyChecked, standingOfChecks } from "@/lib/validators/certification";
import { askCertificationAct } from "@/lib/validators/commands/ask-certification-act";

const shape = z.strictObject({
  certificationId: z.uuid(),
  certifiedUntil: z.string().max(40),
  reason: z.string().trim().min(3).max(500),
});

/** The first of two people says: certify. Only what has passed every check is asked for. */
export async function approveCertification(
  ctx: CommandContext,
  raw: unknown,
): Promise<{ actId: string; approvalId: string }> {
  requirePermission(ctx.actor, "certification:ask");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { certificationId, reason } = parsed.data;
  const until = certifiedUntil(parsed.data.certifiedUntil, await bankTime(ctx.db));
  if (!until) throw new AppError("certificate_date");
  return inTransaction(ctx.db, async (tx) => {
    const [row] = await tx
      .select()
      .from(certification)
      .where(eq(certification.id, certificationId))
      .for("no key update");
    if (!row) throw new AppError("not_found");
    if (row.state !== "applied" || row.kind !== "validator") throw new AppError("conflict");
    const looks = await tx
      .select()
      .from(certificationCheck)
      .where(eq(certificationCheck.certificationId, certificationId))
      .orderBy(asc(certificationCheck.id));
    if (!isFullyChecked(standingOfChecks(checkNames, looks))) throw new AppError("checks_open");
    const { name, controller, ownerHash, affiliated } = row;
    return askCertificationAct(tx, ctx, {
      kind: "approve",
      name,
      certificationId,
      controller,
      ownerHash,
      affiliated,
      certifiedUntil: until,
      reason,
    });
  });
}
