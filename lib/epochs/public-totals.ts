import type { ClassTotal } from "@/lib/epochs/format/batch";

/** What stands on fewer accounts than this is not shown by itself. */
export const fewestAccounts = 20n;

const sum = (one: ClassTotal, other: ClassTotal): ClassTotal => ({
  asset: one.asset,
  class: "merged",
  accounts: one.accounts + other.accounts,
  debitsMicros: one.debitsMicros + other.debitsMicros,
  creditsMicros: one.creditsMicros + other.creditsMicros,
});

/**
 * Totals by class for everybody: an asset's small classes become one, and the smallest of the others joins them while they
 * are still few together, so that no figure tells of a handful of people. Sums by asset stay what they are.
 */
export function publicTotals(classes: readonly ClassTotal[]): ClassTotal[] {
  return [...new Set(classes.map(({ asset }) => asset))].flatMap((asset) => {
    const rising = classes
      .filter((one) => one.asset === asset)
      .sort((a, b) => (a.accounts < b.accounts ? -1 : a.accounts > b.accounts ? 1 : 0));
    const shown: ClassTotal[] = [];
    let merged: ClassTotal | undefined;
    for (const one of rising) {
      const isFew = one.accounts < fewestAccounts || (merged && merged.accounts < fewestAccounts);
      if (!isFew) shown.push(one);
      else
        merged = merged
          ? sum(merged, one)
          : sum(one, { ...one, accounts: 0n, debitsMicros: 0n, creditsMicros: 0n });
    }
    return [...shown.sort((a, b) => (a.class < b.class ? -1 : 1)), ...(merged ? [merged] : [])];
  });
}
