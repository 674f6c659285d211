import { createHash, timingSafeEqual } from "node:crypto";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { route } from "@/lib/auth/route";
import { env } from "@/lib/env";
import { metricsRegister } from "@/lib/metrics";
import { readGauges } from "@/lib/operations/gauges";

/** For a collector that shows the token, or for staff. */
export const GET = route({ name: "metrics", access: "anyone" }, async (request, ctx) => {
  const reader: CommandContext = showsToken(request.headers.get("authorization"))
    ? { ...ctx, actor: { kind: "system", job: "metrics" } }
    : ctx;
  requirePermission(reader.actor, "operations:read");
  await readGauges(reader);
  return new Response(await metricsRegister.metrics(), {
    headers: { "content-type": metricsRegister.contentType },
  });
});

const digest = (text: string) => createHash("sha256").update(text).digest();

function showsToken(header: string | null): boolean {
  const token = env.metricsToken;
  if (!token || !header) return false;
  return timingSafeEqual(digest(header), digest(`Bearer ${token}`));
}
