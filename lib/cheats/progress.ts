export const cheatSteps = ["cheat", "proposed", "refused", "stopped", "undone", "equal", "final"] as const;
export type CheatStep = (typeof cheatSteps)[number];

/** What has happened around a cheat, as the books and the chain tell it. */
export interface CheatFacts {
  isDone: boolean;
  isProposed: boolean;
  isRefused: boolean;
  isStopped: boolean;
  isUndoAsked: boolean;
  isUndone: boolean;
  isEqual: boolean;
  isMended: boolean;
}

export interface Step {
  id: CheatStep;
  /** person: waits for somebody to press; never: it was undone before it came to that */
  state: "done" | "now" | "person" | "waiting" | "never";
}

/** How far a cheat has come: what was reached stays reached, one thing is under way, the rest waits. */
export function stepsOf(facts: CheatFacts): Step[] {
  const reached: Record<CheatStep, boolean> = {
    cheat: facts.isDone,
    proposed: facts.isProposed,
    refused: facts.isRefused,
    stopped: facts.isStopped,
    undone: facts.isUndone,
    equal: facts.isEqual,
    final: facts.isMended,
  };
  let isFree = true;
  return cheatSteps.map((id, at) => {
    if (reached[id]) return { id, state: "done" };
    if (at < 4 && facts.isUndoAsked) return { id, state: "never" };
    if (!isFree) return { id, state: "waiting" };
    isFree = false;
    return { id, state: id === "undone" && !facts.isUndoAsked ? "person" : "now" };
  });
}
