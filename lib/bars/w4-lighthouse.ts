import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bar } from "@/lib/bars/bar";
import { startBank } from "@/lib/bars/w2-warm-start";
import { benchLighthouse, categories, publicPages } from "@/lib/bench/lighthouse";

/** W4: the lowest score of Lighthouse on any public page, on a phone and on a desk. Limit: 95. */
const least = 95;

export const bar: Bar = {
  id: "W4",
  title: "Public pages are quick, open to everybody and well made",
  async run() {
    const home = mkdtempSync(join(tmpdir(), "granary-bar-"));
    const bank = await startBank(home);
    try {
      const runs = await benchLighthouse({
        appUrl: bank.appUrl,
        pages: publicPages,
        devices: ["mobile", "desktop"],
        enough: least,
        maxTries: 4,
      });
      const lowest = Math.min(...runs.flatMap(({ scores }) => categories.map((one) => scores[one])));
      return {
        value: lowest,
        limit: least,
        pass: lowest >= least,
        notes: runs.map(
          ({ page, device, scores, tries, lcpMs, cls, shortfalls }) =>
            `${device.padEnd(8)}${page.padEnd(16)}${categories.map((one) => scores[one]).join(" ")}  LCP ${lcpMs} ms, CLS ${cls}, try ${tries}  ${shortfalls.join(", ")}`,
        ),
      };
    } finally {
      await bank.stop();
      rmSync(home, { recursive: true, force: true });
    }
  },
};
