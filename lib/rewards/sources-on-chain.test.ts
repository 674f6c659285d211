import { type Hex, keccak256, toHex } from "viem";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chooser } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { epochManagerAbi, payoutSplitterAbi, stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import type { Attestor } from "@/lib/processes/attestor";
import { mintTokens } from "@/lib/processes/test-chain";
import {
  epochFaults,
  staker,
  stepped,
  type TestEpochs,
  testEpochSeconds,
  testEpochs,
} from "@/lib/processes/test-epochs";
import { sourcesAndUsesBetween } from "@/lib/rewards/queries";

const dollars = (n: number) => BigInt(n) * 1_000_000n;
const isBar = Boolean(process.env.BAR_ROUNDS);
const periods = isBar ? 1_000 : 200;
const everybody = [1, 2, 3, 4, 5];

let epochs: TestEpochs;
let validators: Attestor[];

beforeAll(async () => {
  epochs = await testEpochs();
  for (const id of everybody) await epochs.stake(id, dollars(500 * id));
  validators = await Promise.all(everybody.map((id) => epochs.open(id)));
}, 120_000);
afterAll(async () => {
  for (const one of validators ?? []) await one.close();
  await epochs?.close();
});

const contracts = () => epochs.chain.deployment.contracts;

const claim = (operatorId: number) =>
  epochs.sent(staker, {
    to: contracts().staking,
    abi: stakingAbi,
    functionName: "claim",
    args: [operatorId],
  });

/** Fees of every kind, stakes that come and go, rewards taken, all by chance. */
async function aDay(random: ReturnType<typeof chooser>, n: number): Promise<void> {
  const { staking, epochManager, stateToken } = contracts();
  const act = (to: Hex, abi: readonly unknown[], functionName: string, ...args: unknown[]) =>
    epochs.sent(staker, { to, abi, functionName, args });
  const amount = () => BigInt(1 + random.below(30_000_000));
  const id = () => random.pick(everybody);
  const acts = [
    () => epochs.payFee(amount()),
    ...[3, 4, 5].map(
      (kind) => () => act(epochManager, epochManagerAbi, "payFee", kind, amount(), toHex(n, { size: 32 })),
    ),
    () => mintTokens(epochs.chain, epochs.chain.address(staker), dollars(1 + random.below(400))),
    () =>
      act(
        stateToken,
        stateTokenAbi,
        "redeem",
        amount(),
        keccak256(toHex(`redemption ${n} ${random.below(1e9)}`)),
      ),
    () => epochs.stake(id(), amount()),
    () => act(staking, stakingAbi, "requestUnbond", id(), amount()),
    () => claim(id()),
  ];
  for (let count = random.below(5); count > 0; count--) await random.pick(acts)();
}

it("what came in is what was shared out and what waits, over random periods of a bank's own books, and nothing was minted for a reward", {
  timeout: patience(240_000),
}, async () => {
  const random = chooser(barSeed());
  const { client, deployment } = epochs.chain;
  let finals = 0;
  for (let n = 0; n < rounds(3); n++) {
    await aDay(random, n);
    await epochs.payFee(BigInt(1 + random.below(9_000_000)));
    // mostly everybody, sometimes one is away, sometimes so many that the epoch has to wait
    const away = random.chance(0.6) ? 0 : random.chance(0.6) ? 1 : 3;
    const there = everybody.map((id) => ({ id, at: random.below(1e6) })).sort((a, b) => a.at - b.at);
    const present = there.slice(away).map(({ id }) => validators[id - 1] as Attestor);
    if (await epochs.attempt(stepped(() => present))) finals += 1;
  }
  await epochs.payFee(1n);
  expect(await epochs.attempt(stepped(() => validators))).toBe(true);
  await epochs.pass(testEpochSeconds / 2);
  for (const id of everybody) await claim(id);
  await epochs.payFee(7n);
  await epochs.rest();
  expect(finals).toBeGreaterThan(0);
  expect((await epochFaults(epochs)).join("\n")).toBe("");

  const at = { fromBlock: 0n, strict: true } as const;
  const { epochManager, payoutSplitter, stateToken } = deployment.contracts;
  const [ofManager, ofSplitter, ofToken, newest] = await Promise.all([
    client.getContractEvents({ ...at, address: epochManager, abi: epochManagerAbi }),
    client.getContractEvents({ ...at, address: payoutSplitter, abi: payoutSplitterAbi }),
    client.getContractEvents({ ...at, address: stateToken, abi: stateTokenAbi }),
    client.getBlock(),
  ]);

  // every moment at which a reward was shared out, paid or a fee of an operator
  const rewards = [...ofManager.filter(({ eventName }) => eventName === "EpochFinal"), ...ofSplitter].filter(
    ({ eventName }) => ["EpochFinal", "Funded", "Payout", "OperatorFeePaid"].includes(eventName),
  );
  const minted = ofToken.filter((log) => log.eventName === "Transfer" && /^0x0+$/.test(log.args.from));
  const issued = new Set(
    ofToken.filter((log) => log.eventName === "Issued").map((log) => log.transactionHash),
  );
  expect(minted.filter((log) => !issued.has(log.transactionHash))).toEqual([]);
  expect(rewards.filter((log) => issued.has(log.transactionHash))).toEqual([]);
  const supplyAt = (blockNumber: bigint) =>
    client.readContract({
      address: stateToken,
      abi: stateTokenAbi,
      functionName: "totalSupply",
      blockNumber,
    });
  for (const block of new Set(rewards.map(({ blockNumber }) => blockNumber)))
    expect(await supplyAt(block), `supply in block ${block}`).toBe(await supplyAt(block - 1n));
  expect(rewards.filter(({ eventName }) => eventName === "Payout").length).toBeGreaterThan(3);

  // as the public page reads it, held against the chain's own events
  const last = Number(newest.timestamp);
  const first = last - (rounds(3) + 4) * 3 * testEpochSeconds;
  const moment = () => new Date((first + random.below(last - first + testEpochSeconds)) * 1_000);
  const wrong: string[] = [];
  let told = 0;
  for (let n = 0; n < periods; n++) {
    const [from, to] = [moment(), moment()].sort((a, b) => a.getTime() - b.getTime()) as [Date, Date];
    const said = await sourcesAndUsesBetween(
      deployment.chainId,
      n === 0 ? { from: new Date(0), to: moment() } : { from, to },
      epochs.bank.app,
    );
    if (said.sourcesMicros !== said.usesMicros) wrong.push(`${from.toISOString()} to ${to.toISOString()}`);
    if (said.epochs > 0) told += 1;
  }
  expect(wrong).toEqual([]);
  expect(told).toBeGreaterThan(periods / 4);
  const whole = await sourcesAndUsesBetween(
    deployment.chainId,
    { from: new Date(0), to: new Date((last + 1) * 1_000) },
    epochs.bank.app,
  );
  const sum = (values: readonly bigint[]) => values.reduce((all, one) => all + one, 0n);
  const finalBlocks = ofManager.filter((log) => log.eventName === "EpochFinal");
  expect(sum(whole.rewards.map(({ micros }) => micros))).toBe(
    sum(finalBlocks.map((log) => (log.eventName === "EpochFinal" ? log.args.distributed : 0n))),
  );
  // the newest fee came after the last proposal: it is in no epoch yet
  expect(whole.sourcesMicros + 7n).toBe(
    sum(ofManager.map((log) => (log.eventName === "FeeCollected" ? log.args.amount : 0n))),
  );
});
