/** What the contracts charge and allow now. */
export type Terms = { issuanceFeeBps: bigint; redemptionFeeBps: bigint; isStale: boolean; isPaused: boolean };
