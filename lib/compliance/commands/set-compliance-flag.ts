import { eq } from "drizzle-orm";
import { z } from "zod";
import { profile } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";

const shape = z.strictObject({
  profileId: z.uuid(),
  flag: z.enum(["none", "hold", "block"]),
  reason: z.string().trim().min(3).max(500),
});

/** Holds or frees a profile's money commands. The customer only ever sees "under review". */
export async function setComplianceFlag(ctx: CommandContext, raw: unknown): Promise<void> {
  requirePermission(ctx.actor, "compliance:flag");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { profileId, flag, reason } = parsed.data;
  await inTransaction(ctx.db, async (tx) => {
    const changed = await tx
      .update(profile)
      .set({ complianceFlag: flag })
      .where(eq(profile.id, profileId))
      .returning({ id: profile.id });
    if (changed.length === 0) throw new AppError("not_found");
    await recordAudit(tx, ctx, {
      command: "set-compliance-flag",
      subject: `profile:${profileId}`,
      permission: "compliance:flag",
      detail: { flag, reason },
    });
  });
}
