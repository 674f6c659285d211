import { eq } from "drizzle-orm";
import { z } from "zod";
import { identityApplication } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { openField } from "@/lib/crypto/field";
import { applicationField, type SealedAddress } from "@/lib/customers/sealed";
import { formatTaxNumber } from "@/lib/customers/tax-number";
import { AppError } from "@/lib/errors";

const shape = z.strictObject({ applicationId: z.uuid(), reason: z.string().trim().min(5).max(500) });

export type RevealedIdentity = { taxNumber: string; birthDate: string; street: string };

/** Shows in full what identifies one applicant; who looked and why stays on record. */
export async function revealIdentity(ctx: CommandContext, raw: unknown): Promise<RevealedIdentity> {
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
      command: "reveal-identity",
      subject: `identity_application:${applicationId}`,
      permission: "identity:reveal",
      detail: { reason },
    });
    const digits = openField(row.taxNumberSealed, applicationField(row.id, "tax_number"));
    const place = openField(row.addressSealed, applicationField(row.id, "address"));
    return {
      taxNumber: formatTaxNumber(digits),
      birthDate: openField(row.birthDateSealed, applicationField(row.id, "birth_date")),
      street: (JSON.parse(place) as SealedAddress).street,
    };
  });
}
