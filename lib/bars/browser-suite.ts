import { join } from "node:path";
import type { Bar } from "@/lib/bars/bar";
import { reportOf } from "@/lib/bars/report";

interface Spec {
  title: string;
  file: string;
  tests: { status: string; results: { errors: { message?: string }[] }[] }[];
}
interface Suite {
  specs?: Spec[];
  suites?: Suite[];
}
export interface BrowserReport {
  suites: Suite[];
  errors: { message?: string }[];
}

/** A bar that is a browser test of `npm test` at a bigger count, on a bank of its own or on the one E2E_APP_URL names. */
export const browserBar = ({
  id,
  title,
  files,
  size,
}: {
  id: string;
  title: string;
  files: string[];
  size?: { rounds: number; deepRounds: number; of: string };
}): Bar => ({
  id,
  title,
  async run({ seed, deep }) {
    const rounds = size ? (deep ? size.deepRounds : size.rounds) : 1;
    const report = await playwright(files, { BAR_SEED: String(seed), BAR_ROUNDS: String(rounds) });
    return { ...judgeBrowser(report, size && `${rounds} ${size.of}`), limit: "0 failed" };
  },
});

const specsOf = ({ specs = [], suites = [] }: Suite): Spec[] => [...specs, ...suites.flatMap(specsOf)];

export function judgeBrowser({ suites, errors }: BrowserReport, size?: string) {
  const specs = suites.flatMap(specsOf);
  const tests = specs.flatMap((spec) => spec.tests.map((test) => ({ ...test, spec })));
  const failed = tests.filter(({ status }) => status === "unexpected" || status === "flaky");
  const passed = tests.filter(({ status }) => status === "expected").length;
  const wrong = failed.length + (failed.length === 0 ? errors.length : 0);
  return {
    value:
      passed + wrong === 0
        ? "no test ran"
        : `${wrong} failed of ${passed + failed.length} tests${size ? ` x ${size}` : ""}`,
    pass: wrong === 0 && passed > 0,
    notes: [
      ...failed.flatMap(({ spec, results }) => [
        `${spec.file} ${spec.title}`,
        ...results
          .flatMap((result) => result.errors)
          .slice(0, 20)
          .map(({ message = "" }) => message.split("\n").slice(0, 12).join("\n    ")),
      ]),
      ...errors.map(({ message = "" }) => message),
    ],
  };
}

const playwright = (files: string[], env: Record<string, string>): Promise<BrowserReport> =>
  reportOf(
    ["@playwright", "test", "cli.js"],
    (_, folder) => ["test", ...files, "--project=desktop", `--output=${join(folder, "results")}`],
    (file) => ({ ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: file, FORCE_COLOR: "0" }),
  );
