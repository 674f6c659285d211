import type { Address } from "viem";
import { AppError, type ErrorCode } from "@/lib/errors";
import {
  askAgain,
  type Flow,
  type FlowState,
  hasSent,
  isFinished,
  nextStep,
  reshape,
  retryFrom,
  type Step,
  type StepState,
  startFlow,
  stepsOf,
  withStep,
} from "./flow";
import type { RunnerInput, runStep, watchAsking } from "./flow-runner";
import { dropFlow, type FlowKey, flowName, keepFlow, keptFlow } from "./flow-storage";
import type { WalletState } from "./wallet-store";

type Runner = { runStep: typeof runStep; watchAsking: typeof watchAsking };

export type FlowView = {
  state: FlowState;
  step: Step | undefined;
  failure: string | undefined;
  /** the person has pressed the button that lets the wallet be asked */
  armed: boolean;
  /** a wallet was asked on an earlier visit, and nobody knows the answer yet */
  orphaned: boolean;
  resumed: boolean;
  costWei: bigint | null;
};

const asksWallet = (step: Step) => step.kind === "permit" || step.kind === "send";
const codeOf = (thrown: unknown): ErrorCode => (thrown instanceof AppError ? thrown.code : "unexpected");

/**
 * Moves one flow: decides which step may run now, keeps every change before going on, and never lets the wallet be
 * asked without a press. No React, so that a test can reload it at any moment.
 */
export function createFlowDriver(options: {
  key: FlowKey;
  flow: Flow;
  owner: Address;
  load: () => Promise<Runner>;
  onFinished?: () => void;
}) {
  const { key, owner } = options;
  const listeners = new Set<() => void>();
  const ended = new AbortController();
  const memory: RunnerInput["memory"] = {};
  const kept = keptFlow(key);
  let state = kept ?? startFlow(options.flow, Date.now());
  let wallet: Pick<WalletState, "wagmi" | "config" | "connection"> | undefined;
  /** the mark of what this window has read or written last */
  let known = kept?.mark;
  let isKept = Boolean(kept);
  let running = false;
  let watching: AbortController | undefined;
  let armed = false;
  let costWei: bigint | null = null;
  let view = look();

  function look(): FlowView {
    const step = nextStep(state);
    const here = step && state.steps[step.id];
    return {
      state,
      step,
      failure: here?.status === "failed" ? here.failure : undefined,
      armed,
      orphaned: Boolean(step?.kind === "send" && here?.status === "asking" && !running),
      resumed: Boolean(kept && hasSent(kept)),
      costWei,
    };
  }

  function tell() {
    view = look();
    for (const listener of listeners) listener();
  }

  /** Another window has asked the wallet since this one last looked; its word is newer than what stands here. */
  function askedElsewhere(): FlowState | undefined {
    const stored = keptFlow(key);
    return stored && stored.mark !== known && hasSent(stored) ? stored : undefined;
  }

  function change(next: FlowState, keep = true) {
    if (ended.signal.aborted) {
      keepAnswer(next);
      return;
    }
    state = next;
    if (keep && !askedElsewhere()) {
      const mark = Math.random().toString(36).slice(2);
      if (keepFlow(key, { ...next, mark })) {
        known = mark;
        isKept = true;
      }
    }
    tell();
  }

  /** An answer that comes after the page has gone is kept for the next visit, if that still waits for it. */
  function keepAnswer(late: FlowState) {
    const now = keptFlow(key);
    if (now?.startedAt !== late.startedAt) return;
    for (const { id, kind } of stepsOf(now.flow))
      if (kind === "send" && now.steps[id]?.status === "asking" && late.steps[id]?.status === "done")
        keepFlow(key, withStep(now, id, late.steps[id] as StepState));
  }

  const inputOf = (): RunnerInput | undefined =>
    wallet?.wagmi && wallet.config
      ? {
          wagmi: wallet.wagmi,
          config: wallet.config,
          owner,
          signal: ended.signal,
          memory,
          read: () => state,
          save: (id, part) => change(withStep(state, id, part)),
          reshape: (flow) => change(reshape(state, flow), isKept),
          setCost: (wei) => {
            costWei = wei;
          },
        }
      : undefined;

  function fail(step: Step, thrown: unknown) {
    if ((thrown as Error).name === "AbortError") return;
    // a batch that was refused has become other steps by now
    const failed = stepsOf(state.flow).some(({ id }) => id === step.id) ? step : (nextStep(state) ?? step);
    if (asksWallet(failed)) armed = false;
    const failure = codeOf(thrown);
    change(
      withStep(state, failed.id, { status: "failed", failure }),
      failure !== "conflict" && (failed.kind !== "check" || isKept),
    );
  }

  /** Two windows on one flow: only one may ask, and what the other has done meanwhile counts. */
  async function aloneIn(run: () => Promise<void>) {
    const locks = globalThis.navigator?.locks;
    const ask = async (lock: unknown) => {
      const gone = isKept && keptFlow(key)?.startedAt !== state.startedAt;
      if (!lock || gone || askedElsewhere()) throw new AppError("conflict");
      await run();
    };
    await (locks ? locks.request(flowName(key), { ifAvailable: true }, ask) : ask(true));
  }

  async function run(step: Step, input: RunnerInput) {
    running = true;
    try {
      if (step.kind !== "send")
        change(withStep(state, step.id, { status: "doing" }), step.kind !== "check" || isKept);
      const { runStep } = await options.load();
      const go = () => runStep(input, step);
      if (step.kind === "send")
        await aloneIn(async () => {
          change(withStep(state, step.id, { status: "doing" }));
          await go();
        });
      else await go();
      running = false;
      if (isFinished(state)) {
        dropFlow(key);
        tell();
        options.onFinished?.();
      } else change(state);
    } catch (thrown) {
      running = false;
      fail(step, thrown);
    }
    move();
  }

  async function watch(step: Step, input: RunnerInput) {
    const looking = new AbortController();
    watching = looking;
    const stop = () => looking.abort();
    ended.signal.addEventListener("abort", stop, { once: true });
    try {
      const { watchAsking } = await options.load();
      await watchAsking({ ...input, signal: looking.signal }, step);
    } catch (thrown) {
      fail(step, thrown);
    }
    ended.signal.removeEventListener("abort", stop);
    watching = undefined;
    move();
  }

  function move() {
    const { step, failure, orphaned } = look();
    const input = inputOf();
    if (!step || failure !== undefined || !input || ended.signal.aborted || running) return;
    if (orphaned) {
      if (!watching) void watch(step, input);
      return;
    }
    if (watching || (asksWallet(step) && !armed)) return;
    const newer = asksWallet(step) ? askedElsewhere() : undefined;
    if (newer?.startedAt === state.startedAt) {
      state = newer;
      known = newer.mark;
      armed = false;
      tell();
      return move();
    }
    const waits = step.kind === "wait" || step.kind === "verify";
    if (wallet?.connection === "connected" || waits) void run(step, input);
  }

  /** Another window has moved, ended or dropped this flow: what it did counts here too. */
  function fromElsewhere(event: StorageEvent) {
    if (event.key !== flowName(key) || running || !isKept) return;
    const stored = keptFlow(key);
    if (stored?.startedAt === state.startedAt) {
      state = stored;
      known = stored.mark;
    } else {
      const here = nextStep(state);
      if (here) state = withStep(state, here.id, { status: "failed", failure: "conflict" });
    }
    tell();
    move();
  }
  globalThis.addEventListener?.("storage", fromElsewhere);
  ended.signal.addEventListener("abort", () => globalThis.removeEventListener?.("storage", fromElsewhere));

  return {
    view: () => view,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    /** what the wallet library knows now */
    see(next: typeof wallet) {
      wallet = next;
      move();
    },
    /** the person lets the wallet be asked */
    press() {
      armed = true;
      tell();
      move();
    },
    again() {
      const { step, failure } = look();
      if (!step || failure === undefined) return;
      const next = retryFrom(state, step.id);
      if (!(step.kind === "send" && failure === "wallet_rejected")) memory.permit = undefined;
      const sendsAgain = nextStep(next)?.kind !== step.kind;
      if (asksWallet(step) || sendsAgain) armed = true;
      change(next, isKept);
      move();
    },
    /** the person says that no open question is left in the wallet */
    askAgain() {
      const { step, orphaned } = look();
      if (!step || !orphaned) return;
      memory.permit = undefined;
      armed = true;
      change(askAgain(state, step.id));
      watching?.abort();
      move();
    },
    failWith(code: ErrorCode) {
      const { step } = look();
      if (step) change(withStep(state, step.id, { status: "failed", failure: code }), isKept);
    },
    leave(drop: boolean) {
      ended.abort();
      if (drop) dropFlow(key);
    },
    /** the page goes away */
    stop: () => ended.abort(),
  };
}

export type FlowDriver = ReturnType<typeof createFlowDriver>;
