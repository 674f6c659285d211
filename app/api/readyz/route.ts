import { hasPermission } from "@/lib/auth/permissions";
import { route } from "@/lib/auth/route";
import { currentActor } from "@/lib/auth/session";
import { readiness } from "@/lib/operations/readiness";

/** Whether requests may be sent here. Which part is missing is for staff alone. */
export const GET = route({ name: "readyz", access: "open" }, async (_request, ctx) => {
  const checks = await readiness(ctx.db);
  const ready = checks.every(({ ok }) => ok);
  const actor = await currentActor().catch(() => ({ kind: "anonymous" }) as const);
  const detail = hasPermission(actor, "operations:read") ? { checks } : {};
  return Response.json({ ready, ...detail }, { status: ready ? 200 : 503 });
});
