import type { Bar } from "@/lib/bars/bar";
import { honest, kinds, promisedEpochs, recordLine, recordOf } from "@/lib/bars/copiers";

/**
 * V5: every kind of operator that signs without recomputing, a thousand lives each, by the contract's rules and one canary
 * in ten epochs. It fails while one kind escapes; the table says which and how often (50 % / 95 % / all of the lives).
 */
export const bar: Bar = {
  id: "V5",
  title: "Whoever signs without recomputing is struck within 20 epochs",
  async run({ seed, deep }) {
    const lives = deep ? 20_000 : 1_000;
    const records = kinds.map((kind) => recordOf({ seed, kind, lives }));
    const promised = records.filter(({ kind }) => kind.isToBeStruck);
    const kept = promised.filter(({ struck }) => struck === lives);
    const escaped = promised.filter(({ struck }) => struck < lives);
    const honestStrikes = records.reduce((sum, one) => sum + one.honestStrikes, 0);
    const changed = kinds
      .filter(({ name }) => name === "opens last" || name === honest.name)
      .map((kind) => recordOf({ seed, kind, lives, strikesUnopened: true }));
    const names = escaped.map(({ kind, struck }) => `${kind.name} ${struck}`).join(", ");
    return {
      value: `${kept.length} of ${promised.length} kinds ${lives}/${lives}${names && ` (escape: ${names})`}; honest struck ${honestStrikes}`,
      limit: `all kinds ${lives}/${lives} within ${promisedEpochs}; honest struck 0`,
      pass: escaped.length === 0 && honestStrikes === 0,
      notes: [
        ...records.map(recordLine),
        "if a canary also struck who committed and did not refuse in the open:",
        ...changed.map(recordLine),
      ],
    };
  },
};
