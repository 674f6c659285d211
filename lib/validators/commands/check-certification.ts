import { eq } from "drizzle-orm";
import { z } from "zod";
import { certification, certificationCheck, checkNames } from "@/db/schema/certification";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import { actorName, type CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";

const shape = z
  .strictObject({
    certificationId: z.uuid(),
    name: z.enum(checkNames),
    outcome: z.enum(["passed", "failed"]),
    note: z.string().trim().max(500).optional(),
  })
  // what failed says why
  .refine(({ outcome, note }) => outcome === "passed" || (note ?? "").length >= 3);

/** A member of staff looked at one thing and says what they found; a later look stands beside it and counts instead. */
export async function checkCertification(ctx: CommandContext, raw: unknown): Promise<void> {
  requirePermission(ctx.actor, "certification:check");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { certificationId, name, outcome, note } = parsed.data;
  await inTransaction(ctx.db, async (tx) => {
    const [row] = await tx
      .select()
      .from(certification)
      .where(eq(certification.id, certificationId))
      .for("no key update");
    if (!row) throw new AppError("not_found");
    if (row.state !== "applied") throw new AppError("conflict");
    await tx.insert(certificationCheck).values({
      certificationId,
      name,
      outcome,
      note: note || null,
      checkedBy: actorName(ctx.actor),
      requestId: ctx.requestId,
    });
    await recordAudit(tx, ctx, {
      command: "check-certification",
      subject: `certification:${certificationId}`,
      permission: "certification:check",
      detail: { name, outcome },
    });
  });
}
