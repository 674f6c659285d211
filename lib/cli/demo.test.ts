import { afterEach, describe, expect, it, vi } from "vitest";
import { parseSpan, verbs } from "@/lib/cli/demo";

const call = (...args: string[]) => ({
  args,
  options: {},
  readJson: vi.fn(),
  readText: vi.fn(),
  readLines: vi.fn(),
});

describe("demo advance", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ["30d", 2_592_000],
    ["12h", 43_200],
    ["1d12h", 129_600],
    ["2w", 1_209_600],
    ["45s", 45],
  ])("%s", (text, seconds) => {
    expect(parseSpan(text)).toBe(seconds);
  });

  it.each(["", "-1d", "30", "d", "1.5d", "1y", "30d!", "0d", "9999999d"])("refuses %j", (text) => {
    expect(() => parseSpan(text)).toThrow("is not a span of time");
  });

  it("is refused in production before anything is asked, and for two spans", async () => {
    vi.stubEnv("GRANARY_MODE", "production");
    await expect(verbs.advance!.run(call("1d"))).rejects.toThrow("demo mode only");
    await expect(verbs.advance!.run(call("1d", "2d"))).rejects.toThrow("one span");
  });
});
