import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** A process that may have outlived the one that started it: its id is believed only with its start time. */
export interface ProcessRef {
  pid: number;
  startedAt?: string;
}

/** State letter and start time out of /proc; undefined where there is no such process or no /proc. */
function stat(pid: number): { state: string; startedAt: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", startedAt: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

export const processRef = (pid: number): ProcessRef => ({ pid, startedAt: stat(pid)?.startedAt });

/** Alive, not a zombie, and the very process that was meant. */
export function isAlive(ref: ProcessRef): boolean {
  try {
    process.kill(ref.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = stat(ref.pid);
  if (!now) return process.platform !== "linux";
  return now.state !== "Z" && (ref.startedAt === undefined || ref.startedAt === now.startedAt);
}

export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has gone, which is what was wanted.
  }
}

/** Asks a process to end, insists after the patience given, and says whether it went by itself. */
export async function endProcess(
  ref: ProcessRef,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<boolean> {
  if (!isAlive(ref)) return true;
  send(ref.pid, signal);
  for (const until = Date.now() + patienceMs; Date.now() < until; await wait(25)) {
    if (!isAlive(ref)) return true;
  }
  send(ref.pid, "SIGKILL");
  for (const until = Date.now() + 5_000; Date.now() < until && isAlive(ref); await wait(25));
  return false;
}
