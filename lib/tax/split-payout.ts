import { invariant } from "@/lib/errors";
import { mulDivDown } from "@/lib/money/math";

/**
 * One payout in five lines: gross = operator fee + federal + state + local + net, equal to PayoutSplitter.sol to the unit.
 * Units: token micros; class 0xFFSSLL in half percentage points. Rounding: each tax floors, net takes the rest.
 * Refuses: negative amounts, a fee above gross, a class above 100% together.
 */
export const halfPointsPerOne = 200n;
export const largestClass = 0xffffff;

export type HalfPoints = { federal: number; state: number; local: number };

export const packRateClass = ({ federal, state, local }: HalfPoints): number =>
  (federal << 16) | (state << 8) | local;

export const unpackRateClass = (rateClass: number): HalfPoints => ({
  federal: (rateClass >> 16) & 0xff,
  state: (rateClass >> 8) & 0xff,
  local: rateClass & 0xff,
});

/** The three rates of a class in parts per million, for a screen. */
export function ratesOfClass(rateClass: number) {
  const { federal, state, local } = unpackRateClass(rateClass);
  return {
    federalPpm: BigInt(federal) * 5_000n,
    statePpm: BigInt(state) * 5_000n,
    localPpm: BigInt(local) * 5_000n,
  };
}

export function splitPayout(payout: { grossMicros: bigint; operatorFeeMicros: bigint; rateClass: number }) {
  const { grossMicros, operatorFeeMicros, rateClass } = payout;
  invariant(operatorFeeMicros >= 0n && operatorFeeMicros <= grossMicros, "the fee is part of gross");
  const { federal, state, local } = unpackRateClass(rateClass);
  invariant(rateClass >= 0 && rateClass <= largestClass, "a rate class has three bytes");
  invariant(BigInt(federal + state + local) <= halfPointsPerOne, "a class takes at most the whole");
  const baseMicros = grossMicros - operatorFeeMicros;
  const take = (halfPoints: number) =>
    mulDivDown(baseMicros, { times: BigInt(halfPoints), over: halfPointsPerOne });
  const federalMicros = take(federal);
  const stateMicros = take(state);
  const localMicros = take(local);
  return {
    federalMicros,
    stateMicros,
    localMicros,
    netMicros: baseMicros - federalMicros - stateMicros - localMicros,
  };
}
