/** With nothing to pay and nobody waiting to earn, the books are still attested this often. */
const idlePeriods = 20n;

export interface EpochNeeds {
  /** the bank's clock, in seconds */
  now: bigint;
  nextProposalAt: bigint;
  lastFinalAt: bigint;
  epochSeconds: bigint;
  feePotMicros: bigint;
  activeMicros: bigint;
  pendingMicros: bigint;
}

/** Whether an epoch is to be proposed now, and how much of the pot it distributes: all, once somebody earns. */
export function epochDue(needs: EpochNeeds): { isDue: boolean; distributeMicros: bigint } {
  const distributeMicros = needs.activeMicros > 0n ? needs.feePotMicros : 0n;
  const isWanted = distributeMicros > 0n || needs.pendingMicros > 0n;
  const isIdleLong = needs.now - needs.lastFinalAt >= idlePeriods * needs.epochSeconds;
  return { isDue: needs.now >= needs.nextProposalAt && (isWanted || isIdleLong), distributeMicros };
}
