import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bar } from "@/lib/bars/bar";
import { inProject } from "@/lib/processes/running-bank";

const wanted = { testsPerThousand: 80, fuzzPercent: 40, invariants: 20 };

const solidity = (folder: string): string[] =>
  readdirSync(inProject("contracts", folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sol"))
    .map((file) => readFileSync(inProject("contracts", join(folder, file)), "utf8"));

const interfaces = /^(abstract )?interface /m;
const declared = (texts: string[], what: RegExp) => texts.join("\n").match(what)?.length ?? 0;

/** What the tests check: each error that a contract may answer with, each function that it offers, is named by some test. */
export function untested(sources: string[], tests: string[]): string[] {
  const text = tests.join("\n");
  const named = (name: string) => new RegExp(`\\.${name}\\b`).test(text);
  const errors = sources.flatMap((source) =>
    [...source.matchAll(/^ {4}error (\w+)\(/gm)].map(([, name = ""]) => name),
  );
  const doors = sources
    .filter((source) => !interfaces.test(source))
    .flatMap((source) =>
      [...source.matchAll(/^ {4}function (\w+)\([^{;]*?\b(external|public)\b/gm)].map(
        ([, name = ""]) => name,
      ),
    );
  return [
    ...errors
      .filter((name) => !named(name) && !text.includes(`${name}.selector`))
      .map((name) => `error ${name}`),
    ...doors.filter((name) => !named(name)).map((name) => `function ${name}`),
  ].filter((one) => !unused.has(one));
}

/** Of ERC-7943's interface, and never answered: each refusal here is about the sender or the receiver. */
const unused = new Set(["error ERC7943CannotTransfer"]);

/** C3: tests by the thousand source lines, the part of them that fuzzes, the promises checked after every random call. */
export const bar: Bar = {
  id: "C3",
  title: "Enough tests, of the right kinds",
  async run() {
    const sources = solidity("src");
    const tests = solidity("test");
    const lines = sources
      .filter((text) => !interfaces.test(text))
      .reduce((sum, text) => sum + text.trimEnd().split("\n").length, 0);
    const fuzz = declared(tests, /function testFuzz_/g);
    const all = fuzz + declared(tests, /function test_/g);
    const books = solidity("test/invariant").join("\n");
    const invariants = declared([books], /\b(equal|atMost|near|isTrue)\(/g);
    const left = untested(sources, tests);
    const density = (all * 1000) / lines;
    const percent = (fuzz * 100) / all;
    return {
      value: `${density.toFixed(0)} tests per 1000 lines, ${percent.toFixed(0)} % of them fuzz, ${invariants} invariants, ${left.length} untested`,
      limit: `>= ${wanted.testsPerThousand}, >= ${wanted.fuzzPercent} %, >= ${wanted.invariants}, 0`,
      pass:
        density >= wanted.testsPerThousand &&
        percent >= wanted.fuzzPercent &&
        invariants >= wanted.invariants &&
        left.length === 0,
      notes: left,
    };
  },
};
