import { type Abi, decodeFunctionData } from "viem";
import { stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import { formatAmount } from "@/lib/money/format";
import type { DemoRequest } from "./demo-wallet";
import type { PublicConfig } from "./wallet-store";

const names = {
  approve: "approve",
  stake: "stake",
  stakeWithPermit: "stake",
  requestUnbond: "unbond",
  withdraw: "withdraw",
  claim: "claim",
  redeem: "redeem",
} as const;

const amountPlace: Record<string, number> = {
  approve: 1,
  stake: 1,
  stakeWithPermit: 1,
  requestUnbond: 1,
  redeem: 0,
};

export type WalletAct = { name: (typeof names)[keyof typeof names]; amount: string };

/** Which of the bank's acts a transaction is; undefined for anything the bank did not offer. */
export function actOf(
  request: Extract<DemoRequest, { kind: "transaction" }>,
  config: PublicConfig,
): WalletAct | undefined {
  const to = request.to.toLowerCase();
  const abi: Abi | undefined =
    to === config.contracts.staking.toLowerCase()
      ? (stakingAbi as Abi)
      : to === config.contracts.stateToken.toLowerCase()
        ? (stateTokenAbi as Abi)
        : undefined;
  if (!abi) return undefined;
  try {
    const { functionName, args = [] } = decodeFunctionData({ abi, data: request.data });
    const name = names[functionName as keyof typeof names];
    if (!name) return undefined;
    const place = amountPlace[functionName];
    return { name, amount: place === undefined ? "" : formatAmount(BigInt(args[place] as bigint)) };
  } catch {
    return undefined;
  }
}
