import { describe, expect, it } from "vitest";
import { type CheatFacts, stepsOf } from "@/lib/cheats/progress";

const nothing: CheatFacts = {
  isDone: false,
  isProposed: false,
  isRefused: false,
  isStopped: false,
  isUndoAsked: false,
  isUndone: false,
  isEqual: false,
  isMended: false,
};
const states = (facts: Partial<CheatFacts>) =>
  stepsOf({ ...nothing, ...facts })
    .map(({ state }) => state[0])
    .join("");

describe("how far a cheat has come", () => {
  const caught = { isDone: true, isProposed: true, isRefused: true, isStopped: true };
  const undone = { ...caught, isUndoAsked: true, isUndone: true };
  it.each([
    [{}, "nwwwwww"],
    [{ isDone: true }, "dnwwwww"],
    [{ isDone: true, isProposed: true, isRefused: true }, "dddnwww"],
    [caught, "ddddpww"],
    [{ ...caught, isUndoAsked: true }, "ddddnww"],
    [undone, "dddddnw"],
    [{ ...undone, isEqual: true, isMended: true }, "ddddddd"],
    // undone before anybody saw it
    [{ isDone: true, isUndoAsked: true }, "dnnnnww"],
  ] as [Partial<CheatFacts>, string][])("%j", (facts, told) => expect(states(facts)).toBe(told));
});
