import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { dbFor } from "@/db/client";
import type { Actor, CommandContext } from "@/lib/auth/actor";
import { hasPermission, type Permission } from "@/lib/auth/permissions";
import { requestIdOf } from "@/lib/auth/request";
import { currentActor } from "@/lib/auth/session";

type StaffActor = Extract<Actor, { kind: "staff" }>;

/** What a page needs to read for whoever looks at it. */
export async function pageContext(): Promise<CommandContext> {
  const [actor, from] = await Promise.all([currentActor(), headers()]);
  return { actor, requestId: requestIdOf(from), db: dbFor("app") };
}

/** The first line of every staff page: who is not staff never gets past it. */
export async function staffPage(
  permission: Permission,
  path: string,
): Promise<CommandContext & { actor: StaffActor }> {
  const ctx = await pageContext();
  if (ctx.actor.kind !== "staff") redirect(`/sign-in?to=${encodeURIComponent(path)}`);
  if (!hasPermission(ctx.actor, permission)) redirect("/staff/not-allowed");
  return { ...ctx, actor: ctx.actor };
}
