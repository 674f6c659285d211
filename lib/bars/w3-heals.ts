import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Bar } from "@/lib/bars/bar";
import { startBank } from "@/lib/bars/w2-warm-start";
import { rpc, type SavedBlock } from "@/lib/processes/chain";
import { homeAt, readJson } from "@/lib/processes/home";
import type { Runtime } from "@/lib/processes/installation";
import { isAlive } from "@/lib/processes/os-process";

/**
 * W3: kill -9 of any process of the bank heals by itself, and kill -9 of the launcher by the next start.
 * Value: the slowest way back to an answering page, a new process and every saved block; limit 60 seconds.
 */
const limitSeconds = 60;

async function until(what: () => Promise<boolean> | boolean, patienceSeconds: number): Promise<number> {
  const since = performance.now();
  const passed = () => (performance.now() - since) / 1000;
  while (!(await Promise.resolve(what()).catch(() => false))) {
    if (passed() > patienceSeconds) return Number.POSITIVE_INFINITY;
    await wait(50);
  }
  return passed();
}

const answers = async (url: string) => (await fetch(url, { signal: AbortSignal.timeout(3_000) })).ok;

export const bar: Bar = {
  id: "W3",
  title: "What is killed comes back by itself, and no saved block is lost",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "granary-heal-"));
    const home = homeAt("/", folder);
    const runtime = () => JSON.parse(readFileSync(home.runtime, "utf8")) as Runtime;
    const notes: string[] = [];
    let slowest = 0;
    const took = (name: string, seconds: number) => {
      slowest = Math.max(slowest, seconds);
      notes.push(`${name.padEnd(12)} ${seconds.toFixed(1)} s`);
    };
    let bank = await startBank(folder);
    try {
      for (const name of Object.keys(runtime().processes)) {
        const before = runtime().processes[name];
        if (!before) continue;
        process.kill(before.pid, "SIGKILL");
        const seconds = await until(async () => {
          const now = runtime().processes[name];
          if (!now || now.pid === before.pid || !isAlive(now)) return false;
          return (await answers(`${bank.appUrl}/api/livez`)) && (await answers(`${bank.appUrl}/`));
        }, limitSeconds * 2);
        took(name, seconds);
      }
      const saved = readJson<SavedBlock>(home.chainSaved);
      process.kill(bank.pid, "SIGKILL");
      const since = performance.now();
      bank = await startBank(folder);
      took("launcher", (performance.now() - since) / 1000);
      const block = await rpc<{ hash: string } | null>(runtime().rpcUrl, "eth_getBlockByNumber", [
        `0x${BigInt(saved?.number ?? 0).toString(16)}`,
        false,
      ]);
      const kept = block?.hash === saved?.hash;
      if (!kept) notes.push(`block ${saved?.number} was saved and is lost`);
      return {
        value: `${slowest.toFixed(1)}_s`,
        limit: `${limitSeconds}_s`,
        pass: kept && slowest <= limitSeconds,
        notes,
      };
    } finally {
      await bank.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
