import { and, desc, eq, gt, isNull, sql } from "drizzle-orm";
import { realNow } from "@/db/columns";
import { session } from "@/db/schema/staff";
import type { CommandContext } from "@/lib/auth/actor";
import { sessionLimits } from "@/lib/auth/session";
import { AppError } from "@/lib/errors";

export type OwnSession = {
  id: string;
  isThis: boolean;
  userAgent: string | null;
  createdAt: Date;
  seenAt: Date;
};

/** Where a customer is signed in at this moment, the newest first. */
export async function ownSessions({ actor, db }: CommandContext): Promise<OwnSession[]> {
  if (actor.kind !== "customer") throw new AppError("sign_in_required");
  const rows = await db
    .select({
      id: session.id,
      userAgent: session.userAgent,
      createdAt: session.createdAt,
      seenAt: session.seenAt,
    })
    .from(session)
    .where(
      and(
        eq(session.profileId, actor.profileId),
        eq(session.kind, "customer"),
        isNull(session.revokedAt),
        gt(session.expiresAt, realNow),
        gt(
          session.seenAt,
          sql`clock_timestamp() - make_interval(mins => ${sessionLimits.customer.idleMinutes}::int)`,
        ),
      ),
    )
    .orderBy(desc(session.seenAt))
    .limit(50);
  return rows.map((row) => ({ ...row, isThis: row.id === actor.sessionId }));
}
