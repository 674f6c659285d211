import { route } from "@/lib/auth/route";
import { readiness } from "@/lib/operations/readiness";

let started = false;

/** Says yes from the first moment everything was there; after that only livez and readyz matter. */
export const GET = route({ name: "startupz", access: "open" }, async (_request, ctx) => {
  started ||= (await readiness(ctx.db)).every(({ ok }) => ok);
  return Response.json({ started }, { status: started ? 200 : 503 });
});
