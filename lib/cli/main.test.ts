import { describe, expect, it, vi } from "vitest";
import { main, parseArguments, toJson } from "@/lib/cli/main";
import { table } from "@/lib/cli/table";

async function ran(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const take = (into: string[]) =>
    ((text: string, done?: (error?: Error) => void) => {
      into.push(text);
      done?.();
      return true;
    }) as typeof process.stdout.write;
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(take(out)),
    vi.spyOn(process.stderr, "write").mockImplementation(take(err)),
  ];
  const code = await main(argv).finally(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return { code, out: out.join(""), err: err.join("") };
}

describe("command line", () => {
  it("splits words from options", () => {
    expect(parseArguments(["epoch", "list", "--last", "3", "--json", "--zone=America/Denver"])).toEqual({
      words: ["epoch", "list"],
      options: { last: "3", json: true, zone: "America/Denver" },
    });
  });

  it("lists what there is", async () => {
    const { code, out } = await ran("help", "demo");
    expect(code).toBe(0);
    expect(out).toContain("demo advance <span, such as 30d>");
  });

  it.each([
    [["weather", "today"], /There is no noun "weather"/],
    [["../env", "x"], /There is no noun/],
    [["demo"], /demo needs a verb: advance/],
    [["demo", "rewind"], /demo has no verb "rewind"/],
    [["demo", "constructor"], /demo has no verb/],
  ])("answers %j with exit code 2 and a sentence", async (argv, sentence) => {
    const { code, out, err } = await ran(...argv);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(sentence);
  });

  it("gives errors as JSON too", async () => {
    const { err } = await ran("demo", "rewind", "--json");
    expect(JSON.parse(err)).toMatchObject({ error: { code: "bad_input" } });
  });

  it("says that no bank runs, with exit code 1", async () => {
    vi.stubEnv("GRANARY_HOME", "/nonexistent/granary");
    const { code, err } = await ran("epoch", "list");
    vi.unstubAllEnvs();
    expect(code).toBe(1);
    expect(err).toMatch(/No bank runs from \/nonexistent\/granary/);
  });

  it("writes bigints as text", () => {
    expect(toJson({ micros: 12_345_678_901_234_567_890n })).toBe('{"micros":"12345678901234567890"}');
  });

  it("lines columns up", () => {
    expect(
      table(
        ["a", "n"],
        [
          ["x", "1"],
          ["yy", "22"],
        ],
        { right: [1] },
      ),
    ).toBe("a    n\n──  ──\nx    1\nyy  22");
  });
});
