import { RateLimit } from "@/lib/auth/rate-limit";
import { route } from "@/lib/auth/route";
import { AppError } from "@/lib/errors";
import { translator } from "@/lib/messages/server";
import { csvText, rewardRows } from "@/lib/rewards/csv";
import { rewardsToExport } from "@/lib/rewards/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { operatorNames } from "@/lib/validators/queries";

const asked = new RateLimit({ burst: 10, perSecond: 0.2, maxCallers: 10_000 });

/** One's own payouts as a file for a spreadsheet, of one year or of all. */
export const GET = route(
  { name: "rewards export", access: "rewards:read_own" },
  async (request, { actor, db }) => {
    if (actor.kind !== "customer") throw new AppError("not_allowed");
    if (!asked.take(actor.profileId, 1, Date.now())) throw new AppError("rate_limited");
    const text = request.nextUrl.searchParams.get("year");
    if (text !== null && !/^20\d\d$/.test(text)) throw new AppError("invalid_input");
    const { timeZone, tokenSymbol: symbol, bankName } = activeProfile();
    const year = text === null ? undefined : Number(text);
    const rewards = await rewardsToExport(actor, { timeZone, ...(year !== undefined && { year }) }, db);
    const rows = rewardRows(rewards, {
      timeZone,
      symbol,
      priceSource: translator("reward")("priceSource", { bank: bankName }),
      operatorName: await operatorNames(db),
    });
    return new Response(csvText(rows), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="rewards-${year ?? "all"}.csv"`,
      },
    });
  },
);
