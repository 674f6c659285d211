import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bar } from "@/lib/bars/bar";
import { forgeProgram } from "@/lib/bars/forge";
import { inProject } from "@/lib/processes/running-bank";

/** Lines and branches that no test can reach, each with the reason: none so far. */
export const unreachable: { file: string; line: string; why: string }[] = [];

const wanted = { lines: 100, branches: 98 };

export interface Coverage {
  lines: { hit: number; all: number };
  branches: { hit: number; all: number };
  missed: string[];
}

/** Counts the contracts of src in an lcov report, less what is known to be unreachable. */
export function countCoverage(lcov: string, sourceLine: (file: string, line: number) => string): Coverage {
  const result: Coverage = { lines: { hit: 0, all: 0 }, branches: { hit: 0, all: 0 }, missed: [] };
  let file = "";
  for (const row of lcov.split("\n")) {
    const [, kind, rest = ""] = /^(SF|DA|BRDA):(.*)$/.exec(row) ?? [];
    if (kind === "SF") file = rest.replace(/^.*(?=src\/)/, "");
    if (!file.startsWith("src/") || (kind !== "DA" && kind !== "BRDA")) continue;
    const parts = rest.split(",");
    const line = Number(parts[0]);
    const text = sourceLine(file, line).trim();
    if (unreachable.some((one) => one.file === file && one.line === text)) continue;
    const count = kind === "DA" ? result.lines : result.branches;
    const hit = !["0", "-"].includes(parts.at(-1) ?? "0");
    count.all += 1;
    if (hit) count.hit += 1;
    else result.missed.push(`${file}:${line} ${kind === "DA" ? "line" : "branch"} not reached: ${text}`);
  }
  return result;
}

/**
 * forge's coverage parser follows no import out of its project, so the project is copied with OpenZeppelin inside it. Compiled
 * without the optimizer; few fuzz runs, for lines do not ask how often.
 */
function coverage(seed: number): string {
  const folder = mkdtempSync(join(tmpdir(), "granary-coverage-"));
  try {
    for (const name of ["src", "test", "gas"])
      cpSync(inProject("contracts", name), join(folder, name), { recursive: true });
    for (const name of ["test/gas", "test/invariant", "test/smt"])
      rmSync(join(folder, name), { recursive: true });
    for (const name of ["contracts", "contracts-upgradeable"])
      cpSync(
        inProject("node_modules", "@openzeppelin", name),
        join(folder, "node_modules", "@openzeppelin", name),
        {
          recursive: true,
        },
      );
    const toml = readFileSync(inProject("contracts", "foundry.toml"), "utf8");
    writeFileSync(join(folder, "foundry.toml"), toml.replaceAll("../node_modules", "node_modules"));
    mkdirSync(join(folder, "cache"));
    const report = join(folder, "lcov.info");
    const { status, stdout, stderr } = spawnSync(
      forgeProgram(),
      ["coverage", "--report", "lcov", "--report-file", report, "--fuzz-seed", String(seed)],
      {
        cwd: folder,
        encoding: "utf8",
        maxBuffer: 2 ** 28,
        env: {
          ...process.env,
          FOUNDRY_SOLC: inProject("contracts", "tools", "solc-wasm.cjs"),
          FOUNDRY_FUZZ_RUNS: "64",
          NO_COLOR: "1",
        },
      },
    );
    if (status !== 0) throw new Error(`forge coverage: ${(stderr + stdout).slice(-3_000)}`);
    return readFileSync(report, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** C4: every line of the contracts runs in a unit or fuzz test, and nearly every branch. */
export const bar: Bar = {
  id: "C4",
  title: "Every line and branch of the contracts runs",
  async run({ seed }) {
    const source = (file: string, line: number) =>
      readFileSync(inProject("contracts", file), "utf8").split("\n")[line - 1] ?? "";
    const { lines, branches, missed } = countCoverage(coverage(seed), source);
    const percent = ({ hit, all }: { hit: number; all: number }) => (all ? (hit * 100) / all : 0);
    const shown = (count: { hit: number; all: number }) =>
      `${percent(count).toFixed(1)} % (${count.hit} of ${count.all})`;
    return {
      value: `${shown(lines)} of lines, ${shown(branches)} of branches`,
      limit: `${wanted.lines} % and ${wanted.branches} %`,
      pass: percent(lines) >= wanted.lines && percent(branches) >= wanted.branches,
      notes: [...unreachable.map(({ file, line, why }) => `left out: ${file} ${line}: ${why}`), ...missed],
    };
  },
};
