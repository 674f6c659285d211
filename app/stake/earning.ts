import { mulDivDown } from "@/lib/money/math";

type Overview = {
  asOf: Date;
  nextPayoutAt: Date;
  positions: readonly { operatorId: number; activeMicros: bigint }[];
  epoch: { epochSeconds: number };
};
type Operator = { operatorId: number; activeMicros: bigint; rewardPerSecondMicros: bigint };

const secondsPerDay = 86_400n;

/** Own share of what operators pay out just now, for a day, and until when it is known. Rounding: down. */
export function earningOf(overview: Overview, operators: readonly Operator[]) {
  const perDayMicros = overview.positions.reduce((sum, position) => {
    const operator = operators.find((one) => one.operatorId === position.operatorId);
    if (!operator || operator.activeMicros === 0n) return sum;
    const ofAll = operator.rewardPerSecondMicros * secondsPerDay;
    return sum + mulDivDown(ofAll, { times: position.activeMicros, over: operator.activeMicros });
  }, 0n);
  const until =
    overview.nextPayoutAt > overview.asOf
      ? overview.nextPayoutAt
      : new Date(overview.asOf.getTime() + overview.epoch.epochSeconds * 1000);
  return { perDayMicros, until };
}
