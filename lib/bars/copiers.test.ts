import { describe, expect, it } from "vitest";
import { epochRules, type Kind, kinds, playLife, promisedEpochs, recordOf } from "@/lib/bars/copiers";
import { barSeed, rounds } from "@/lib/bars/rounds";
import { standing } from "@/lib/chain/deploy";

const seed = barSeed();
const lives = rounds(40);
const called = (name: string): Kind => {
  const kind = kinds.find((one) => one.name === name);
  if (!kind) throw new Error(`no kind is called ${name}`);
  return kind;
};
describe(`operators that save themselves the work, seed ${seed}`, () => {
  it("are played by the rules that are deployed", () => {
    expect(standing).toMatchObject(epochRules);
  });

  it.each(kinds.filter(({ isToBeStruck }) => isToBeStruck).map((kind) => [kind.name, kind] as const))(
    "%s: struck within the promise in every life, jailed at three strikes",
    (_, kind) => {
      const record = recordOf({ seed, kind, lives });
      expect(record.struck).toBe(lives);
      expect(record.jailedAfter.all).toBeLessThanOrEqual(3 * promisedEpochs);
      expect(record.honestStrikes).toBe(0);
    },
  );

  it("never strike who recomputes, whoever else sits there", () => {
    const records = kinds.map((kind) => recordOf({ seed, kind, lives: Math.ceil(lives / 4) }));
    expect(records.filter(({ honestStrikes }) => honestStrikes > 0)).toEqual([]);
    expect(recordOf({ seed, kind: called("honest"), lives }).struckAfter.all).toBeUndefined();
    expect(playLife({ seed, kind: called("honest") }).canariesWon).toBeGreaterThan(0);
  });

  it("recompute nothing, but for the honest and the bribed", () => {
    for (const kind of kinds) {
      const { recomputed } = playLife({ seed, kind });
      expect(recomputed > 0, kind.name).toBe(["honest", "fails between", "bribed"].includes(kind.name));
    }
  });

  it("escape as the README says when told by one who recomputes", () => {
    const record = recordOf({ seed, kind: called("told"), lives });
    expect([record.struckAfter.half, record.struckAfter.all, record.struck]).toEqual([
      undefined,
      undefined,
      0,
    ]);
    expect(record.paidFor.half).toBeGreaterThan(55);
  });

  it("escape now and then by being away now and then, unpaid while they are", () => {
    const record = recordOf({ seed, kind: called("blind, 50%"), lives });
    expect(record.struck).toBeGreaterThan(0);
    expect(record.struck).toBeLessThan(lives);
    const rare = recordOf({ seed, kind: called("one in nine"), lives });
    expect(rare.struck).toBeLessThan(lives);
    expect(rare.paidFor.all).toBeLessThanOrEqual(8);
  });

  it("stop everybody's pay, and are not struck, with so much weight that nothing is final without them", () => {
    const { finals, struckAt } = playLife({ seed, kind: called("heavy, away") });
    expect([finals, struckAt]).toEqual([0, undefined]);
  });

  it("live the same life from the same seed", () => {
    for (const kind of kinds) expect(playLife({ seed, kind })).toEqual(playLife({ seed, kind }));
  });
});
