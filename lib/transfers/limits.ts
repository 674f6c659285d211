/** House limit of one transfer on the demo rail. */
export const largestTransferMicros = 1_000_000_000_000n;
