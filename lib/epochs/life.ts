/** Where the newest proposal stands. Times are the bank's, in seconds; weights are the contract's. */
export interface ProposalNow {
  number: bigint;
  isFinal: boolean;
  seats: number;
  committed: number;
  agreed: number;
  refused: number;
  /** revealed a digest that is not the batch's */
  wrong: number;
  commitsAreClosed: boolean;
  revealsUntil: bigint;
  signedWeight: bigint;
  neededWeight: bigint;
  signedOutside: number;
  neededOutside: number;
  now: bigint;
}

export type StageId = "batch" | "commits" | "reveals" | "quorum" | "payout";
/** stopped: it will not be reached any more; the next proposal takes the epoch's place */
export type StageState = "done" | "now" | "waiting" | "stopped";
export interface Stage {
  id: StageId;
  state: StageState;
  done: number;
  of: number;
}

/**
 * An epoch's life: batch proposed, sealed votes, votes opened, quorum, payout. Whether two thirds can still be reached is
 * not guessed before the reveals are over: until then a stage waits, afterwards it is stopped.
 */
export function lifeOf(p: ProposalNow): Stage[] {
  const revealed = p.agreed + p.refused + p.wrong;
  const isReached = p.signedWeight >= p.neededWeight && p.signedOutside >= p.neededOutside;
  const revealsAreOver =
    p.commitsAreClosed && (p.now > p.revealsUntil || (p.committed > 0 && revealed >= p.committed));
  const quorumState = (): StageState => {
    if (p.isFinal || isReached) return "done";
    return revealsAreOver ? "stopped" : "waiting";
  };
  const revealState = (): StageState => {
    if (p.isFinal || revealsAreOver) return "done";
    return p.commitsAreClosed ? "now" : "waiting";
  };
  const payoutState = (): StageState => {
    if (p.isFinal) return "done";
    if (isReached) return "now";
    return quorumState() === "stopped" ? "stopped" : "waiting";
  };
  return [
    { id: "batch", state: "done", done: 1, of: 1 },
    {
      id: "commits",
      state: p.isFinal || p.commitsAreClosed ? "done" : "now",
      done: p.committed,
      of: p.seats,
    },
    { id: "reveals", state: revealState(), done: revealed, of: p.committed },
    { id: "quorum", state: quorumState(), done: p.agreed, of: p.seats },
    { id: "payout", state: payoutState(), done: p.isFinal ? 1 : 0, of: 1 },
  ];
}
