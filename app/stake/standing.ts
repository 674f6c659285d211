import type { CommandContext } from "@/lib/auth/actor";
import { briefly } from "@/lib/chain/briefly";
import { hasConverted } from "@/lib/collateral/queries";
import { ownIdentity } from "@/lib/customers/queries";
import { epochClock } from "@/lib/epochs/queries";
import { rewardTotals } from "@/lib/rewards/queries";
import { stakeOverview } from "@/lib/staking/queries";
import { dollarAccount } from "@/lib/transfers/queries";
import { operators, registryRules } from "@/lib/validators/queries";
import { earningOf } from "./earning";
import type { JourneyFacts } from "./journey";
import { unlessChainDown } from "./unless-chain-down";

/** The chain's part that is the same for every customer. */
const everybodys = briefly(1_000, async () => {
  const [all, epoch, rules] = await Promise.all([operators(), epochClock(), registryRules()]);
  return { operators: all, epoch, rules };
});

/** Where a customer stands: the books' part always, the chain's part while the chain answers. */
export async function standing({ actor }: CommandContext) {
  const [identity, dollars, converted, rewards, live] = await Promise.all([
    ownIdentity(actor),
    dollarAccount(actor),
    hasConverted(actor),
    rewardTotals(actor),
    unlessChainDown(async () => {
      const known = await everybodys();
      return { overview: await stakeOverview(actor, known), operators: known.operators, rules: known.rules };
    }),
  ]);
  const overview = live?.overview;
  const facts: JourneyFacts = {
    identityState: identity.state,
    isWalletVerified: isWalletVerified(identity),
    dollarsMicros: dollars.canUseMicros,
    convertingMicros: dollars.onHoldMicros,
    tokensMicros: overview?.walletMicros ?? 0n,
    stakedMicros: overview ? overview.activeMicros + overview.pendingMicros : 0n,
    claimableMicros: overview?.earnedGrossMicros ?? 0n,
    hasConverted: converted,
    hasStaked:
      rewards.payouts > 0 || (overview?.positions.length ?? 0) + (overview?.unbondings.length ?? 0) > 0,
    hasBeenPaid: rewards.payouts > 0,
  };
  return {
    facts,
    dollars,
    paidNetMicros: rewards.netMicros,
    chain: live && {
      asOf: live.overview.asOf,
      networkCoinWei: live.overview.networkCoinWei,
      unbondingMicros: live.overview.unbondingMicros,
      operatorCount: live.overview.positions.filter((one) => one.activeMicros + one.pendingMicros > 0n)
        .length,
      rules: live.rules,
      /** those with whom something is staked */
      ownOperators: live.overview.positions.flatMap(({ operatorId, activeMicros, pendingMicros }) => {
        const operator = live.operators.find((one) => one.operatorId === operatorId);
        const ownMicros = activeMicros + pendingMicros;
        return operator && ownMicros > 0n ? [{ operator, ownMicros }] : [];
      }),
      ...earningOf(live.overview, live.operators),
    },
  };
}

/** The chain knows the wallet, and the check behind it has not run out. */
export const isWalletVerified = (identity: { state: string; wallet: { status: string } | null }) =>
  identity.wallet?.status === "verified" && identity.state === "verified";
