import { describe, expect, it } from "vitest";
import { randomFrom } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { openAccrual, takeIn } from "@/lib/rewards/accrual";
import { type Cause, comparePayouts } from "@/lib/rewards/compare";
import { explainPayouts } from "@/lib/rewards/explain";
import { StakingModel } from "@/lib/rewards/staking-model";
import { packRateClass, splitPayout } from "@/lib/tax/split-payout";

const dollars = (n: number) => BigInt(Math.round(n * 1e6));
const me = "0xaa";
const other = "0xbb";
const usual = packRateClass({ federal: 44, state: 10, local: 6 });

/** The two last payouts of `me` with operator 1, compared. */
function compared(model: StakingModel, classes: readonly [number, number] = [usual, usual]) {
  const accrual = openAccrual(30);
  for (const fact of model.facts) takeIn(accrual, fact);
  const { payouts } = explainPayouts(accrual, {
    wallet: me,
    operatorId: 1,
    payouts: model.payouts.get(`${me}:1`) ?? [],
    classChanges: model.classChanges.get(me) ?? [],
    nowAt: model.now,
  });
  expect(payouts.every((one) => one.agrees)).toBe(true);
  const [before, now] = payouts.slice(-2).map((earned, i) => {
    const rateClass = classes[i] as number;
    const { netMicros } = splitPayout({ ...earned, rateClass });
    return { earned, netMicros, rateClass };
  });
  if (!before || !now) throw new Error("there are not two payouts");
  return comparePayouts(before, now, { epochs: accrual.epochs, dripSeconds: 30 });
}

/** One epoch of thirty seconds after the other. */
function epochs(model: StakingModel, count: number, fees: number, signers: readonly number[] = [1, 2]) {
  for (let i = 0; i < count; i++) {
    model.finishEpoch(dollars(fees), signers);
    model.now += 30;
  }
}

function begun(): StakingModel {
  const model = new StakingModel([200n, 500n], 30);
  model.stake(me, 1, dollars(1_000));
  model.stake(other, 1, dollars(1_000));
  model.stake(other, 2, dollars(2_000));
  epochs(model, 4, 8);
  model.claim(me, 1);
  return model;
}

const main = (causes: readonly Cause[]) => causes.filter(({ id }) => id !== "rounding").map(({ id }) => id);

describe("why a payout differs", () => {
  it("names nothing when nothing changed", () => {
    const model = begun();
    epochs(model, 4, 8);
    model.claim(me, 1);
    const { causes, differenceMicros } = compared(model);
    expect(main(causes)).toEqual([]);
    expect(differenceMicros).toBeLessThan(10n);
  });

  it("names fewer fees, with the figures an epoch", () => {
    const model = begun();
    epochs(model, 4, 4);
    model.claim(me, 1);
    const { causes, differenceMicros } = compared(model);
    expect(main(causes)).toEqual(["fees"]);
    expect(causes[0]).toMatchObject({ was: dollars(8), is: dollars(4) });
    expect(causes[0]?.changeMicros).toBeLessThan(0n);
    expect(differenceMicros).toBeLessThan(0n);
  });

  it("names a shorter period", () => {
    const model = begun();
    epochs(model, 2, 8);
    model.claim(me, 1);
    const { causes } = compared(model);
    expect(main(causes)).toEqual(["period"]);
    expect(causes[0]).toMatchObject({ was: 400n, is: 200n });
  });

  it("names others who staked more, and own stake that grew", () => {
    const more = begun();
    more.stake(other, 1, dollars(4_000));
    epochs(more, 4, 8);
    more.claim(me, 1);
    const before = compared(more);
    expect(main(before.causes)).toEqual(["others"]);
    expect(before.causes[0]).toMatchObject({ was: dollars(4_000), is: dollars(8_000) });

    const own = begun();
    own.stake(me, 1, dollars(500));
    epochs(own, 4, 8);
    own.claim(me, 1);
    const grown = compared(own).causes.find(({ id }) => id === "own_stake");
    expect(grown?.changeMicros).toBeGreaterThan(0n);
    expect(grown).toMatchObject({ was: dollars(1_000), is: dollars(1_500) });
  });

  it("names an epoch that the operator missed", () => {
    const model = begun();
    epochs(model, 3, 8);
    epochs(model, 1, 8, [2]);
    model.claim(me, 1);
    const { causes } = compared(model);
    expect(main(causes)[0]).toBe("missed");
    expect(causes[0]).toMatchObject({ was: 1_000_000n, is: 750_000n });
  });

  it("names a time without stake", () => {
    const model = begun();
    epochs(model, 1, 8);
    model.unbond(me, 1, dollars(1_000));
    epochs(model, 1, 8);
    model.stake(me, 1, dollars(1_000));
    epochs(model, 2, 8);
    model.claim(me, 1);
    const absent = compared(model).causes.find(({ id }) => id === "absent");
    expect(absent?.changeMicros).toBeLessThan(0n);
    expect(absent?.is).toBeLessThan(1_000_000n);
  });

  it("names a changed operator fee and a changed rate class", () => {
    const dearer = begun();
    (dearer.operators[0] as { commissionBps: bigint }).commissionBps = 1_000n;
    epochs(dearer, 4, 8);
    dearer.claim(me, 1);
    const fee = compared(dearer);
    expect(main(fee.causes)).toEqual(["commission"]);
    expect(fee.causes[0]).toMatchObject({ was: 20_000n, is: 100_000n });

    const taxed = begun();
    epochs(taxed, 4, 8);
    taxed.claim(me, 1);
    const tax = compared(taxed, [usual, packRateClass({ federal: 0, state: 0, local: 0 })]);
    expect(main(tax.causes)).toEqual(["class"]);
    expect(tax.causes[0]).toMatchObject({ was: 300_000n, is: 0n });
  });

  it("sums to the difference, to the micro, whatever happened", { timeout: patience(60_000) }, () => {
    const next = randomFrom(BigInt(barSeed()));
    const below = (bound: number) => Number(next() % BigInt(bound));
    let pairs = 0;
    let roundedMost = 0n;
    while (pairs < rounds(300)) {
      const model = begun();
      for (let i = 0; i < 60; i++) {
        const act = below(10);
        const who = below(2) === 0 ? me : other;
        if (act < 2) model.stake(who, 1 + below(2), 1n + (next() % dollars(5_000)));
        else if (act < 3) {
          const staked = model.staked(who, 1);
          if (staked > 0n) model.unbond(who, 1, 1n + (next() % staked));
        } else if (act < 4)
          (model.operators[0] as { commissionBps: bigint }).commissionBps = BigInt(below(3_001));
        else if (act < 6) model.claim(me, 1);
        else {
          model.finishEpoch(next() % dollars(20), below(5) === 0 ? [2] : [1, 2]);
          model.now += below(50);
        }
      }
      if ((model.payouts.get(`${me}:1`) ?? []).length < 2) continue;
      const classes = [usual, below(2) ? usual : packRateClass({ federal: below(50), state: 10, local: 0 })];
      const { causes, differenceMicros } = compared(model, classes as [number, number]);
      expect(causes.reduce((sum, cause) => sum + cause.changeMicros, 0n)).toBe(differenceMicros);
      const sizes = causes.map(({ changeMicros }) => (changeMicros < 0n ? -changeMicros : changeMicros));
      expect(sizes).toEqual([...sizes].sort((a, b) => Number(b - a)));
      const rounding = causes.findIndex(({ id }) => id === "rounding");
      if (rounding >= 0 && (sizes[rounding] as bigint) > roundedMost) roundedMost = sizes[rounding] as bigint;
      pairs += 1;
    }
    expect(roundedMost).toBeLessThan(100n);
  });
});
