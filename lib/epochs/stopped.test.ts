import { describe, expect, it } from "vitest";
import { isStoppedBy } from "@/lib/epochs/stopped";

const seats = [1, 2, 3, 4, 5].map((operatorId) => ({
  operatorId,
  ofBank: operatorId === 1 || operatorId === 5,
}));

describe("an epoch is stopped by those who refuse it", () => {
  it.each([
    [[], false],
    [[1, 5], false],
    [[2], false],
    [[2, 1, 5], false],
    [[2, 3], true],
    [[1, 2, 3, 4, 5], true],
  ])("%j: %s", (refused, stopped) => expect(isStoppedBy(refused, seats)).toBe(stopped));

  it("never by nobody outside", () =>
    expect(isStoppedBy([1], [{ operatorId: 1, ofBank: true }])).toBe(false));
});
