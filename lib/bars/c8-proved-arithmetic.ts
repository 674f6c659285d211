import type { Bar } from "@/lib/bars/bar";
import { proofNames, prove, proverVersion, strayExcerpts } from "@/lib/bars/proofs";

/** C8: rounding, splits, shares and caps proved for every value in the stated ranges, by solc's model checker and z3. */
export const bar: Bar = {
  id: "C8",
  title: "The arithmetic is proved, not only fuzzed",
  async run() {
    const limit = "0 open, 0 violated, <= 300 s";
    const version = proverVersion();
    if (!version) return { value: "none", limit, pass: false, skipped: "z3 is not installed" };
    const since = Date.now();
    const stray = strayExcerpts();
    const proofs = proofNames().map((name) => prove(name));
    const seconds = Math.round((Date.now() - since) / 1000);
    const proved = proofs.reduce((sum, one) => sum + one.proved, 0);
    const open = proofs.reduce((sum, one) => sum + one.open.length, 0);
    return {
      value: `${proved} proved, ${open} open in ${seconds} s`,
      limit,
      pass: open === 0 && stray.length === 0 && proofs.every((one) => one.proved > 0) && seconds <= 300,
      notes: [
        version,
        ...proofs.map(({ name, proved: count }) => `${name}: ${count} proved`),
        ...proofs.flatMap(({ name, open: left }) => left.map((line) => `${name}: ${line}`)),
        ...stray,
      ],
    };
  },
};
