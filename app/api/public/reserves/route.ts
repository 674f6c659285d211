import { wireOf } from "@/app/(public)/count-now";
import { route } from "@/lib/auth/route";
import { reservesNow } from "@/lib/collateral/queries";

/** What is held and what is owed, for everybody, at most five seconds old. */
export const GET = route({ name: "public/reserves", access: "open" }, async () =>
  Response.json(wireOf(await reservesNow()), { headers: { "cache-control": "public, max-age=5" } }),
);
