import type { Hex } from "viem";
import type { ErrorCode } from "@/lib/errors";

/**
 * What a signing flow consists of, and how it moves. No chain client, no wallet, no React: only values.
 * A flow is described by plain text values, so that it can be kept over a reload.
 */
export type Flow =
  | {
      kind: "stake";
      operatorId: number;
      amountMicros: string;
      permission: "permit" | "approve";
      batch?: boolean;
    }
  | { kind: "unbond"; operatorId: number; amountMicros: string }
  | { kind: "withdraw"; requestIds: string[]; batch?: boolean }
  | { kind: "claim"; operatorIds: number[]; batch?: boolean }
  | { kind: "redeem"; amountMicros: string; redemptionId: `0x${string}` };

export type StepKind = "check" | "permit" | "send" | "wait" | "verify";

export type Step = {
  id: string;
  kind: StepKind;
  /** which call of the flow this step belongs to; -1 for the flow as a whole */
  leg: number;
};

export type StepStatus = "todo" | "doing" | "asking" | "slow" | "done" | "failed";

export type StepState = {
  status: StepStatus;
  failure?: string;
  /** written before the wallet is asked, so that a reload can tell whether anything was sent */
  nonceBefore?: number;
  blockBefore?: string;
  /** the lowest number under which it may have gone out: a wallet may number by itself, below what it was asked */
  fromNonce?: number;
  /** what the account had waiting already when it was first asked: none of it is this step */
  waitedBefore?: Hex[];
  /** the network has shown the transaction under this very number */
  seen?: boolean;
  /** everything of this step below this number is over */
  overNonce?: number;
  overBlock?: string;
  /** our own name for a batch, under which the wallet must not send twice */
  batchId?: Hex;
  txHash?: Hex;
  blockNumber?: string;
};

export type FlowState = {
  version: 1;
  flow: Flow;
  startedAt: number;
  /** a new mark at every keeping, by which a window sees that another has written since */
  mark?: string;
  steps: Record<string, StepState>;
  finishedAt?: number;
};

/** The calls of a flow, one by one, however they are sent. */
export function callsOf(flow: Flow): string[] {
  switch (flow.kind) {
    case "stake":
      return flow.permission === "approve" || flow.batch ? ["approve", "stake"] : ["stake"];
    case "unbond":
      return ["unbond"];
    case "withdraw":
      return flow.requestIds.map((id) => `withdraw-${id}`);
    case "claim":
      return flow.operatorIds.map((id) => `claim-${id}`);
    case "redeem":
      return ["redeem"];
  }
}

export const isBatch = (flow: Flow): boolean => "batch" in flow && flow.batch === true;

/** One leg is one question to the wallet: one transaction, or one batch of them. */
export const legsOf = (flow: Flow): string[] => (isBatch(flow) ? ["batch"] : callsOf(flow));

export function stepsOf(flow: Flow): Step[] {
  const steps: Step[] = [{ id: "check", kind: "check", leg: -1 }];
  if (flow.kind === "stake" && flow.permission === "permit" && !flow.batch)
    steps.push({ id: "permit", kind: "permit", leg: -1 });
  legsOf(flow).forEach((name, leg) => {
    steps.push({ id: `send-${name}`, kind: "send", leg }, { id: `wait-${name}`, kind: "wait", leg });
  });
  steps.push({ id: "verify", kind: "verify", leg: -1 });
  return steps;
}

export function startFlow(flow: Flow, now: number): FlowState {
  const steps = Object.fromEntries(stepsOf(flow).map((step) => [step.id, { status: "todo" } as StepState]));
  return { version: 1, flow, startedAt: now, steps };
}

export function withStep(state: FlowState, id: string, change: Partial<StepState>): FlowState {
  const before = state.steps[id] ?? { status: "todo" };
  const after = { ...before, ...change };
  if (change.status !== "failed") delete after.failure;
  return { ...state, steps: { ...state.steps, [id]: after } };
}

export function nextStep(state: FlowState): Step | undefined {
  return stepsOf(state.flow).find((step) => state.steps[step.id]?.status !== "done");
}

export const isFinished = (state: FlowState) => nextStep(state) === undefined;

/** The wallet has been asked to send this, or has sent it: it may be out there whatever this page knows. */
const wasAsked = (state: StepState) =>
  state.nonceBefore !== undefined || state.batchId !== undefined || state.txHash !== undefined;

/** True once anything may have left the wallet: such a flow is resumed, never thrown away silently. */
export const hasSent = (state: FlowState): boolean => Object.values(state.steps).some(wasAsked);

/** The same wish with other steps, such as one batch; only while the wallet has been asked for nothing. */
export function reshape(state: FlowState, flow: Flow): FlowState {
  if (hasSent(state)) return state;
  const steps: Record<string, StepState> = {};
  for (const { id } of stepsOf(flow)) steps[id] = state.steps[id] ?? { status: "todo" };
  return { ...state, flow, steps };
}

/**
 * What a reload makes of a kept flow. A permission lives only in memory, so it is asked again;
 * a send that had been handed to the wallet without an answer is "asking" and must be looked up first.
 */
export function resumeFlow(kept: FlowState): FlowState {
  const steps: Record<string, StepState> = {};
  const asked = hasSent(kept);
  for (const step of stepsOf(kept.flow)) {
    const state = kept.steps[step.id] ?? { status: "todo" as const };
    if (state.status === "done" && step.kind === "permit" && !asked) steps[step.id] = { status: "todo" };
    else if (state.status === "done" || state.status === "failed") steps[step.id] = state;
    else if (step.kind === "send" && wasAsked(state)) steps[step.id] = { ...state, status: "asking" };
    else steps[step.id] = { ...state, status: "todo" };
  }
  return { ...kept, steps };
}

/** After these the transaction is over and cannot come back: only then is its place in the account's row free. */
const overFor: ReadonlySet<string> = new Set<ErrorCode>([
  "transaction_failed",
  "transaction_cancelled",
  "transaction_replaced",
]);

/**
 * After "try again": only what failed runs again. A send keeps the nonce it was asked under, so that a transaction
 * which left the wallet after all is found and not sent twice; one that is over goes back to its send, under a new one.
 */
export function retryFrom(state: FlowState, id: string): FlowState {
  const steps = stepsOf(state.flow);
  const failed = steps.find((step) => step.id === id);
  if (!failed) return state;
  const failure = state.steps[id]?.failure ?? "";
  const isOver = overFor.has(failure);
  const sendAgain =
    failed.kind === "send" || (failed.kind === "wait" && (isOver || failure === "transaction_lost"));
  const next: FlowState = { ...state, steps: { ...state.steps } };
  if (sendAgain) {
    const send = steps.find((step) => step.kind === "send" && step.leg === failed.leg);
    const permit = steps.find((step) => step.kind === "permit");
    if (send) next.steps[send.id] = (isOver ? afterOver : askedBefore)(state.steps[send.id]);
    if (permit) next.steps[permit.id] = { status: "todo" };
  }
  if (failed.kind !== "send") next.steps[id] = { status: "todo" };
  return next;
}

function askedBefore(state: StepState | undefined): StepState {
  const { failure: _f, txHash: _h, blockNumber: _b, seen: _s, ...asked } = state ?? {};
  return { ...asked, status: "todo" };
}

function afterOver(state: StepState | undefined): StepState {
  const { nonceBefore, blockBefore, overNonce, overBlock } = state ?? {};
  return {
    status: "todo",
    overNonce: nonceBefore === undefined ? overNonce : nonceBefore + 1,
    overBlock: blockBefore ?? overBlock,
  };
}

/** A question that the wallet may still hold open is put again, in the same place, so that one answer at most counts. */
export function askAgain(state: FlowState, id: string): FlowState {
  const steps = { ...state.steps, [id]: askedBefore(state.steps[id]) };
  const permit = stepsOf(state.flow).find((step) => step.kind === "permit");
  if (permit) steps[permit.id] = { status: "todo" };
  return { ...state, steps };
}
