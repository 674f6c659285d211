/** With nothing to pay and nobody waiting to earn, the books are still attested this often. */
const idlePeriods = 20n;

export interface EpochNeeds {
  /** the bank's clock, in seconds */
  now: bigint;
  nextProposalAt: bigint;
  lastFinalAt: bigint;
  epochSeconds: bigint;
  feePotMicros: bigint;
  /** stake that earns now */
  activeMicros: bigint;
  /** stake that earns once the next epoch is final */
  pendingMicros: bigint;
  /** a proposal waits for signatures: once its period is over it is replaced, so that minting does not stop */
  hasOpenProposal: boolean;
}

/**
 * Whether an epoch is to be proposed now, and how much of the pot it distributes: all, once somebody is there to earn it
 * (what is distributed drips over the epoch that opens with it, when pending stake earns too).
 */
export function epochDue(needs: EpochNeeds): { isDue: boolean; distributeMicros: bigint } {
  const distributeMicros = needs.activeMicros + needs.pendingMicros > 0n ? needs.feePotMicros : 0n;
  const isWanted = distributeMicros > 0n || needs.pendingMicros > 0n || needs.hasOpenProposal;
  const isIdleLong = needs.now - needs.lastFinalAt >= idlePeriods * needs.epochSeconds;
  return { isDue: needs.now >= needs.nextProposalAt && (isWanted || isIdleLong), distributeMicros };
}
