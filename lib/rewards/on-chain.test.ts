import type { Hex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { epochManagerAbi, identityRegistryAbi, stakingAbi } from "@/lib/chain/abi";
import { decodeFact } from "@/lib/chain/decode";
import type { ChainFact, PayoutFact } from "@/lib/chain/facts";
import {
  finishEpoch,
  mintTokens,
  payForData,
  stakeTokens,
  startTestChain,
  type TestChain,
  verifyWallet,
} from "@/lib/processes/test-chain";
import { openAccrual, takeIn } from "@/lib/rewards/accrual";
import { accrualFactsFrom, placeInChain, secondsOf } from "@/lib/rewards/accrual-facts";
import { comparePayouts } from "@/lib/rewards/compare";
import { explainPayouts } from "@/lib/rewards/explain";
import { splitPayout } from "@/lib/tax/split-payout";

const [ann, ben, client] = [20, 21, 22] as const;
const epochSeconds = 30;
let chain: TestChain;

beforeAll(async () => {
  chain = await startTestChain({ epochSeconds });
  for (const who of [ann, ben, client]) {
    await verifyWallet(chain, chain.address(who));
    await mintTokens(chain, chain.address(who), 9_000_000_000n);
  }
}, 240_000);
afterAll(() => chain?.stop());

const staking = (functionName: string, ...args: unknown[]) => ({
  to: chain.deployment.contracts.staking,
  abi: stakingAbi,
  functionName,
  args,
});
const stake = (who: number, operatorId: number, amountMicros: bigint) =>
  stakeTokens(chain, who, { operatorId, amountMicros });

/** A fee is paid, time passes, the validators of these operators sign. */
async function epoch(feeMicros: bigint, signers: readonly number[]): Promise<void> {
  const at = { address: chain.deployment.contracts.epochManager, abi: epochManagerAbi } as const;
  await payForData(chain, client, feeMicros);
  await chain.pass(epochSeconds + 1);
  const pot = await chain.client.readContract({ ...at, functionName: "feePot" });
  await finishEpoch(chain, { distributedMicros: pot, signers });
}

type NodeLog = Record<
  "address" | "data" | "blockNumber" | "blockHash" | "transactionHash" | "logIndex",
  Hex
> & {
  topics: Hex[];
};

/** Every log of ours, as the index would keep it. */
async function factsOfChain(): Promise<ChainFact[]> {
  const logs = (await chain.rpc("eth_getLogs", [{ fromBlock: "0x0", toBlock: "latest" }])) as NodeLog[];
  const times = new Map<string, Date>();
  for (const { blockNumber } of logs) {
    if (times.has(blockNumber)) continue;
    const block = await chain.client.getBlock({ blockNumber: BigInt(blockNumber) });
    times.set(blockNumber, new Date(Number(block.timestamp) * 1000));
  }
  return logs.flatMap((log) => {
    const fact = decodeFact(chain.deployment, {
      address: log.address,
      topics: log.topics,
      data: log.data,
      blockNumber: BigInt(log.blockNumber),
      blockHash: log.blockHash,
      txHash: log.transactionHash,
      logIndex: Number(log.logIndex),
      at: times.get(log.blockNumber) as Date,
    });
    return fact ? [fact] : [];
  });
}

const asKept = (fact: ChainFact) => ({
  ...fact,
  args: JSON.parse(
    JSON.stringify(fact, (_, value) => (typeof value === "bigint" ? value.toString() : value)),
  ) as Record<string, unknown>,
});

describe("what the contracts paid", () => {
  it("is recomputed to the micro from their logs: gross, fee, three lines, net", {
    timeout: 120_000,
  }, async () => {
    await stake(ann, 1, 1_234_567_891n);
    await stake(ben, 1, 777_777_777n);
    await stake(ben, 2, 2_000_000_003n);
    await epoch(3_333_333n, [1, 2, 3, 4]);
    await epoch(5_000_001n, [1, 2, 3, 4]);
    await chain.pass(7);
    await chain.send(ann, staking("claim", 1));
    await chain.send(ben, staking("requestUnbond", 1, 111_111_111n));
    await stake(ann, 2, 500_000_007n);
    await epoch(4_000_000n, [2, 3, 4]);
    await chain.pass(11);
    await chain.send(ann, staking("claim", 1));
    await chain.send("registrar", {
      to: chain.deployment.contracts.identityRegistry,
      abi: identityRegistryAbi,
      functionName: "scheduleRateClass",
      args: [chain.address(ann), 0x180800],
    });
    await epoch(6_000_007n, [1, 2, 3, 4]);
    await chain.pass(13);
    await chain.send(ann, staking("requestUnbond", 1, 34_567_891n));
    await epoch(1_000_003n, [1, 2, 3, 4]);
    await chain.pass(29);
    await chain.send(ann, staking("claim", 1));
    await chain.send(ann, staking("claim", 2));
    await chain.send(ben, staking("claimFor", chain.address(ben), 2));
    await chain.send(ben, staking("claim", 1));

    const facts = await factsOfChain();
    const accrual = openAccrual(epochSeconds);
    for (const fact of accrualFactsFrom(facts.map(asKept))) takeIn(accrual, fact);
    const payouts = facts.filter((fact): fact is PayoutFact => fact.event === "Payout");
    expect(payouts.length).toBeGreaterThanOrEqual(9);
    const classes = new Set(payouts.map(({ rateClass }) => rateClass));
    expect(classes.size).toBe(2);

    for (const [who, operatorId] of [
      [ann, 1],
      [ann, 2],
      [ben, 1],
      [ben, 2],
    ] as const) {
      const wallet = chain.address(who).toLowerCase();
      const own = payouts.filter((one) => one.wallet === wallet && one.operatorId === operatorId);
      const told = explainPayouts(accrual, {
        wallet,
        operatorId,
        payouts: own.map((one) => ({ ...one, place: placeInChain(one), at: secondsOf(one.at) })),
        classChanges: facts.flatMap((fact) =>
          fact.event === "RateClassScheduled" && fact.wallet === wallet ? [Number(fact.fromEpoch)] : [],
        ),
        nowAt: secondsOf(facts.at(-1)?.at as Date),
      });
      for (const [i, paid] of own.entries()) {
        const earned = told.payouts[i] as (typeof told.payouts)[number];
        expect(earned, `${who} with ${operatorId}, payout ${i}`).toMatchObject({
          grossMicros: paid.grossMicros,
          operatorFeeMicros: paid.operatorFeeMicros,
        });
        const { federalMicros, stateMicros, localMicros, netMicros } = paid;
        expect(splitPayout({ ...earned, rateClass: paid.rateClass })).toEqual({
          federalMicros,
          stateMicros,
          localMicros,
          netMicros,
        });
        const before = own[i - 1];
        if (!before) continue;
        const { causes, differenceMicros } = comparePayouts(
          { ...before, earned: told.payouts[i - 1] as typeof earned },
          { ...paid, earned },
          { epochs: accrual.epochs, dripSeconds: epochSeconds },
        );
        expect(differenceMicros).toBe(paid.netMicros - before.netMicros);
        expect(causes.reduce((sum, { changeMicros }) => sum + changeMicros, 0n)).toBe(differenceMicros);
      }
    }
  });
});
