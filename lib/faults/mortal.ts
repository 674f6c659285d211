import { type ChildProcess, fork } from "node:child_process";
import type { Answer, Verb } from "@/lib/faults/bank";

/** The process went away before it answered: whether it did what was asked is not known. */
export class Died extends Error {
  override name = "Died";
}

export interface Fate {
  point: string;
  time: number;
}

interface Life {
  child: ChildProcess;
  ready: Promise<void>;
  said: () => string;
}

/** A bank in a child process that dies where it is told to; the next one stands by, loaded, so that a death is cheap. */
export class MortalBank {
  /** points at which it died by itself, and "?" for a death of another kind */
  readonly deaths: string[] = [];
  private now: Life;
  private next: Life;
  private asked = 0;
  private isOpen = false;
  /** where the next lives are to end */
  private fate: Fate[] = [];
  private waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();

  constructor(
    private readonly file: string,
    private readonly env: Record<string, string>,
  ) {
    this.now = this.spawn();
    this.next = this.spawn();
  }

  private spawn(): Life {
    const child = fork(this.file, [], {
      env: this.env as NodeJS.ProcessEnv,
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: [],
    });
    let tail = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-4_000);
    });
    const ready = new Promise<void>((resolve, reject) => {
      child.on("message", (message) => {
        if (message === "ready") resolve();
        else this.answered(message as Answer);
      });
      child.once("close", () => {
        reject(new Died(tail));
        if (this.now.child === child) this.died();
      });
    });
    ready.catch(() => undefined);
    return { child, ready, said: () => tail };
  }

  private answered(answer: Answer): void {
    const one = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.ok) one?.resolve(answer.value as never);
    else one?.reject(Object.assign(new Error(answer.error), { code: answer.code }));
  }

  private died(): void {
    const { child, said } = this.now;
    this.deaths.push((child.signalCode === "SIGKILL" && /failpoint (\S+)\s*$/.exec(said())?.[1]) || "?");
    const why = new Died(`${child.signalCode ?? child.exitCode}: ${said()}`);
    for (const { reject } of this.waiting.values()) reject(why);
    this.waiting.clear();
    this.now = this.next;
    this.next = this.spawn();
    this.isOpen = false;
  }

  /** Ends this life at the first point, the next one at the second, and so on; an empty list lets it live. */
  async arm(fate: readonly Fate[]): Promise<void> {
    this.fate = [...fate];
    await this.ask("arm", { ...(this.fate.shift() ?? { point: "", time: 1 }) });
  }

  /** Asks the one that lives; throws Died when it does not live to answer. */
  async ask<T = unknown>(verb: Verb, input: Record<string, unknown> = {}): Promise<T> {
    await this.now.ready;
    if (!this.isOpen) {
      this.isOpen = true;
      await this.call("open", {});
      const next = this.fate.shift();
      if (next) await this.call("arm", { ...next });
    }
    return this.call<T>(verb, input);
  }

  private call<T>(verb: Verb, input: Record<string, unknown>): Promise<T> {
    const id = ++this.asked;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.now.child.send({ id, verb, input }, (error) => error && reject(new Died(error.message)));
    });
  }

  async stop(): Promise<void> {
    const lives = [this.now, this.next];
    this.now = { ...this.now, child: {} as ChildProcess };
    await Promise.all(
      lives.map(
        ({ child }) =>
          new Promise((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) resolve(0);
            else child.once("exit", resolve).kill("SIGKILL");
          }),
      ),
    );
  }
}
