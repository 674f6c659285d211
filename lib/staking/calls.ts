import { type Abi, type Address, encodeFunctionData, type Hex, isHex, parseSignature } from "viem";
import { stakingAbi, stateTokenAbi } from "@/lib/chain/abi";

/**
 * Everything a resident may sign, one builder per act; nothing else in the browser makes calldata.
 * Units: amounts in token units (1e-6 dollar). Refuses: amounts that are not positive, ids that are not 32 bytes.
 */
export type Call = {
  contract: "stateToken" | "staking";
  to: Address;
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
  data: Hex;
};

export type StakeContracts = { stateToken: Address; staking: Address };

function tokenCall(to: Address, functionName: string, args: readonly unknown[]): Call {
  const abi = stateTokenAbi as Abi;
  return {
    contract: "stateToken",
    to,
    abi,
    functionName,
    args,
    data: encodeFunctionData({ abi, functionName, args }),
  };
}

function stakingCall(to: Address, functionName: string, args: readonly unknown[]): Call {
  const abi = stakingAbi as Abi;
  return {
    contract: "staking",
    to,
    abi,
    functionName,
    args,
    data: encodeFunctionData({ abi, functionName, args }),
  };
}

function positive(amountMicros: bigint): bigint {
  if (amountMicros <= 0n) throw new RangeError("amount must be positive");
  return amountMicros;
}

/** Allows the staking contract to take exactly this amount, never more. */
export function approveExact(contracts: StakeContracts, amountMicros: bigint): Call {
  return tokenCall(contracts.stateToken, "approve", [contracts.staking, positive(amountMicros)]);
}

/**
 * Never sent, only tried: moving the amount to oneself passes the same checks of pause, identity, hold and balance
 * that a stake meets, before any permission has been signed.
 */
export function tokensCanMove(
  contracts: StakeContracts,
  input: { owner: Address; amountMicros: bigint },
): Call {
  return tokenCall(contracts.stateToken, "transfer", [input.owner, positive(input.amountMicros)]);
}

export function stake(contracts: StakeContracts, input: { operatorId: number; amountMicros: bigint }): Call {
  return stakingCall(contracts.staking, "stake", [input.operatorId, positive(input.amountMicros)]);
}

export function stakeWithPermit(
  contracts: StakeContracts,
  input: { operatorId: number; amountMicros: bigint; deadline: bigint; signature: Hex },
): Call {
  const { r, s, v, yParity } = parseSignature(input.signature);
  return stakingCall(contracts.staking, "stakeWithPermit", [
    input.operatorId,
    positive(input.amountMicros),
    input.deadline,
    Number(v ?? BigInt(27 + yParity)),
    r,
    s,
  ]);
}

export function requestUnbond(
  contracts: StakeContracts,
  input: { operatorId: number; amountMicros: bigint },
): Call {
  return stakingCall(contracts.staking, "requestUnbond", [input.operatorId, positive(input.amountMicros)]);
}

export function withdraw(contracts: StakeContracts, requestId: bigint): Call {
  return stakingCall(contracts.staking, "withdraw", [requestId]);
}

export function claim(contracts: StakeContracts, operatorId: number): Call {
  return stakingCall(contracts.staking, "claim", [operatorId]);
}

export function redeem(contracts: StakeContracts, input: { amountMicros: bigint; redemptionId: Hex }): Call {
  if (!isHex(input.redemptionId) || input.redemptionId.length !== 66)
    throw new RangeError("redemption id must be 32 bytes");
  return tokenCall(contracts.stateToken, "redeem", [positive(input.amountMicros), input.redemptionId]);
}

/** ERC-2612 permission for exactly one stake; the token's own domain (name, version 1). */
export function stakePermit(input: {
  contracts: StakeContracts;
  tokenName: string;
  chainId: number;
  owner: Address;
  amountMicros: bigint;
  nonce: bigint;
  deadline: bigint;
}) {
  return {
    domain: {
      name: input.tokenName,
      version: "1",
      chainId: input.chainId,
      verifyingContract: input.contracts.stateToken,
    },
    types: {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    },
    primaryType: "Permit",
    message: {
      owner: input.owner,
      spender: input.contracts.staking,
      value: positive(input.amountMicros),
      nonce: input.nonce,
      deadline: input.deadline,
    },
  } as const;
}
