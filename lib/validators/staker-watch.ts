import type { Owner } from "@/lib/validators/operators";

/** What a staker should know of an operator, and the one thing to do about it. Units: micros; seconds in the names. */
export interface RegistryRules {
  bondMinimumMicros: bigint;
  strikeLimit: number;
  missedLimit: number;
}

export interface WatchedByStakers {
  operatorId: number;
  owner: Owner;
  isOpen: boolean;
  strikes: number;
  certifiedUntil: Date | null;
  bondMicros: bigint;
  slashedMicros: bigint;
  commissionPpm: bigint;
  /** newest first */
  lastEpochs: readonly { signed: boolean }[];
}

export type StakerAlert =
  /** it earns nothing: it has no seat */
  | { id: "no_seat"; severity: "act"; do: "move" }
  | { id: "certificate_over"; severity: "act"; do: "move" }
  | { id: "missed"; severity: "act"; do: "move"; epochs: number }
  | { id: "bond_low"; severity: "soon"; do: "move" }
  | { id: "strikes"; severity: "soon"; do: "watch"; strikes: number; limit: number }
  | { id: "certificate_ends"; severity: "soon"; do: "watch"; until: Date };

const monthMs = 30 * 86_400_000;
const missedThatMatter = 2;

const missedInARow = ({ lastEpochs }: Pick<WatchedByStakers, "lastEpochs">): number => {
  const first = lastEpochs.findIndex(({ signed }) => signed);
  return first === -1 ? lastEpochs.length : first;
};

/** The gravest thing about an operator that wants its staker to do something; undefined when nothing does. */
export function stakerAlert(
  one: WatchedByStakers,
  { rules, now }: { rules: RegistryRules; now: Date },
): StakerAlert | undefined {
  if (!one.isOpen) return { id: "no_seat", severity: "act", do: "move" };
  const left = one.certifiedUntil && one.certifiedUntil.getTime() - now.getTime();
  if (left !== null && left <= 0) return { id: "certificate_over", severity: "act", do: "move" };
  const missed = missedInARow(one);
  if (missed >= missedThatMatter) return { id: "missed", severity: "act", do: "move", epochs: missed };
  if (one.bondMicros < rules.bondMinimumMicros) return { id: "bond_low", severity: "soon", do: "move" };
  if (one.strikes > 0 && one.strikes >= rules.strikeLimit - 1)
    return { id: "strikes", severity: "soon", do: "watch", strikes: one.strikes, limit: rules.strikeLimit };
  if (left !== null && one.certifiedUntil && left < monthMs)
    return { id: "certificate_ends", severity: "soon", do: "watch", until: one.certifiedUntil };
  return undefined;
}

const signedOf = ({ lastEpochs }: WatchedByStakers): number =>
  lastEpochs.length === 0 ? 0 : lastEpochs.filter(({ signed }) => signed).length / lastEpochs.length;
const ownerOrder = { outside: 0, affiliate: 1, bank: 2 } as const;

/**
 * For who chooses: those that take stake first, among them those without a mark against them, then the more faithful, then
 * the cheaper, then those outside the bank's house.
 */
export function inOrderOfChoice<T extends WatchedByStakers>(operators: readonly T[]): T[] {
  return operators.toSorted(
    (a, b) =>
      Number(b.isOpen) - Number(a.isOpen) ||
      Number(a.slashedMicros > 0n) - Number(b.slashedMicros > 0n) ||
      a.strikes - b.strikes ||
      signedOf(b) - signedOf(a) ||
      Number(a.commissionPpm - b.commissionPpm) ||
      ownerOrder[a.owner] - ownerOrder[b.owner] ||
      a.operatorId - b.operatorId,
  );
}
