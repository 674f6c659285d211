import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isAlive, type ProcessRef, processRef } from "@/lib/processes/os-process";
import { Stop } from "@/tools/progress.mjs";

/**
 * Takes the folder for this process. A lock whose process has gone, or whose number now belongs to another
 * process, is stale and taken over; then the answer is "stale", and leftovers of that run may still be alive.
 */
export function takeLock(path: string): "new" | "stale" {
  mkdirSync(dirname(path), { recursive: true });
  const mine = JSON.stringify(processRef(process.pid));
  let found: "new" | "stale" = "new";
  for (let tries = 0; tries < 5; tries++) {
    try {
      writeFileSync(path, mine, { flag: "wx" });
      return found;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = readHolder(path);
    if (holder && isAlive(holder)) {
      throw new Stop(
        `It already runs from this folder (process ${holder.pid}): stop that one with Ctrl-C, or set GRANARY_HOME to another folder.`,
      );
    }
    rmSync(path, { force: true });
    found = "stale";
  }
  throw new Stop("Another start took the lock at the same moment: try again.");
}

export function releaseLock(path: string): void {
  if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
}

function readHolder(path: string): ProcessRef | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8")) as ProcessRef;
    return Number.isInteger(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}
