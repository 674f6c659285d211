import { type Abi, type Address, encodeEventTopics, type Hex } from "viem";
import { stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import type { StakeContracts } from "./calls";

/**
 * The event by which each act is known to have happened, whatever wallet or relay carried it.
 * A receipt without it did something else, however successful it calls itself.
 */
export type Act =
  | { name: "approve" | "claim" }
  | { name: "stake" | "unbond"; operatorId: number }
  | { name: "withdraw"; requestId: bigint }
  | { name: "redeem"; redemptionId: Hex };

export type Proof = { address: Address; topics: readonly (Hex | Hex[] | null)[] };

type Log = { address: Address; topics: readonly Hex[] };

export function proofOf(contracts: StakeContracts, owner: Address, act: Act): Proof {
  const onStaking = (eventName: string, args: object): Proof => ({
    address: contracts.staking,
    topics: encodeEventTopics({ abi: stakingAbi as Abi, eventName, args: args as never }),
  });
  const onToken = (eventName: string, args: object): Proof => ({
    address: contracts.stateToken,
    topics: encodeEventTopics({ abi: stateTokenAbi as Abi, eventName, args: args as never }),
  });
  switch (act.name) {
    case "approve":
      return onToken("Approval", { owner, spender: contracts.staking });
    case "claim":
      return onToken("Transfer", { to: owner });
    case "stake":
      return onStaking("Staked", { wallet: owner, operatorId: act.operatorId });
    case "unbond":
      return onStaking("UnbondRequested", { wallet: owner, operatorId: act.operatorId });
    case "withdraw":
      return onStaking("Withdrawn", { wallet: owner, requestId: act.requestId });
    case "redeem":
      return onToken("Redeemed", { redemptionId: act.redemptionId, holder: owner });
  }
}

export const isProven = (logs: readonly Log[], { address, topics }: Proof): boolean =>
  logs.some(
    (log) =>
      log.address.toLowerCase() === address.toLowerCase() &&
      topics.every((topic, place) => topic === null || topic === log.topics[place]),
  );
