import type { Bar } from "@/lib/bars/bar";
import { reportOf } from "@/lib/bars/report";

interface Report {
  testResults: {
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; duration?: number; failureMessages?: string[] }[];
  }[];
}

export interface SuiteBar {
  id: string;
  title: string;
  files: string[];
  /** only the tests whose name matches */
  tests?: string;
  /** how often the test repeats itself; without it the test is exhaustive as it is */
  size?: { rounds: number; deepRounds: number; of: string };
}

/** A bar that is a test of `npm test` at a bigger count: the same code, so that neither can drift from the other. */
export const suiteBar = ({ id, title, files, tests, size }: SuiteBar): Bar => ({
  id,
  title,
  async run({ seed, deep }) {
    const rounds = size && (deep ? size.deepRounds : size.rounds);
    const report = await vitest([...files, ...(tests ? ["-t", tests] : [])], {
      BAR_SEED: String(seed),
      ...(rounds && { BAR_ROUNDS: String(rounds) }),
    });
    return { ...judge(report, rounds ? `${rounds} ${size?.of}` : undefined), limit: "0 failed" };
  },
});

export function judge({ testResults }: Report, size?: string) {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = all.filter(({ status }) => status === "failed");
  const passed = all.filter(({ status }) => status === "passed").length;
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((one) => one.status === "failed"),
  );
  const wrong = failed.length + broken.length;
  const done = `${passed + failed.length} tests${size ? ` x ${size}` : ""}`;
  return {
    value: passed + wrong === 0 ? "no test ran" : `${wrong} failed of ${done}`,
    pass: wrong === 0 && passed > 0,
    notes: [
      ...failed.flatMap(({ fullName, failureMessages = [] }) => [
        fullName,
        ...failureMessages.map((text) => text.split("\n").slice(0, 25).join("\n    ")),
      ]),
      ...broken.map(({ message }) => message ?? "a file did not run"),
    ],
  };
}

const vitest = (args: string[], env: Record<string, string>): Promise<Report> =>
  reportOf(
    ["vitest", "vitest.mjs"],
    (file) => ["run", "--reporter=json", `--outputFile=${file}`, ...args],
    () => env,
  );
