import { readdirSync, readFileSync, readlinkSync } from "node:fs";
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

/** A process and those it has started, each by its id. */
export function familyOf(pid: number): number[] {
  const parentOf = (child: number) => {
    try {
      const text = readFileSync(`/proc/${child}/stat`, "utf8");
      return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
    } catch {
      return undefined;
    }
  };
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return [pid, ...all.map(Number).filter((child) => parentOf(child) === pid)];
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

/**
 * Whether a port is listened on by this process or one of its session; undefined where the system does not tell.
 * A health check alone could be answered by another program that took the port first.
 */
export function listensOn(port: number, leader: number): boolean | undefined {
  const inodes = new Set<string>();
  try {
    for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
      for (const line of readFileSync(file, "utf8").split("\n").slice(1)) {
        const fields = line.trim().split(/\s+/);
        const isListening = fields[3] === "0A";
        if (isListening && Number.parseInt(fields[1]?.split(":")[1] ?? "", 16) === port)
          inodes.add(fields[9] ?? "");
      }
    }
  } catch {
    return undefined;
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && sessionOf(Number(name)) === leader)
    .some((name) => openSockets(Number(name)).some((inode) => inodes.has(inode)));
}

function sessionOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[3]);
  } catch {
    return undefined;
  }
}

function openSockets(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
