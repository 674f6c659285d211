import { describe, expect, it } from "vitest";
import { advanceDemo, spanSeconds } from "@/lib/cli/demo";

describe("demo advance", () => {
  it.each([
    ["30d", 2_592_000],
    ["12h", 43_200],
    ["1d12h", 129_600],
    ["2w", 1_209_600],
    ["45 s", 45],
  ])("%s", (text, seconds) => {
    expect(spanSeconds(text)).toBe(seconds);
  });

  it.each(["", "-1d", "30", "d", "1.5d", "1y", "30d!", "0d", "9999999d"])("refuses %s", (text) => {
    expect(() => spanSeconds(text)).toThrow(/span|most/);
  });

  it("is refused in production before anything is asked", async () => {
    const nothing = {} as never;
    await expect(advanceDemo({ mode: "production", db: nothing, client: nothing }, "1d")).rejects.toThrow(
      "demo mode only",
    );
  });
});
