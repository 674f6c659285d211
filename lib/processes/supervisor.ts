import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { endProcess, listensOn, type ProcessRef, processRef } from "@/lib/processes/os-process";

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  /** the whole environment of the process: nothing is inherited */
  env: Record<string, string>;
  cwd: string;
  logPath: string;
  /** answers 200 once the process lives */
  livezUrl?: string;
  uid?: number;
  gid?: number;
  stopSignal?: NodeJS.Signals;
  stopPatienceMs?: number;
  /** done again before every start: clear what a killed predecessor left, choose arguments */
  prepare?: () => Promise<Partial<Pick<ProcessSpec, "args" | "env">>>;
  /** words of its log that say, since this start, that it works: for a process without a port */
  saysWhenReady?: string;
  /** a readiness check of its own instead of livezUrl */
  isReady?: () => Promise<boolean>;
  onReady?: () => Promise<void> | void;
}

const maxLogBytes = 16_000_000;
const healthyAfterMs = 60_000;
const backoffMs = [250, 1_000, 2_000, 5_000, 10_000, 30_000];

/** One process that is started again whenever it ends without having been asked to. */
export class Supervised {
  child: ChildProcess | undefined;
  ref: ProcessRef | undefined;
  restarts = 0;
  private failures = 0;
  private startedAt = 0;
  private hasWorked = false;
  private stopping = false;
  private logStart = 0;
  private life: Promise<void> = Promise.resolve();
  private readonly stopSignal = new AbortController();

  constructor(
    readonly spec: ProcessSpec,
    private readonly report: (sentence: string) => void,
    private readonly onChange: () => void = () => {},
  ) {}

  /** Starts it and waits until it is ready; says with its last log lines why it is not. */
  async start(patienceMs = 60_000): Promise<void> {
    await this.spawnOnce();
    const since = Date.now();
    for (;;) {
      if (this.stopping) return;
      if (await this.ready()) break;
      if (!this.child) throw new Error(`${this.spec.name} ended at once: ${this.logTail()}`);
      if (Date.now() - since > patienceMs) {
        throw new Error(`${this.spec.name} was not ready after ${patienceMs / 1000} s: ${this.logTail()}`);
      }
      await wait(60);
    }
    this.hasWorked = true;
    await this.spec.onReady?.();
    this.life = this.watch();
  }

  private async spawnOnce(): Promise<void> {
    const spec = { ...this.spec, ...(await this.spec.prepare?.()) };
    mkdirSync(dirname(spec.logPath), { recursive: true });
    rotate(spec.logPath);
    const out = openSync(spec.logPath, "a");
    this.logStart = statSync(spec.logPath).size;
    this.startedAt = Date.now();
    this.hasWorked = false;
    // A session of its own: Ctrl-C reaches only the launcher, which then stops everything in order.
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env as NodeJS.ProcessEnv,
      stdio: ["ignore", out, out],
      detached: true,
      ...(spec.uid !== undefined && { uid: spec.uid, gid: spec.gid ?? spec.uid }),
    });
    closeSync(out);
    const gone = () => {
      if (this.child === child) this.child = undefined;
    };
    child.once("exit", gone);
    child.once("error", gone);
    this.child = child;
    this.ref = child.pid === undefined ? undefined : processRef(child.pid);
    this.onChange();
  }

  private async ready(): Promise<boolean> {
    if (!this.child) return false;
    if (this.spec.isReady) return this.spec.isReady().catch(() => false);
    if (this.spec.livezUrl) {
      const answer = await fetch(this.spec.livezUrl, { signal: AbortSignal.timeout(2_000) }).catch(
        () => undefined,
      );
      await answer?.body?.cancel();
      if (!answer?.ok) return false;
      return listensOn(Number(new URL(this.spec.livezUrl).port), this.child?.pid ?? 0) !== false;
    }
    if (this.spec.saysWhenReady) return this.saidSinceStart().includes(this.spec.saysWhenReady);
    return true;
  }

  /** The end of what it logged since it was last started. */
  private saidSinceStart(most = 64_000): string {
    const size = statSync(this.spec.logPath).size;
    const from = Math.max(this.logStart, size - most);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    const file = openSync(this.spec.logPath, "r");
    readSync(file, buffer, 0, buffer.length, from);
    closeSync(file);
    return buffer.toString();
  }

  /** A wait that a stop cuts short. */
  private async pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.stopSignal.signal }).catch(() => {});
  }

  private async watch(): Promise<void> {
    while (!this.stopping) {
      const child = this.child;
      if (child) {
        const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null)
            resolve([child.exitCode, child.signalCode]);
          else child.once("exit", (code, signal) => resolve([code, signal]));
        });
        if (this.stopping) return;
        const lived = Date.now() - this.startedAt;
        // what worked and was killed from outside is not to blame: only what ends by itself waits longer and longer
        const wasKilled = this.hasWorked && signal === "SIGKILL";
        this.failures = lived > healthyAfterMs ? 0 : wasKilled ? 1 : this.failures + 1;
        const how = signal ? `was ended by ${signal}` : `ended with code ${code}${this.reason()}`;
        const pause = backoffMs[Math.min(Math.max(this.failures - 1, 0), backoffMs.length - 1)] ?? 1_000;
        this.report(
          `${this.spec.name} ${how}; it starts again${pause >= 1_000 ? ` in ${pause / 1000} s` : ""}.`,
        );
        await this.pause(pause);
      } else {
        this.failures += 1;
        await this.pause(backoffMs[Math.min(this.failures - 1, backoffMs.length - 1)] ?? 1_000);
      }
      if (this.stopping) return;
      try {
        await this.spawnOnce();
        for (const until = Date.now() + 60_000; Date.now() < until && this.child; await this.pause(60)) {
          if (this.stopping || (await this.ready())) break;
        }
        if (this.child && !this.stopping && (await this.ready())) {
          this.hasWorked = true;
          await this.spec.onReady?.();
          this.restarts += 1;
          this.report(`${this.spec.name} runs again.`);
          this.onChange();
        }
      } catch (error) {
        this.failures += 1;
        this.report(`${this.spec.name} could not start: ${(error as Error).message}`);
        await this.pause(backoffMs[Math.min(this.failures, backoffMs.length - 1)] ?? 1_000);
      }
    }
  }

  async stop(patienceMs = this.spec.stopPatienceMs ?? 8_000): Promise<boolean> {
    this.stopping = true;
    this.stopSignal.abort();
    const clean = this.ref ? await endProcess(this.ref, this.spec.stopSignal ?? "SIGTERM", patienceMs) : true;
    await this.life;
    return clean;
  }

  /** Why it ended, where its log tells. */
  private reason(): string {
    const said = this.saidSinceStart(8_000);
    const port = /EADDRINUSE[\s\S]*?port: (\d+)/.exec(said)?.[1];
    if (port) return `, because port ${port} is taken by another program`;
    const line = said.split("\n").findLast((text) => /^\w*Error\b|"level":"fatal"/.test(text));
    return line ? ` (${line.slice(0, 160)})` : "";
  }

  /** What it last said, in one line, for a failure's explanation. */
  logTail(): string {
    try {
      const lines = this.saidSinceStart(4_000)
        .split("\n")
        .filter((line) => line.trim());
      const telling = lines.filter((line) => /error|fatal|refused|not set|not valid|cannot/i.test(line));
      return `${(telling.at(-1) ?? lines.at(-1) ?? "it said nothing").slice(0, 400)} (${this.spec.logPath})`;
    } catch {
      return `see ${this.spec.logPath}`;
    }
  }
}

function rotate(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxLogBytes) renameSync(path, `${path}.1`);
}
