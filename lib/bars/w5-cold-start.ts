import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bar } from "@/lib/bars/bar";
import { startBank } from "@/lib/bars/w2-warm-start";
import { inProject } from "@/lib/processes/running-bank";

/**
 * W5: `npm start` in a fresh clone with nothing installed, until the bank is open; then again as a user who
 * is not root, where this one is. Limit: 5 minutes for the first.
 */
const limitSeconds = 300;
const nobody = 65_534;

export const bar: Bar = {
  id: "W5",
  title: "A fresh clone opens within five minutes, as root and as nobody",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "granary-cold-"));
    const clone = join(folder, "clone");
    try {
      execFileSync("git", ["clone", "--quiet", "--no-hardlinks", inProject(), clone]);
      const first = await startBank(join(folder, "home"), { root: clone });
      await first.stop();
      const notes: string[] = [];
      if (process.getuid?.() === 0) {
        const home = join(folder, "home-of-nobody");
        mkdirSync(home);
        execFileSync("chown", ["-R", `${nobody}:${nobody}`, folder]);
        const second = await startBank(home, {
          root: clone,
          uid: nobody,
          gid: nobody,
          env: { HOME: home, USER: "nobody" },
        });
        await second.stop();
        notes.push(`with packages and build there, as nobody: ${second.seconds.toFixed(1)} s`);
      } else notes.push("not run by root: the first start was a plain user's");
      return {
        value: `${first.seconds.toFixed(1)}_s`,
        limit: `${limitSeconds}_s`,
        pass: first.seconds <= limitSeconds,
        notes,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
