import { describe, expect, it } from "vitest";
import { landOf } from "@/components/art/landscapes";
import { stateNames } from "@/lib/state-profile/profile";

describe("the land of a state", () => {
  it("is known for every state, and rolling hills for a name nobody knows", () => {
    const lands = Object.values(stateNames).map(landOf);
    expect(lands).toHaveLength(51);
    expect(lands.filter((land) => land === "hills")).toHaveLength(7);
    expect(landOf("Maryland")).toBe("bay");
    expect(landOf("Elsewhere")).toBe("hills");
  });
});
