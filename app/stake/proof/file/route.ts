import { RateLimit } from "@/lib/auth/rate-limit";
import { route } from "@/lib/auth/route";
import { ownInclusion } from "@/lib/epochs/proofs/queries";
import { AppError } from "@/lib/errors";

const asked = new RateLimit({ burst: 20, perSecond: 0.5, maxCallers: 10_000 });

/** One's own balances and receipts with their ways to the signed roots; it takes no id, so it can give no other's. */
export const GET = route(
  { name: "own inclusion", access: "profile:read_own" },
  async (_request, { actor, db }) => {
    if (actor.kind !== "customer") throw new AppError("not_allowed");
    if (!asked.take(actor.profileId, 1, Date.now())) throw new AppError("rate_limited");
    const own = await ownInclusion(actor, { db });
    if (!own) throw new AppError("not_found");
    return new Response(`${JSON.stringify(own.document, null, 1)}\n`, {
      headers: {
        "content-type": "application/json",
        "content-disposition": `attachment; filename="proof-epoch-${own.document.epoch}.json"`,
      },
    });
  },
);
