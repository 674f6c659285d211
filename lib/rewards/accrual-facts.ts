import type { AccrualFact } from "@/lib/rewards/accrual";

/** A kept log as the index holds it: the decoded fact with its numbers as text. */
export interface KeptLog {
  event: string;
  blockNumber: bigint;
  logIndex: number;
  at: Date;
  args: Record<string, unknown>;
}

export const accrualEvents = [
  "Staked",
  "UnbondRequested",
  "Slashed",
  "RewardDistributed",
  "EpochFinal",
] as const;

const logsInABlock = 100_000;

/** One number for where a log stands, in the chain's order. */
export const placeInChain = ({ blockNumber, logIndex }: { blockNumber: bigint; logIndex: number }): number =>
  Number(blockNumber) * logsInABlock + logIndex;

export const blockOfPlace = (place: number): bigint => BigInt(Math.max(0, Math.floor(place / logsInABlock)));

export const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1000);

/** Kept logs, in the chain's order, as accrual reads them; an epoch's rewards come with its end. */
export function accrualFactsFrom(logs: Iterable<KeptLog>): AccrualFact[] {
  const facts: AccrualFact[] = [];
  let rewards: { epoch: number; operatorId: number; grossMicros: bigint; feeMicros: bigint }[] = [];
  for (const log of logs) {
    const { args } = log;
    const on = { place: placeInChain(log), at: secondsOf(log.at) };
    const amount = (name: string) => BigInt(args[name] as string);
    const operatorId = Number(args.operatorId);
    const wallet = String(args.wallet);
    switch (log.event) {
      case "Staked":
      case "UnbondRequested":
        facts.push({
          ...on,
          event: log.event === "Staked" ? "staked" : "unbonded",
          wallet,
          operatorId,
          amountMicros: amount("amountMicros"),
        });
        break;
      case "Slashed":
        facts.push({ ...on, event: "slashed", operatorId, fromStakeMicros: amount("fromStakeMicros") });
        break;
      case "RewardDistributed":
        rewards.push({
          epoch: Number(args.epoch),
          operatorId,
          grossMicros: amount("grossMicros"),
          feeMicros: amount("operatorFeeMicros"),
        });
        break;
      case "EpochFinal": {
        const epoch = Number(args.number);
        facts.push({
          ...on,
          event: "epoch_final",
          epoch,
          distributedMicros: amount("distributedMicros"),
          signers: (args.signers as number[]).map(Number),
          rewards: rewards.filter((one) => one.epoch === epoch),
        });
        rewards = [];
        break;
      }
    }
  }
  return facts;
}
