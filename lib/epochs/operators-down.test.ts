import { keccak256, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooser } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { epochManagerAbi, stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import { env } from "@/lib/env";
import { canarySalt } from "@/lib/epochs/canary";
import type { Attestor } from "@/lib/processes/attestor";
import { mintTokens } from "@/lib/processes/test-chain";
import {
  epochFaults,
  epochHistory,
  staker,
  stepped,
  type TestEpochs,
  testEpochs,
} from "@/lib/processes/test-epochs";

const dollars = (n: number) => BigInt(n) * 1_000_000n;
const sides = ["bank", "outside", "outside", "outside", "bank"] as const;
const everybody = [1, 2, 3, 4, 5];
const graceSeconds = 3_600;

let epochs: TestEpochs;
const up = new Map<number, Attestor>();
const present = stepped(() => [...up.values()]);

beforeAll(async () => {
  epochs = await testEpochs(sides);
  for (const id of everybody) await epochs.stake(id, dollars(1_000));
  for (const id of everybody) up.set(id, await epochs.open(id));
}, 120_000);
afterAll(async () => {
  for (const one of up.values()) await one.close();
  await epochs?.close();
});

async function goesDown(id: number): Promise<void> {
  await up.get(id)?.close();
  up.delete(id);
}
async function comesBack(id: number): Promise<void> {
  up.set(id, await epochs.open(id));
}

/** The rule in other words: of what counts, the bank's side being worth half of the others' at most, a third may be away. */
async function mayDoWithout(away: readonly number[]): Promise<boolean> {
  const seats = await epochs.chain.client.readContract({
    address: epochs.chain.deployment.contracts.epochManager,
    abi: epochManagerAbi,
    functionName: "validators",
  });
  const weigh = (ofBank: boolean, only?: readonly number[]) =>
    seats
      .filter((seat) => seat.ofBank === ofBank && (!only || only.includes(seat.operatorId)))
      .reduce((sum, { weight }) => sum + weight, 0n);
  const outside = weigh(false);
  const bank = weigh(true);
  const worth = bank * 2n > outside ? outside / 2n : bank;
  const lost = weigh(false, away) * bank + weigh(true, away) * worth;
  const awayOutside = away.filter((id) => sides[id - 1] === "outside").length;
  return lost * 3n <= (outside + worth) * bank && awayOutside <= 1;
}

const mintNothingRecorded = (n: number) =>
  epochs.sent("issuer", {
    to: epochs.chain.deployment.contracts.stateToken,
    abi: stateTokenAbi,
    functionName: "mint",
    args: [epochs.chain.address(staker), 1_000_000n, keccak256(toHex("none")), keccak256(toHex(`mint ${n}`))],
  });

/** Unstakes with an operator, withdraws once the time has passed, and redeems, all with the epoch still open. */
async function leaves(operatorId: number, n: number): Promise<string[]> {
  const { staking, stateToken } = epochs.chain.deployment.contracts;
  const at = { to: staking, abi: stakingAbi } as const;
  const amount = dollars(5);
  const answers = [
    await epochs.sent(staker, { ...at, functionName: "requestUnbond", args: [operatorId, amount] }),
  ];
  const [request] = await epochs.chain.client.readContract({
    address: staking,
    abi: stakingAbi,
    functionName: "unbondingOf",
    args: [epochs.chain.address(staker)],
  });
  await epochs.pass(61);
  answers.push(await epochs.sent(staker, { ...at, functionName: "withdraw", args: [request?.requestId] }));
  answers.push(
    await epochs.sent(staker, {
      to: stateToken,
      abi: stateTokenAbi,
      functionName: "redeem",
      args: [amount, keccak256(toHex(`redemption ${n}`))],
    }),
  );
  return answers;
}

const all = Array.from({ length: 31 }, (_, n) => everybody.filter((id) => ((n + 1) >> (id - 1)) & 1));
const usual = [[3], [1, 5], [2, 4]];

describe("operators that are down", () => {
  it(
    "a third of them hold up nothing; more stop rewards and mint, never an exit; back, they catch up by themselves",
    async () => {
      const random = chooser(barSeed());
      const count = rounds(usual.length);
      const cases =
        count === usual.length
          ? usual
          : Array.from({ length: count }, (_, n) =>
              n < all.length ? (all[n] as number[]) : random.pick(all),
            );
      const seen = { without: 0, stopped: 0 };
      expect(await epochs.attempt(present)).toBe(true);
      for (const [n, away] of cases.entries()) {
        const what = `round ${n}, away ${away}`;
        if (count > usual.length)
          await epochs.stake(random.pick(everybody), dollars(1 + random.below(2_000)));
        await epochs.payFee(dollars(2));
        const before = await epochs.books();
        for (const id of away) await goesDown(id);
        if (await mayDoWithout(away)) {
          seen.without += 1;
          const final = (await epochs.attempt(present)) || (await epochs.attempt(present));
          expect(final, `${what}: final within two epochs`).toBe(true);
          const { final: ends } = await epochHistory(epochs);
          expect(ends.at(-1)?.signers, what).toEqual(everybody.filter((id) => !away.includes(id)));
          expect((await epochs.books()).fundedMicros - before.fundedMicros, what).toBe(before.feePotMicros);
        } else {
          seen.stopped += 1;
          for (let epoch = 0; epoch < 2; epoch++) expect(await epochs.attempt(present), what).toBe(false);
          expect(await epochs.books(), `${what}: nothing was paid`).toEqual(before);
          expect(await leaves(away[0] as number, n), `${what}: exits`).toEqual(["done", "done", "done"]);
          await epochs.pass(graceSeconds);
          expect(await mintNothingRecorded(n), `${what}: mint`).toBe("BooksNotFinal");
          expect(await leaves(away.at(-1) as number, n + 1_000), `${what}: exits, overdue`).toEqual([
            ...["done", "done", "done"],
          ]);
          const { feePotMicros, fundedMicros, lastFinal } = await epochs.books();
          expect({ fundedMicros, lastFinal }, what).toEqual({
            fundedMicros: before.fundedMicros,
            lastFinal: before.lastFinal,
          });
          expect(feePotMicros, `${what}: the fees wait`).toBeGreaterThanOrEqual(before.feePotMicros);
        }
        for (const id of away) await comesBack(id);
        await epochs.payFee(dollars(1));
        expect(await epochs.attempt(present), `${what}: back`).toBe(true);
        const { final: ends } = await epochHistory(epochs);
        expect(ends.at(-1)?.signers, `${what}: back`).toEqual(everybody);
        expect(await mintNothingRecorded(n), `${what}: mint, back`).not.toBe("BooksNotFinal");
      }
      await mintTokens(epochs.chain, epochs.chain.address(staker), dollars(10));
      expect((await epochFaults(epochs)).join("\n")).toBe("");
      expect(seen.without).toBeGreaterThan(0);
      expect(seen.stopped).toBeGreaterThan(0);
    },
    patience(240_000),
  );
});

describe("the bank and its affiliates with nine tenths of the stake", () => {
  it("finalise no epoch alone, nor with one of three outside, whoever sends the signatures", {
    timeout: patience(120_000),
  }, async () => {
    const { client, deployment } = epochs.chain;
    const manager = { address: deployment.contracts.epochManager, abi: epochManagerAbi } as const;
    const seats = () => client.readContract({ ...manager, functionName: "validators" });
    const weigh = async (ofBank: boolean) =>
      (await seats()).filter((seat) => seat.ofBank === ofBank).reduce((sum, { weight }) => sum + weight, 0n);
    await epochs.stake(1, (await weigh(false)) * 9n);
    await epochs.payFee(dollars(1));
    const before = await epochs.books();
    const votes = new Map<number, Attestor>(up);
    const ofBank = stepped(() => [votes.get(1), votes.get(5)] as Attestor[]);
    const [bank, outside] = [await weigh(true), await weigh(false)];
    expect(bank * 10n).toBeGreaterThanOrEqual((bank + outside) * 9n);
    expect(await epochs.attempt(ofBank)).toBe(false);

    // the whole bank shows and signs, and one of the three outside; then it sends what it has itself
    const withOne = stepped(() => [1, 2, 5].map((id) => votes.get(id) as Attestor));
    expect(await epochs.attempt(withOne)).toBe(false);
    const [proposal, digest] = await client.readContract({ ...manager, functionName: "proposal" });
    const signatureOf = (id: number) => {
      const answer = votes.get(id)?.attestation(proposal.number.toString());
      if (answer?.found !== "signed" || answer.attestation.digest !== digest)
        throw new Error(`operator ${id} has not signed`);
      return answer.attestation.signature;
    };
    const salt = canarySalt(env.blindIndexKey, { chainId: deployment.chainId, ...proposal });
    const finish = (ids: readonly number[]) =>
      epochs.sent("proposer", {
        to: manager.address,
        abi: epochManagerAbi,
        functionName: "finalize",
        args: [
          proposal.number,
          ids.reduce((bits, id) => bits | (1n << BigInt(id)), 0n),
          ids.map(signatureOf),
          salt,
        ],
      });
    for (const ids of [[1], [5], [1, 5], [1, 2, 5]])
      expect(await finish(ids), `signed by ${ids}`).toBe("OutsideMajorityNotReached");
    expect(await epochs.books()).toEqual(before);
    expect(await epochs.attempt(present)).toBe(true);
    expect((await epochFaults(epochs)).join("\n")).toBe("");
  });
});
