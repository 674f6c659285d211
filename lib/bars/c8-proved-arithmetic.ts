import type { Bar } from "@/lib/bars/bar";
import { breaks, proofNames, prove, proveBroken, proverVersion } from "@/lib/bars/proofs";

/**
 * C8: rounding, splits, drips, shares and caps proved for every value in the stated ranges, by solc's model checker and z3.
 * The deep form also breaks the libraries, a word at a time, and wants each break found.
 */
export const bar: Bar = {
  id: "C8",
  title: "The arithmetic is proved, not only fuzzed",
  async run({ deep }) {
    const limit = "0 open, 0 violated, <= 300 s";
    const version = proverVersion();
    if (!version) return { value: "none", limit, pass: false, skipped: "z3 is not installed" };
    const since = Date.now();
    const proofs = proofNames().map((name) => prove(name));
    const seconds = Math.round((Date.now() - since) / 1000);
    const proved = proofs.reduce((sum, one) => sum + one.proved, 0);
    const open = proofs.reduce((sum, one) => sum + one.open.length, 0);
    // what the compiler says of a broken line proves nothing
    const unseen = deep
      ? breaks.filter((one) => !proveBroken(one).open.some((line) => line.startsWith("BMC")))
      : [];
    return {
      value: `${proved} proved, ${open} open in ${seconds} s`,
      limit,
      pass: open === 0 && unseen.length === 0 && proofs.every((one) => one.proved > 0) && seconds <= 300,
      notes: [
        version,
        ...proofs.map(({ name, proved: count }) => `${name}: ${count} proved`),
        ...proofs.flatMap(({ name, open: left }) => left.map((line) => `${name}: ${line}`)),
        ...(deep ? [`${breaks.length - unseen.length} of ${breaks.length} breaks found`] : []),
        ...unseen.map(({ proof, line, broken }) => `${proof} holds with ${broken} in place of ${line}`),
      ],
    };
  },
};
