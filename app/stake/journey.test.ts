import { describe, expect, it } from "vitest";
import { type JourneyFacts, journey, nextAct } from "./journey";

const fresh: JourneyFacts = {
  identityState: "none",
  isWalletVerified: false,
  dollarsMicros: 0n,
  tokensMicros: 0n,
  convertingMicros: 0n,
  stakedMicros: 0n,
  claimableMicros: 0n,
  hasConverted: false,
  hasStaked: false,
  hasBeenPaid: false,
};
const verified: JourneyFacts = { ...fresh, identityState: "verified", isWalletVerified: true };
const states = (facts: JourneyFacts) => journey(facts).map((step) => step.state);

describe("the way from an empty wallet to the first reward", () => {
  it("begins with the identity, because connecting is done", () => {
    expect(states(fresh)).toEqual(["done", "now", "todo", "todo", "todo", "todo"]);
    expect(nextAct(fresh)).toBe("identity");
  });

  it("waits while a person at the bank decides", () => {
    expect(states({ ...fresh, identityState: "submitted" })[1]).toBe("busy");
  });

  it("asks for dollars, then to convert, then to stake", () => {
    expect(nextAct(verified)).toBe("dollars");
    expect(nextAct({ ...verified, dollarsMicros: 5n })).toBe("convert");
    expect(nextAct({ ...verified, tokensMicros: 5n, hasConverted: true })).toBe("stake");
  });

  it("waits while a conversion is under way", () => {
    expect(states({ ...verified, convertingMicros: 5n })[3]).toBe("busy");
  });

  it("waits for the first payout and then asks to claim it", () => {
    const staked = { ...verified, hasConverted: true, stakedMicros: 5n, hasStaked: true };
    expect(states(staked)[5]).toBe("busy");
    expect(states({ ...staked, claimableMicros: 1n })[5]).toBe("now");
  });

  it("gives the turn to exactly one step until all are done", () => {
    for (const facts of [fresh, verified, { ...verified, dollarsMicros: 9n }])
      expect(states(facts).filter((state) => state === "now" || state === "busy")).toHaveLength(1);
  });

  it("does not call an expired identity done", () => {
    const expired = { ...verified, isWalletVerified: false, identityState: "refresh_needed" as const };
    expect(nextAct(expired)).toBe("identityRefresh");
    expect(states(expired)[1]).toBe("now");
  });

  it("follows the money once the first reward was paid", () => {
    const paid = { ...verified, hasConverted: true, hasStaked: true, hasBeenPaid: true };
    expect(nextAct({ ...paid, tokensMicros: 1n })).toBe("stake");
    expect(nextAct({ ...paid, dollarsMicros: 1n })).toBe("convert");
    expect(nextAct({ ...paid, claimableMicros: 1n, tokensMicros: 1n })).toBe("rewards");
  });
});
