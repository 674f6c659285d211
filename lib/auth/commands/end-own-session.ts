import { and, eq, isNull, ne } from "drizzle-orm";
import { z } from "zod";
import { realNow } from "@/db/columns";
import { session } from "@/db/schema/staff";
import { recordAudit } from "@/lib/audit/record";
import { actorName, type CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";

const shape = z.union([z.strictObject({ sessionId: z.uuid() }), z.strictObject({ others: z.literal(true) })]);

/** A customer ends one of their own sessions, or all but this one; each is refused with its next request. */
export async function endOwnSession(ctx: CommandContext, raw: unknown): Promise<{ ended: number }> {
  requirePermission(ctx.actor, "session:revoke_own");
  const { actor } = ctx;
  if (actor.kind !== "customer") throw new AppError("not_allowed");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const which =
    "sessionId" in parsed.data ? eq(session.id, parsed.data.sessionId) : ne(session.id, actor.sessionId);
  return ctx.db.transaction(async (tx) => {
    const ended = await tx
      .update(session)
      .set({ revokedAt: realNow, revokedBy: actorName(actor) })
      .where(and(which, eq(session.profileId, actor.profileId), isNull(session.revokedAt)))
      .returning({ id: session.id });
    if ("sessionId" in parsed.data && ended.length === 0) throw new AppError("not_found");
    await recordAudit(tx, ctx, {
      command: "end-own-session",
      subject: `profile:${actor.profileId}`,
      permission: "session:revoke_own",
      detail: { ended: ended.map(({ id }) => id).join(" ") },
    });
    return { ended: ended.length };
  });
}
