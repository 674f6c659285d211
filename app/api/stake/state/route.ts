import { route } from "@/lib/auth/route";
import { creditedBlock } from "@/lib/operations/queries";
import { rewardNow } from "@/lib/rewards/queries";
import { stakeOverview } from "@/lib/staking/queries";

/** The caller's own stake and reward as they stand, for a page that watches them change. */
export const GET = route({ name: "stake state", access: "customer" }, async (_request, ctx) => {
  const [indexedBlock, overview, reward] = await Promise.all([
    creditedBlock(ctx),
    stakeOverview(ctx.actor),
    rewardNow(ctx.actor),
  ]);
  const body = JSON.stringify({ indexedBlock, overview, reward }, (_, value) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  return new Response(body, { headers: { "content-type": "application/json" } });
});
