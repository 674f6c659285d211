import { eq } from "drizzle-orm";
import { z } from "zod";
import { identityApplication } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { openField } from "@/lib/crypto/field";
import { applicationField } from "@/lib/customers/sealed";
import { formatTaxNumber } from "@/lib/customers/tax-number";
import { AppError } from "@/lib/errors";

const shape = z.strictObject({ applicationId: z.uuid(), reason: z.string().trim().min(5).max(500) });

/** Shows one tax number in full; who looked and why stays on record. */
export async function revealTaxNumber(ctx: CommandContext, raw: unknown): Promise<{ taxNumber: string }> {
  requirePermission(ctx.actor, "identity:reveal");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { applicationId, reason } = parsed.data;
  return inTransaction(ctx.db, async (tx) => {
    const [row] = await tx
      .select()
      .from(identityApplication)
      .where(eq(identityApplication.id, applicationId));
    if (!row) throw new AppError("not_found");
    await recordAudit(tx, ctx, {
      command: "reveal-tax-number",
      subject: `identity_application:${applicationId}`,
      permission: "identity:reveal",
      detail: { reason },
    });
    const digits = openField(row.taxNumberSealed, applicationField(row.id, "tax_number"));
    return { taxNumber: formatTaxNumber(digits) };
  });
}
