import { invariant } from "@/lib/errors";

/**
 * Splits a total by weights so that the shares sum to the whole.
 * Rounding: each share floors; the units left over go one each to the largest remainders, the earlier share first.
 * Refuses: no weights, negative terms, all weights zero.
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((a, b) => a + b, 0n);
  invariant(total >= 0n && weights.every((weight) => weight >= 0n), "only non-negative terms are split");
  invariant(sum > 0n, "somebody must have a share");
  const shares = weights.map((weight) => (total * weight) / sum);
  const left = total - shares.reduce((a, b) => a + b, 0n);
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (total * weight) % sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder.slice(0, Number(left))) shares[index] = (shares[index] ?? 0n) + 1n;
  return shares;
}
