import { headers } from "next/headers";
import { createSafeActionClient } from "next-safe-action";
import { z } from "zod";
import { dbFor } from "@/db/client";
import type { Actor, CommandContext } from "@/lib/auth/actor";
import { requireOwnOrigin } from "@/lib/auth/origin";
import { type Permission, refusalFor, requirePermission } from "@/lib/auth/permissions";
import { requestIdOf } from "@/lib/auth/request";
import { type Refusal, refusalOf } from "@/lib/auth/route";
import { currentActor } from "@/lib/auth/session";
import { env } from "@/lib/env";
import { requestSeconds, requestsTotal } from "@/lib/metrics";

type CustomerActor = Extract<Actor, { kind: "customer" }>;
type StaffActor = Extract<Actor, { kind: "staff" }>;

export type ActionRefusal = Refusal;

/** Every action: a request id, our own origin, an actor from the session row, refusals as codes. */
const base = createSafeActionClient({
  defineMetadataSchema: () => z.object({ name: z.string() }),
  defaultValidationErrorsShape: "flattened",
  handleServerError(thrown, { ctx, metadata }): ActionRefusal {
    const { requestId } = ctx as { requestId: string };
    return refusalOf(thrown, requestId, metadata.name);
  },
})
  .use(async ({ next, metadata }) => {
    const requestId = requestIdOf(await headers());
    const stop = requestSeconds.startTimer({ name: metadata.name, kind: "action" });
    const result = await next({ ctx: { requestId } });
    stop();
    requestsTotal.inc({ name: metadata.name, kind: "action", status: result.success ? "ok" : "refused" });
    return result;
  })
  .use(async ({ next, ctx }) => {
    requireOwnOrigin((await headers()).get("origin"), env.appUrl);
    const actor = await currentActor();
    const command: CommandContext = { actor, requestId: ctx.requestId, db: dbFor("app") };
    return next({ ctx: { actor, command } });
  });

/** For anybody, signed in or not. */
export const publicAction = base;

/** For a signed-in customer; whose things they may touch is decided in the command, by the actor's profile. */
export const customerAction = base.use(async ({ next, ctx }) => {
  if (ctx.actor.kind !== "customer") throw refusalFor(ctx.actor);
  return next({ ctx: { actor: ctx.actor as CustomerActor } });
});

/** For staff who hold the permission at this moment. */
export const staffAction = (permission: Permission) =>
  base.use(async ({ next, ctx }) => {
    if (ctx.actor.kind !== "staff") throw refusalFor(ctx.actor);
    requirePermission(ctx.actor, permission);
    return next({ ctx: { actor: ctx.actor as StaffActor } });
  });
