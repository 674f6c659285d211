import { indexScale } from "@/lib/rewards/accrual";
import { civilDateIn } from "@/lib/time/civil-date";

/**
 * What was earned and what was paid, as two running totals for a drawing: a step an epoch, or a day or a month where there
 * would be too many. Units: attos in, micros out. Rounding: each total down.
 */
export type Step = "epoch" | "day" | "month";
export interface Total {
  at: Date;
  amountMicros: bigint;
}

export function rewardsOverTime(
  input: {
    earned: readonly { at: Date; attos: bigint }[];
    paid: readonly { at: Date; netMicros: bigint }[];
  },
  on: { timeZone: string; most: number },
): { by: Step; earned: Total[]; paid: Total[] } {
  const times = [...new Set([...input.earned, ...input.paid].map(({ at }) => at.getTime()))].sort(
    (a, b) => a - b,
  );
  const lastOfEach = (digits: number) => [
    ...new Map(
      times.map((time) => [civilDateIn(new Date(time), on.timeZone).slice(0, digits), time]),
    ).values(),
  ];
  const days = times.length > on.most ? lastOfEach(10) : times;
  const by: Step = times.length <= on.most ? "epoch" : days.length <= on.most ? "day" : "month";
  const shown = by === "month" ? lastOfEach(7) : days;

  const earned: Total[] = [];
  const paid: Total[] = [];
  let earnedAttos = 0n;
  let paidMicros = 0n;
  let nextEarned = 0;
  let nextPaid = 0;
  const inOrder = input.earned.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const paidInOrder = input.paid.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  for (const time of shown) {
    for (let one = inOrder[nextEarned]; one && one.at.getTime() <= time; one = inOrder[++nextEarned])
      earnedAttos += one.attos;
    for (let one = paidInOrder[nextPaid]; one && one.at.getTime() <= time; one = paidInOrder[++nextPaid])
      paidMicros += one.netMicros;
    earned.push({ at: new Date(time), amountMicros: earnedAttos / indexScale });
    paid.push({ at: new Date(time), amountMicros: paidMicros });
  }
  return { by, earned, paid };
}
