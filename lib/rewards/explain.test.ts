import { describe, expect, it } from "vitest";
import { randomFrom } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { type Accrual, indexScale, openAccrual, takeIn } from "@/lib/rewards/accrual";
import { explainPayouts, type PayoutExplained } from "@/lib/rewards/explain";
import { StakingModel } from "@/lib/rewards/staking-model";

const wallets = ["0xaa", "0xbb", "0xcc", "0xdd"];

function history(seed: bigint, steps: number): StakingModel {
  const next = randomFrom(seed);
  const below = (bound: number) => Number(next() % BigInt(bound));
  const model = new StakingModel([0n, 250n, 1_234n], 30);
  for (let step = 0; step < steps; step++) {
    model.now += below(4) === 0 ? 0 : below(45);
    const wallet = wallets[below(wallets.length)] as string;
    const operatorId = 1 + below(3);
    const size = below(3) === 0 ? 1_000n : 9_000_000_000n;
    const act = below(100);
    if (act < 22) model.stake(wallet, operatorId, 1n + (next() % size));
    else if (act < 36) {
      const staked = model.staked(wallet, operatorId);
      if (staked > 0n) model.unbond(wallet, operatorId, below(3) === 0 ? staked : 1n + (next() % staked));
    } else if (act < 66) model.claim(wallet, operatorId);
    else if (act < 71) model.scheduleClass(wallet);
    else if (act < 72) {
      const { assets } = model.operators[operatorId - 1] as { assets: bigint };
      if (assets > 10n) model.slash(operatorId, assets / 10n);
    } else {
      const signers = [1, 2, 3].filter(() => below(6) > 0);
      model.finishEpoch(next() % 40_000_000n, signers.length > 0 ? signers : [1]);
    }
  }
  return model;
}

const replay = (model: StakingModel): Accrual => {
  const accrual = openAccrual(30);
  for (const fact of model.facts) takeIn(accrual, fact);
  return accrual;
};

function* explained(model: StakingModel, accrual: Accrual): Generator<PayoutExplained[]> {
  for (const [key, payouts] of model.payouts) {
    const [wallet = "", operator = ""] = key.split(":");
    const classChanges = model.classChanges.get(wallet) ?? [];
    const operatorId = Number(operator);
    const input = { wallet, operatorId, payouts, classChanges, nowAt: model.now };
    yield explainPayouts(accrual, input).payouts;
  }
}

const sum = (of: readonly bigint[]) => of.reduce((all, one) => all + one, 0n);

describe("a payout recomputed from the facts", () => {
  it("is what the contract paid, to the micro, whatever happened before", {
    timeout: patience(60_000),
  }, () => {
    const wanted = rounds(2_500);
    const seed = BigInt(barSeed());
    let payouts = 0;
    for (let round = 0n; payouts < wanted; round++) {
      const model = history(seed * 1_000_003n + round, 400);
      const accrual = replay(model);
      for (const all of explained(model, accrual))
        for (const one of all) {
          payouts += 1;
          if (!one.agrees)
            expect.fail(
              `round ${round}: ${one.grossMicros} and fee ${one.operatorFeeMicros}, paid ${one.stated.grossMicros} and ${one.stated.operatorFeeMicros}`,
            );
        }
    }
    expect(payouts).toBeGreaterThanOrEqual(wanted);
  });

  it("is the sum of its stretches, what was carried in and what the contract kept, and loses no fraction", () => {
    const model = history(7n, 2_000);
    let carried = 0;
    for (const all of explained(model, replay(model))) {
      for (const [i, one] of all.entries()) {
        for (const part of ["base", "fee"] as const) {
          const parts = sum(one.stretches.map((stretch) => stretch.own[part]));
          const kept = sum(one.kept.map((each) => each[part]));
          expect(one.carriedIn[part] + parts - kept).toBe(one.exact[part]);
          const micros = part === "fee" ? one.operatorFeeMicros : one.grossMicros - one.operatorFeeMicros;
          expect(micros * indexScale + one.carriedOut[part]).toBe(one.exact[part]);
          expect(one.carriedOut[part] < indexScale).toBe(true);
          if (i > 0) expect(one.carriedIn[part]).toBe(all[i - 1]?.carriedOut[part]);
          if (one.carriedIn[part] > 0n) carried += 1;
        }
      }
    }
    expect(carried).toBeGreaterThan(10);
  });

  it("is in each stretch one's own share of what was paid out, to less than a billionth of a dollar", () => {
    const model = history(11n, 2_000);
    for (const all of explained(model, replay(model)))
      for (const { stretches } of all)
        for (const one of stretches) {
          if (one.allShares === 0n) continue;
          const share = (one.paidMicros * one.ownShares * indexScale) / one.allShares;
          const off = share - one.own.base - one.own.fee;
          expect((off < 0n ? -off : off) < indexScale / 1_000n).toBe(true);
        }
  });

  it("shows a difference when what was paid is not what the facts say", () => {
    const model = history(3n, 400);
    const [payouts = []] = [...model.payouts.values()];
    (payouts[1] as { grossMicros: bigint }).grossMicros += 1n;
    const [first = []] = [...explained(model, replay(model))];
    expect(first.map((one) => one.agrees)).toEqual(first.map((_, i) => i !== 1));
  });
});
