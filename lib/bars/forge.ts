import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { arch, platform } from "node:os";
import { inProject } from "@/lib/processes/running-bank";

type Kind = {
  Fuzz?: { runs: number };
  Invariant?: { runs: number; calls: number; reverts: number; metrics?: Record<string, ActCount> };
};

/** How often a campaign took one of its steps; what it gave up because it was not possible then is a discard. */
export interface ActCount {
  calls: number;
  reverts: number;
  discards: number;
}

export interface ForgeTest {
  name: string;
  status: string;
  reason: string | null;
  kind: Kind;
}

/** The program itself, for a project of its own; as in tools/forge.mjs. */
export function forgeProgram(): string {
  const architecture = { x64: "amd64", arm64: "arm64" }[arch() as "x64" | "arm64"] ?? arch();
  const packaged = inProject(
    "node_modules",
    "@foundry-rs",
    `forge-${platform()}-${architecture}`,
    "bin",
    "forge",
  );
  return existsSync(packaged) ? packaged : "forge";
}

/** Runs forge's tests and gives each with its counts; the profile is one of contracts/foundry.toml. */
export async function forgeTests(
  profile: "default" | "ci" | "deep",
  args: readonly string[],
): Promise<ForgeTest[]> {
  const { text, errors } = await new Promise<{ text: string; errors: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [inProject("tools", "forge.mjs"), "test", "--json", ...args], {
      cwd: inProject(),
      env: { ...process.env, FOUNDRY_PROFILE: profile, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      errors = (errors + chunk).slice(-4_000);
    });
    child.once("error", reject);
    child.once("close", () => resolve({ text, errors }));
  });
  const start = text.indexOf("{");
  if (start < 0) throw new Error(`forge gave no result:\n${errors || text.slice(-4_000)}`);
  return readForge(JSON.parse(text.slice(start)) as ForgeReport);
}

type ForgeReport = Record<
  string,
  { test_results: Record<string, { status: string; reason: string | null; kind: Kind }> }
>;

export const readForge = (report: ForgeReport): ForgeTest[] =>
  Object.entries(report).flatMap(([suite, { test_results: tests }]) =>
    Object.entries(tests).map(([name, { status, reason, kind }]) => ({
      name: `${suite.split(":").at(-1)}.${name.split("(")[0]}`,
      status,
      reason,
      kind,
    })),
  );

export const failuresOf = (tests: readonly ForgeTest[]): string[] =>
  tests
    .filter(({ status }) => status !== "Success" && status !== "Skipped")
    .map(({ name, reason }) => `${name}: ${reason ?? "failed"}`);
