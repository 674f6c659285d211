import { expect, it } from "vitest";
import { lifeOf, type ProposalNow } from "@/lib/epochs/life";

const proposed: ProposalNow = {
  number: 7n,
  isFinal: false,
  seats: 5,
  committed: 0,
  agreed: 0,
  refused: 0,
  wrong: 0,
  commitsAreClosed: false,
  revealsUntil: 100n,
  signedWeight: 0n,
  neededWeight: 67n,
  signedOutside: 0,
  neededOutside: 2,
  now: 50n,
};
const states = (over: Partial<ProposalNow>) =>
  lifeOf({ ...proposed, ...over })
    .map(({ state }) => state)
    .join(" ");

it.each([
  ["has just been proposed", {}, "done now waiting waiting waiting"],
  ["is being committed to", { committed: 3 }, "done now waiting waiting waiting"],
  ["is being opened", { committed: 5, commitsAreClosed: true, agreed: 2 }, "done done now waiting waiting"],
  [
    "has its quorum and is about to pay",
    {
      committed: 5,
      commitsAreClosed: true,
      agreed: 5,
      signedWeight: 67n,
      signedOutside: 2,
    },
    "done done done done now",
  ],
  [
    "was refused: everybody has spoken and it is not enough",
    { committed: 5, commitsAreClosed: true, agreed: 2, refused: 3, signedWeight: 33n },
    "done done done stopped stopped",
  ],
  [
    "has the weight but not the outside operators",
    { committed: 2, commitsAreClosed: true, agreed: 2, signedWeight: 90n, signedOutside: 1 },
    "done done done stopped stopped",
  ],
  [
    "waited for reveals that never came",
    { committed: 4, commitsAreClosed: true, agreed: 1, now: 101n },
    "done done done stopped stopped",
  ],
  ["nobody committed to", { commitsAreClosed: true, now: 60n }, "done done now waiting waiting"],
  ["is final", { isFinal: true, committed: 5, agreed: 5 }, "done done done done done"],
] as const)("an epoch that %s", (_, over, expected) => {
  expect(states(over)).toBe(expected);
});
