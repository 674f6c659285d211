import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bar } from "@/lib/bars/bar";
import { startBank } from "@/lib/bars/w2-warm-start";
import { barePage, benchHttp } from "@/lib/bench/http";

/**
 * D1: p99 of the overview and the desk beside the bare page of the same build in the same seconds, at most twice it.
 * On a quiet machine also p50 <= 60 ms and p99 <= 300 ms; on a busy one those say more of its neighbours.
 */
const overBareLimit = 2;
const quiet = { p50Ms: 60, p99Ms: 300 };

export const bar: Bar = {
  id: "D1",
  title: "The pages of those who are signed in are quick",
  async run({ deep }) {
    const home = mkdtempSync(join(tmpdir(), "granary-bar-"));
    const bank = await startBank(home);
    try {
      const people = JSON.parse(readFileSync(join(home, "people.json"), "utf8")) as {
        slug: string;
        role: string;
        walletKey?: `0x${string}`;
      }[];
      const { calibration, runs } = await benchHttp({
        appUrl: bank.appUrl,
        residentKey: people.find(({ role }) => role === "resident")?.walletKey ?? "0x",
        clerkSlug: people.find(({ role }) => role === "clerk")?.slug ?? "",
        rates: [5, 20, 50],
        seconds: deep ? 60 : 14,
      });
      const own = runs.filter(({ page }) => page !== barePage);
      const sustained = own.filter(({ perSecond }) => perSecond * 3 < calibration.barePagePerSecond);
      const worst = Math.max(...sustained.map(({ p99OverBare }) => p99OverBare));
      const errors = runs.reduce((sum, one) => sum + one.errors, 0);
      const slow = calibration.machineBusy
        ? []
        : own.filter(({ p50Ms, p99Ms }) => p50Ms > quiet.p50Ms || p99Ms > quiet.p99Ms);
      return {
        value: `${worst}x_bare,_${errors}_errors`,
        limit: `${overBareLimit}x_bare,_0_errors`,
        pass: sustained.length > 0 && worst <= overBareLimit && errors === 0 && slow.length === 0,
        notes: [
          JSON.stringify(calibration),
          ...runs.map(
            ({ perSecond, page, p50Ms, p99Ms, p99OverBare, requests }) =>
              `${perSecond}/s ${page} p50 ${p50Ms} ms, p99 ${p99Ms} ms, ${p99OverBare}x bare, ${requests} requests`,
          ),
        ],
      };
    } finally {
      await bank.stop();
      rmSync(home, { recursive: true, force: true });
    }
  },
};
