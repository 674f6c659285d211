import { encodeFunctionData, type Hex } from "viem";
import { stakingAbi } from "@/lib/chain/abi";
import type { StakeContracts } from "@/lib/staking/calls";

/** What an operator signs to stand in for its own work; the tokens are allowed first, as for a stake. */
export function postBond(
  contracts: StakeContracts,
  bond: { operatorId: number; amountMicros: bigint },
): { to: Hex; data: Hex } {
  if (bond.amountMicros <= 0n) throw new RangeError("amount must be positive");
  return {
    to: contracts.staking,
    data: encodeFunctionData({
      abi: stakingAbi,
      functionName: "postBond",
      args: [bond.operatorId, bond.amountMicros],
    }),
  };
}
