import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ChainKeeper } from "@/lib/processes/chain";
import { type Home, readJson } from "@/lib/processes/home";
import { endProcess, isAlive, type ProcessRef } from "@/lib/processes/os-process";
import type { Ports } from "@/lib/processes/ports";
import { endOrphanServer } from "@/lib/processes/postgres";
import { Stop } from "@/tools/progress.mjs";

/** Written last by a first start: its absence beside data means that a first start was interrupted. */
export interface Installation {
  state: string;
  mode: "demo";
  /** outside services this installation was made with */
  outsideDatabase: boolean;
  outsideChain: boolean;
  seeded: boolean;
  createdAt: string;
}

/** What a running installation tells others; holds no secret. */
export interface Runtime {
  pid: number;
  appUrl: string;
  rpcUrl: string;
  chainId: number;
  ports: Ports;
  startedAt: string;
  processes: Record<string, ProcessRef>;
}

/** Everything an installation makes, save its lock and its ports, which stay the same from start to start. */
const ownNames = new Set([
  ...["pg", "backups", "wal-archive", "restore-drill", "seals"],
  ...["chain", "logs", "validators", "custodian", "valuer", "data-client"],
  ...["secrets.json", "installation.json", "deployment.json", "network.json", "runtime.json", "people.json"],
]);

/** Empties the installation, and nothing in the folder that it did not make. */
export function clear(home: Home): void {
  if (!existsSync(home.folder)) return;
  for (const name of readdirSync(home.folder)) {
    if (ownNames.has(name) || name.startsWith("pg.") || name.endsWith(".tmp"))
      rmSync(join(home.folder, name), { recursive: true, force: true });
  }
}

export const hasData = (home: Home): boolean =>
  existsSync(home.postgres) || existsSync(home.chainState) || existsSync(home.deployment);

export interface Wanted {
  state: string;
  outsideDatabase: boolean;
  outsideChain: boolean;
}

/** Refuses to go on with data that were made for something else. */
export function checkKept(kept: Installation, wanted: Wanted): void {
  if (kept.state !== wanted.state) {
    throw new Stop(
      `These data belong to a bank of ${kept.state}: keep GRANARY_STATE=${kept.state}, or begin a bank of ${wanted.state} anew with npm start -- --fresh.`,
    );
  }
  if (kept.outsideDatabase !== wanted.outsideDatabase) {
    throw new Stop(
      kept.outsideDatabase
        ? "These data live in an outside Postgres: set DATABASE_URL as before, or begin anew with npm start -- --fresh."
        : "These data live in the embedded Postgres: unset DATABASE_URL, or set GRANARY_HOME to another folder.",
    );
  }
  if (kept.outsideChain !== wanted.outsideChain) {
    throw new Stop(
      kept.outsideChain
        ? "These data belong to an outside chain: set CHAIN_RPC_URL as before, or begin anew with npm start -- --fresh."
        : "These data belong to the chain of this folder: unset CHAIN_RPC_URL, or set GRANARY_HOME to another folder.",
    );
  }
}

/** Ends what a killed launcher left running; the chain is saved first, so that nothing on it is lost. */
export async function endLeftovers(home: Home): Promise<string[]> {
  const runtime = readJson<Runtime>(home.runtime);
  const ended: string[] = [];
  const alive = Object.entries(runtime?.processes ?? {}).filter(([, ref]) => isAlive(ref));
  const others = alive.filter(([name]) => name !== "chain" && name !== "postgres");
  await Promise.all(
    others.map(async ([name, ref]) => {
      await endProcess(ref, "SIGTERM", 5_000);
      ended.push(name);
    }),
  );
  const chain = alive.find(([name]) => name === "chain");
  if (chain && runtime) {
    const keeper = new ChainKeeper(runtime.rpcUrl, {
      statePath: home.chainState,
      savedPath: home.chainSaved,
    });
    await keeper.saveIfNew().catch(() => {});
    await endProcess(chain[1], "SIGTERM", 3_000);
    ended.push("chain");
  }
  if (existsSync(home.postgres) && (await endOrphanServer(home.postgres))) ended.push("postgres");
  rmSync(home.runtime, { force: true });
  return ended;
}
