import { encodeFunctionData, type Hex } from "viem";
import { epochManagerAbi, stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import type { StakeContracts } from "@/lib/staking/calls";

/** What whoever pays for canaries signs: the epoch manager takes the tokens, which are allowed first. */
export const fundCanaryPot = (
  contracts: { stateToken: Hex; epochManager: Hex },
  amountMicros: bigint,
): readonly { to: Hex; data: Hex }[] => [
  {
    to: contracts.stateToken,
    data: encodeFunctionData({
      abi: stateTokenAbi,
      functionName: "approve",
      args: [contracts.epochManager, amountMicros],
    }),
  },
  {
    to: contracts.epochManager,
    data: encodeFunctionData({ abi: epochManagerAbi, functionName: "fundCanaryPot", args: [amountMicros] }),
  },
];

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
