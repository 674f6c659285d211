import { describe, expect, it } from "vitest";
import { barFiles, barLine, fileOf, parseBarArguments } from "@/lib/bars/main";
import { gzippedSizes, overBudget } from "@/lib/bars/w1-page-budget";

describe("bars", () => {
  it("print one line that a machine can read", () => {
    expect(barLine("A15", { value: "0 leaks", limit: 0, pass: true }, 7)).toBe(
      "BAR A15 value=0_leaks limit=0 seed=7 PASS",
    );
    expect(barLine("W2", { value: "none", limit: "15_s", pass: false, skipped: "no disk" }, 1)).toMatch(
      /SKIP \(no disk\)$/,
    );
  });

  it("are found by the beginning of their file's name", () => {
    expect(fileOf("A15", ["a1-x", "a15-no-rounding-leak"])).toBe("a15-no-rounding-leak");
    expect(() => fileOf("Z9", ["a1-x"])).toThrow("There is no bar Z9: use A1, or all.");
  });

  it("refuse what they do not know", () => {
    expect(parseBarArguments(["a15", "--seed", "7", "--deep"])).toEqual({
      ids: ["a15"],
      seed: 7,
      deep: true,
    });
    for (const wrong of [[], ["--seed", "x", "a"], ["--fast", "a"]])
      expect(() => parseBarArguments(wrong)).toThrow();
  });

  it("each export their bar under the id of their file", async () => {
    for (const file of barFiles()) {
      const { bar } = (await import(`./${file}.ts`)) as { bar: { id: string; title: string } };
      expect(bar.id.toLowerCase()).toBe(file.split("-")[0]);
      expect(bar.title.length).toBeGreaterThan(10);
    }
  });
});

describe("page budget", () => {
  it("measures every page against the barest, wallet pages by their own limit", () => {
    const noise = (size: number, seed: number) =>
      Buffer.from(Array.from({ length: size }, (_, at) => (at * 7919 * seed + ((at * at) >> 3)) & 255));
    const files: Record<string, Buffer> = {
      "base.js": noise(1_000, 1),
      "wallet.js": noise(2_000, 3),
      "a.css": noise(9_000, 5),
    };
    const stats = [
      { route: "/", firstLoadChunkPaths: ["base.js", "a.css"] },
      { route: "/stake", firstLoadChunkPaths: ["base.js", "wallet.js"] },
    ];
    const sizes = gzippedSizes(stats, (path) => files[path] ?? Buffer.alloc(0));
    expect(sizes.get("/")).toBeLessThan(sizes.get("/stake") ?? 0);
    expect(
      overBudget(
        new Map([
          ["/", 100_000],
          ["/about", 139_000],
          ["/stake", 350_000],
        ]),
      ).over,
    ).toEqual([]);
    expect(
      overBudget(
        new Map([
          ["/", 100_000],
          ["/about", 141_000],
          ["/stake", 361_000],
        ]),
      ).over,
    ).toHaveLength(2);
  });
});
