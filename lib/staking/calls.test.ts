import { decodeFunctionData, type Hex, hashTypedData, parseSignature } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import {
  approveExact,
  claim,
  redeem,
  requestUnbond,
  stake,
  stakePermit,
  stakeWithPermit,
  withdraw,
} from "./calls";

const contracts = {
  stateToken: "0x00000000000000000000000000000000000000a1",
  staking: "0x00000000000000000000000000000000000000b2",
} as const;
const person = privateKeyToAccount(`0x${"07".repeat(32)}`);
const onToken = (data: Hex) => decodeFunctionData({ abi: stateTokenAbi, data });
const onStaking = (data: Hex) => decodeFunctionData({ abi: stakingAbi, data });

describe("what a resident signs", () => {
  it("allows exactly the amount, to the staking contract", () => {
    const call = approveExact(contracts, 5_000_000n);
    expect(call.to).toBe(contracts.stateToken);
    expect(onToken(call.data)).toMatchObject({
      functionName: "approve",
      args: [expect.any(String), 5_000_000n],
    });
  });

  it("stakes, unstakes, claims and withdraws on the staking contract", () => {
    const input = { operatorId: 3, amountMicros: 7n };
    expect(onStaking(stake(contracts, input).data)).toMatchObject({ functionName: "stake", args: [3, 7n] });
    expect(onStaking(requestUnbond(contracts, input).data)).toMatchObject({
      functionName: "requestUnbond",
      args: [3, 7n],
    });
    expect(onStaking(claim(contracts, 2).data)).toMatchObject({ functionName: "claim", args: [2] });
    expect(onStaking(withdraw(contracts, 11n).data)).toMatchObject({ functionName: "withdraw", args: [11n] });
  });

  it("carries a permit's signature in the parts that the contract expects", async () => {
    const typed = stakePermit({
      contracts,
      tokenName: "Maryland Granary Token",
      chainId: 31337,
      owner: person.address,
      amountMicros: 9n,
      nonce: 0n,
      deadline: 100n,
    });
    const signature = await person.signTypedData(typed);
    const call = stakeWithPermit(contracts, { operatorId: 1, amountMicros: 9n, deadline: 100n, signature });
    const { r, s } = parseSignature(signature);
    const { args } = onStaking(call.data);
    expect(args).toMatchObject([1, 9n, 100n, expect.any(Number), r, s]);
    expect([27, 28]).toContain(args?.[3]);
    expect(hashTypedData(typed)).toMatch(/^0x[0-9a-f]{64}$/);
  });

  it("names the redemption by its 32 bytes", () => {
    const redemptionId = `0x${"cd".repeat(32)}` as const;
    expect(onToken(redeem(contracts, { amountMicros: 1n, redemptionId }).data)).toMatchObject({
      functionName: "redeem",
      args: [1n, redemptionId],
    });
    expect(() => redeem(contracts, { amountMicros: 1n, redemptionId: "0xcd" })).toThrow(RangeError);
  });

  it("builds nothing for an amount that is not positive", () => {
    for (const amountMicros of [0n, -1n])
      expect(() => stake(contracts, { operatorId: 1, amountMicros })).toThrow(RangeError);
  });
});
