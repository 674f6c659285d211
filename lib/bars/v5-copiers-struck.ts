import type { Bar } from "@/lib/bars/bar";
import { kinds, promisedEpochs, recordLine, recordOf } from "@/lib/bars/copiers";

/**
 * V5: every kind of operator that votes on every proposal without recomputing, a thousand lives each, by the contract's
 * rules and one canary in ten epochs. Those that are now and then away, or told by one who recomputes, are played and
 * shown beside them (50 % / 95 % / all of the lives): no rule strikes these in time, and the README says what they cost.
 */
export const bar: Bar = {
  id: "V5",
  title: "Whoever signs every epoch without recomputing is struck within 20 epochs",
  async run({ seed, deep }) {
    const lives = deep ? 20_000 : 1_000;
    const records = kinds.map((kind) => recordOf({ seed, kind, lives }));
    const promised = records.filter(({ kind }) => kind.isToBeStruck);
    const kept = promised.filter(({ struck }) => struck === lives);
    const escaped = promised.filter(({ struck }) => struck < lives);
    const honestStrikes = records.reduce((sum, one) => sum + one.honestStrikes, 0);
    const names = escaped.map(({ kind, struck }) => `${kind.name} ${struck}`).join(", ");
    return {
      value: `${kept.length} of ${promised.length} kinds ${lives}/${lives}${names && ` (escape: ${names})`}; honest struck ${honestStrikes}`,
      limit: `all kinds ${lives}/${lives} within ${promisedEpochs}; honest struck 0`,
      pass: escaped.length === 0 && honestStrikes === 0,
      notes: records.map(recordLine),
    };
  },
};
