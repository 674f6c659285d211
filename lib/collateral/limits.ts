/** House parameters of conversion (DECISIONS: a demo mint up to $10,000 needs no second person). */
export const approvalAboveMicros = 10_000_000_000n;
export const smallestConversionMicros = 10_000n;
/** a receipt is good for this long on chain; the position is renewed before */
export const receiptValidDays = 365;
export const cashClass = 0;
