import { describe, expect, it } from "vitest";
import { failuresOf, readForge } from "@/lib/bars/forge";
import { barFiles, barLine, fileOf, parseBarArguments } from "@/lib/bars/main";
import { judge } from "@/lib/bars/suite";
import { overBudget } from "@/lib/bars/w1-page-budget";
import { gzippedSizes, weighPages } from "@/lib/bench/pages";

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
    const over = (about: number, stake: number) =>
      overBudget(
        weighPages(
          new Map([
            ["/", 100_000],
            ["/about", about],
            ["/stake", stake],
          ]),
        ).pages,
      );
    expect(over(139_000, 350_000)).toEqual([]);
    expect(over(141_000, 361_000)).toHaveLength(2);
  });
});

describe("bars that are tests at a bigger count", () => {
  const test = (status: string) => ({ status, fullName: status, failureMessages: ["expected 1 to be 2"] });

  it("pass when every test passed, and never when none ran", () => {
    const passed = [{ status: "passed", assertionResults: [test("passed"), test("skipped")] }];
    expect(judge({ testResults: passed }, "300 runs")).toMatchObject({
      value: "0 failed of 1 tests x 300 runs",
      pass: true,
    });
    expect(judge({ testResults: [{ status: "passed", assertionResults: [test("skipped")] }] })).toMatchObject(
      {
        value: "no test ran",
        pass: false,
      },
    );
  });

  it("fail on a failed test and on a file that does not load", () => {
    expect(judge({ testResults: [{ status: "failed", assertionResults: [test("failed")] }] })).toMatchObject({
      pass: false,
      notes: ["failed", "expected 1 to be 2"],
    });
    expect(
      judge({ testResults: [{ status: "failed", message: "no such module", assertionResults: [] }] }),
    ).toMatchObject({ pass: false, notes: ["no such module"] });
  });

  it("read forge's report", () => {
    const tests = readForge({
      "test/A.t.sol:ATest": {
        test_results: {
          "test_a(uint256)": { status: "Success", reason: null, kind: { Fuzz: { runs: 10 } } },
          "test_b()": { status: "Failure", reason: "off by one", kind: {} },
        },
      },
    });
    expect(tests.map(({ name, kind }) => [name, kind.Fuzz?.runs])).toEqual([
      ["ATest.test_a", 10],
      ["ATest.test_b", undefined],
    ]);
    expect(failuresOf(tests)).toEqual(["ATest.test_b: off by one"]);
  });
});
