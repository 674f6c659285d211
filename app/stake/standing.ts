import type { CommandContext } from "@/lib/auth/actor";
import { listConversions } from "@/lib/collateral/queries";
import { ownIdentity } from "@/lib/customers/queries";
import { rewardHistory } from "@/lib/rewards/queries";
import { stakeOverview } from "@/lib/staking/queries";
import { dollarsOf } from "@/lib/transfers/queries";
import { operators } from "@/lib/validators/queries";
import { earningOf } from "./earning";
import type { JourneyFacts } from "./journey";
import { unlessChainDown } from "./unless-chain-down";

/** Where a customer stands: the books' part always, the chain's part while the chain answers. */
export async function standing({ actor }: CommandContext) {
  const [identity, dollars, conversions, history, live] = await Promise.all([
    ownIdentity(actor),
    dollarsOf(actor),
    listConversions(actor),
    rewardHistory(actor),
    unlessChainDown(() => Promise.all([stakeOverview(actor), operators()])),
  ]);
  const overview = live?.[0];
  const facts: JourneyFacts = {
    identityState: identity.state,
    isWalletVerified: isWalletVerified(identity),
    dollarsMicros: dollars.availableMicros,
    convertingMicros: dollars.heldMicros,
    tokensMicros: overview?.walletMicros ?? 0n,
    stakedMicros: overview ? overview.activeMicros + overview.pendingMicros : 0n,
    claimableMicros: overview?.earnedGrossMicros ?? 0n,
    hasConverted: conversions.some((one) => one.state === "minted"),
    hasStaked:
      history.rows.length > 0 || (overview?.positions.length ?? 0) + (overview?.unbondings.length ?? 0) > 0,
    hasBeenPaid: history.rows.length > 0,
  };
  return {
    facts,
    paidNetMicros: history.totals.netMicros,
    chain: live && {
      asOf: live[0].asOf,
      networkCoinWei: live[0].networkCoinWei,
      unbondingMicros: live[0].unbondingMicros,
      operatorCount: live[0].positions.filter((one) => one.activeMicros + one.pendingMicros > 0n).length,
      ...earningOf(live[0], live[1]),
    },
  };
}

/** The chain knows the wallet, and the check behind it has not run out. */
export const isWalletVerified = (identity: { state: string; wallet: { status: string } | null }) =>
  identity.wallet?.status === "verified" && identity.state === "verified";
