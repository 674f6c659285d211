/** A seat in the open epoch and what its operator said. */
export interface Seat {
  operatorId: number;
  ofBank: boolean;
}

/**
 * Whether so many operators outside the bank refuse that their majority, which an epoch needs, cannot come together any
 * more: what the bank's own say does not count.
 */
export function isStoppedBy(refused: readonly number[], seats: readonly Seat[]): boolean {
  const outside = seats.filter(({ ofBank }) => !ofBank);
  const refusing = outside.filter(({ operatorId }) => refused.includes(operatorId)).length;
  const needed = Math.floor(outside.length / 2) + 1;
  return outside.length > 0 && outside.length - refusing < needed;
}
