import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { certification } from "@/db/schema/certification";
import { approval } from "@/db/schema/control";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";

const shape = z.strictObject({ certificationId: z.uuid(), why: z.string().trim().min(3).max(500) });

/** Ends an application that does not stand up; the same owner may apply again with other keys and papers. */
export async function refuseCertification(ctx: CommandContext, raw: unknown): Promise<void> {
  requirePermission(ctx.actor, "certification:ask");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { certificationId, why } = parsed.data;
  await inTransaction(ctx.db, async (tx) => {
    const [row] = await tx
      .select()
      .from(certification)
      .where(eq(certification.id, certificationId))
      .for("no key update");
    if (!row) throw new AppError("not_found");
    const waiting = and(
      eq(approval.subject, `certification:${certificationId}`),
      eq(approval.state, "submitted"),
    );
    if (row.state !== "applied" || (await tx.$count(approval, waiting)) > 0) throw new AppError("conflict");
    await tx
      .update(certification)
      .set({ state: "refused", why })
      .where(eq(certification.id, certificationId));
    await recordAudit(tx, ctx, {
      command: "refuse-certification",
      subject: `certification:${certificationId}`,
      permission: "certification:ask",
      detail: { why },
    });
  });
}
