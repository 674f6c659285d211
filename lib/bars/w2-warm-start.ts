import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bar } from "@/lib/bars/bar";
import { inProject } from "@/lib/processes/running-bank";

/** W2: a second start, with everything installed, built and seeded, until the bank is open. Limit: 15 seconds. */
const limitSeconds = 15;

export interface Started {
  seconds: number;
  appUrl: string;
  pid: number;
  stop(): Promise<number>;
}

/** Starts a bank as `npm start` does, in the given home; from another clone, or as another user, when asked. */
export function startBank(
  home: string,
  {
    root = inProject(),
    env,
    ...ids
  }: { root?: string; env?: Record<string, string>; uid?: number; gid?: number } = {},
): Promise<Started> {
  const since = performance.now();
  const child = spawn(process.execPath, [join(root, "tools", "start.mjs")], {
    cwd: root,
    env: { ...process.env, GRANARY_HOME: home, PORT: "", NO_COLOR: "1", ...env },
    ...ids,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const stop = () =>
    new Promise<number>((resolve) => {
      const asked = performance.now();
      child.once("exit", () => resolve((performance.now() - asked) / 1000));
      child.kill("SIGTERM");
    });
  return new Promise((resolve, reject) => {
    let said = "";
    const take = (chunk: Buffer) => {
      said += chunk.toString();
      const appUrl = /is open at\s+(http\S+)/.exec(said)?.[1];
      if (appUrl) resolve({ seconds: (performance.now() - since) / 1000, appUrl, pid: child.pid ?? 0, stop });
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("exit", (code) =>
      reject(new Error(`the bank did not start (code ${code}):\n${said.slice(-2_000)}`)),
    );
  });
}

export const bar: Bar = {
  id: "W2",
  title: "A second start is quick",
  async run() {
    const home = mkdtempSync(join(tmpdir(), "granary-bar-"));
    try {
      const first = await startBank(home);
      const stopped = await first.stop();
      const second = await startBank(home);
      await second.stop();
      return {
        value: `${second.seconds.toFixed(1)}_s`,
        limit: `${limitSeconds}_s`,
        pass: second.seconds <= limitSeconds,
        notes: [`first start ${first.seconds.toFixed(1)} s, stop ${stopped.toFixed(1)} s`],
      };
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};
