import type { FeeKind } from "@/lib/chain/facts";

/** A final epoch as chain and index have it. Units: micros. */
export interface EpochFees {
  number: bigint;
  finalAt: Date;
  /** in the pot when it was proposed, before what was collected for it */
  carriedMicros: bigint;
  fees: readonly { kind: FeeKind; micros: bigint }[];
  rewards: readonly { operatorId: number; micros: bigint }[];
}

/** What came in and where it went, in the epochs that became final in a period. */
export interface SourcesAndUses {
  epochs: number;
  first: bigint | undefined;
  last: bigint | undefined;
  /** waiting in the pot at the beginning */
  openingMicros: bigint;
  fees: { kind: FeeKind; micros: bigint }[];
  /** shared by each operator's stakers */
  rewards: { operatorId: number; micros: bigint }[];
  /** waiting in the pot at the end */
  closingMicros: bigint;
  sourcesMicros: bigint;
  usesMicros: bigint;
}

const sumOf = (rows: readonly { micros: bigint }[]) => rows.reduce((sum, { micros }) => sum + micros, 0n);

function grouped<K extends string | number>(rows: readonly (readonly [K, bigint])[]): Map<K, bigint> {
  const sums = new Map<K, bigint>();
  for (const [key, micros] of rows) sums.set(key, (sums.get(key) ?? 0n) + micros);
  return sums;
}

/**
 * Sources = uses (ECONOMICS 10): a reward is somebody's fee, so what waited and what came in is what was shared out and what
 * still waits. What waited is what the chain stated in the proposals; what waits after the newest epoch is what stands in
 * the ledger's fee pot: neither is computed from the other figures, so that the two sums are equal only if nothing was
 * made or lost.
 * `epochs`: final ones by number, with the one after the period where there is one. `potMicros`: what the pot holds of fees that are counted in them.
 */
export function sourcesAndUses(
  epochs: readonly EpochFees[],
  { from, to, potMicros }: { from: Date; to: Date; potMicros: bigint },
): SourcesAndUses {
  const chosen = epochs.filter(({ finalAt }) => finalAt >= from && finalAt < to);
  const [first, last] = [chosen[0], chosen.at(-1)];
  const following = last && epochs.find(({ number }) => number === last.number + 1n);
  const fees = grouped(chosen.flatMap((one) => one.fees.map(({ kind, micros }) => [kind, micros] as const)));
  const rewards = grouped(
    chosen.flatMap((one) => one.rewards.map(({ operatorId, micros }) => [operatorId, micros] as const)),
  );
  const statement = {
    epochs: chosen.length,
    first: first?.number,
    last: last?.number,
    openingMicros: first?.carriedMicros ?? 0n,
    fees: [...fees].map(([kind, micros]) => ({ kind, micros })),
    rewards: [...rewards].map(([operatorId, micros]) => ({ operatorId, micros })),
    closingMicros: last ? (following?.carriedMicros ?? potMicros) : 0n,
  };
  return {
    ...statement,
    sourcesMicros: statement.openingMicros + sumOf(statement.fees),
    usesMicros: sumOf(statement.rewards) + statement.closingMicros,
  };
}
