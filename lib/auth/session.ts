import { and, eq, isNull, sql } from "drizzle-orm";
import { cookies } from "next/headers";
import { getToken } from "next-auth/jwt";
import { cache } from "react";
import { dbFor, type Executor } from "@/db/client";
import { realNow } from "@/db/columns";
import { profile, wallet } from "@/db/schema/customers";
import { session, staff } from "@/db/schema/staff";
import type { Actor } from "@/lib/auth/actor";
import { env } from "@/lib/env";

/** How long a session lives unused, and at most. Real time: the demo clock neither ends nor stretches it. */
export const sessionLimits = {
  customer: { idleMinutes: 30, absoluteMinutes: 12 * 60 },
  staff: { idleMinutes: 15, absoluteMinutes: 8 * 60 },
} as const;

export const cookieName = () =>
  env.appUrl.startsWith("https:") ? "__Host-granary.session" : "granary.session";

const anonymous: Actor = { kind: "anonymous" };
const touchSeconds = 20;

export async function insertSession(
  tx: Executor,
  subject:
    | { kind: "customer"; profileId: string; walletId: string; address: `0x${string}`; chainId: number }
    | { kind: "staff"; staffId: string },
  userAgent: string | undefined,
): Promise<string> {
  const { absoluteMinutes } = sessionLimits[subject.kind];
  const [row] = await tx
    .insert(session)
    .values({
      ...subject,
      userAgent: userAgent?.slice(0, 200),
      expiresAt: sql`clock_timestamp() + make_interval(mins => ${absoluteMinutes})`,
    })
    .returning({ id: session.id });
  if (!row) throw new Error("a session was not written");
  return row.id;
}

/** Who a session stands for at this moment: rights are read afresh each time, never from the cookie. */
export async function actorOfSession(db: Executor, sessionId: string): Promise<Actor> {
  if (!/^[0-9a-f-]{36}$/.test(sessionId)) return anonymous;
  const idle = sql`make_interval(mins => CASE ${session.kind}
    WHEN 'staff' THEN ${sessionLimits.staff.idleMinutes}::int
    ELSE ${sessionLimits.customer.idleMinutes}::int END)`;
  const [row] = await db
    .select({
      kind: session.kind,
      profileId: session.profileId,
      staffId: session.staffId,
      role: staff.role,
      isActive: staff.isActive,
      walletId: wallet.id,
      address: wallet.address,
      walletStatus: wallet.status,
      profileStatus: profile.status,
      isRevoked: sql<boolean>`${session.revokedAt} IS NOT NULL`,
      isOver: sql<boolean>`${session.expiresAt} <= ${realNow} OR ${session.seenAt} <= clock_timestamp() - ${idle}`,
      isStale: sql<boolean>`${session.seenAt} < clock_timestamp() - make_interval(secs => ${touchSeconds}::int)`,
    })
    .from(session)
    .leftJoin(staff, eq(staff.id, session.staffId))
    .leftJoin(profile, eq(profile.id, session.profileId))
    .leftJoin(wallet, and(eq(wallet.id, session.walletId), eq(wallet.profileId, session.profileId)))
    .where(eq(session.id, sessionId));
  if (!row) return anonymous;
  if (row.isRevoked) return { kind: "anonymous", ended: "by_somebody" };
  if (row.isOver) return { kind: "anonymous", ended: "by_time" };
  if (row.isStale) await db.update(session).set({ seenAt: realNow }).where(eq(session.id, sessionId));

  if (row.kind === "staff" && row.staffId && row.role && row.isActive)
    return { kind: "staff", staffId: row.staffId, role: row.role, sessionId };
  if (
    row.kind === "customer" &&
    row.profileId &&
    row.profileStatus === "open" &&
    row.walletId &&
    row.address
  ) {
    if (row.walletStatus === "closed") return { kind: "anonymous", ended: "by_somebody" };
    const { profileId, walletId, address } = row;
    return { kind: "customer", profileId, walletId, address, sessionId };
  }
  return { kind: "anonymous", ended: "by_somebody" };
}

/** The session id inside the cookie, if the cookie is one of ours. */
export async function sessionIdFromCookie(): Promise<string | undefined> {
  const jar = await cookies();
  const name = cookieName();
  const value = jar.get(name)?.value;
  if (!value) return undefined;
  const request = { headers: {}, cookies: { [name]: value } } as unknown as Parameters<
    typeof getToken
  >[0]["req"];
  const token = await getToken({ req: request, cookieName: name, secret: env.nextauthSecret });
  return token?.sid;
}

/** Who asks, for pages, actions and routes; looked up once a request. */
export const currentActor = cache(async (): Promise<Actor> => {
  const sessionId = await sessionIdFromCookie().catch(() => undefined);
  return sessionId ? actorOfSession(dbFor("app"), sessionId) : anonymous;
});

/** Ends sessions; each is refused on its next request. */
export async function revokeSessions(
  db: Executor,
  which: { sessionId: string } | { profileId: string } | { staffId: string },
  by: string,
): Promise<number> {
  const match =
    "sessionId" in which
      ? eq(session.id, which.sessionId)
      : "profileId" in which
        ? eq(session.profileId, which.profileId)
        : eq(session.staffId, which.staffId);
  const ended = await db
    .update(session)
    .set({ revokedAt: realNow, revokedBy: by })
    .where(and(match, isNull(session.revokedAt)))
    .returning({ id: session.id });
  return ended.length;
}
