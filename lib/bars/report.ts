import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inProject } from "@/lib/processes/running-bank";

/** Runs a test program of node_modules and reads the report it writes; its own last words when it wrote none. */
export async function reportOf<Report>(
  program: string[],
  args: (file: string, folder: string) => string[],
  env: (file: string) => Record<string, string>,
): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "granary-bar-"));
  const file = join(folder, "report.json");
  try {
    const said = await new Promise<string>((resolve, reject) => {
      const child = spawn(process.execPath, [inProject("node_modules", ...program), ...args(file, folder)], {
        cwd: inProject(),
        env: { ...process.env, NO_COLOR: "1", ...env(file) },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let tail = "";
      const keep = (chunk: Buffer) => {
        tail = (tail + chunk.toString()).slice(-4_000);
      };
      child.stdout.on("data", keep);
      child.stderr.on("data", keep);
      child.once("error", reject);
      child.once("close", () => resolve(tail));
    });
    try {
      return JSON.parse(readFileSync(file, "utf8")) as Report;
    } catch {
      throw new Error(`the tests did not run:\n${said}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
