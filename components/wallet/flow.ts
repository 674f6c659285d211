/**
 * What a signing flow consists of, and how it moves. No chain client, no wallet, no React: only values.
 * A flow is described by plain text values, so that it can be kept over a reload.
 */
export type Flow =
  | { kind: "stake"; operatorId: number; amountMicros: string; permission: "permit" | "approve" }
  | { kind: "unbond"; operatorId: number; amountMicros: string }
  | { kind: "withdraw"; requestIds: string[] }
  | { kind: "claim"; operatorIds: number[] }
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
  txHash?: `0x${string}`;
  blockNumber?: string;
};

export type FlowState = {
  version: 1;
  flow: Flow;
  startedAt: number;
  steps: Record<string, StepState>;
  finishedAt?: number;
};

/** One leg is one transaction. */
export function legsOf(flow: Flow): string[] {
  switch (flow.kind) {
    case "stake":
      return flow.permission === "approve" ? ["approve", "stake"] : ["stake"];
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

export function stepsOf(flow: Flow): Step[] {
  const steps: Step[] = [{ id: "check", kind: "check", leg: -1 }];
  if (flow.kind === "stake" && flow.permission === "permit")
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

/** True once anything has left the wallet: such a flow may be resumed but never thrown away silently. */
export function hasSent(state: FlowState): boolean {
  return Object.values(state.steps).some((step) => step.txHash !== undefined);
}

const sendAsked = (state: FlowState) =>
  Object.values(state.steps).some((step) => step.status === "asking" && step.nonceBefore !== undefined);

/**
 * What a reload makes of a kept flow. A permission lives only in memory, so it is asked again;
 * a send that had been handed to the wallet without an answer is "asking" and must be looked up first.
 */
export function resumeFlow(kept: FlowState): FlowState {
  const steps: Record<string, StepState> = {};
  const sentStake = hasSent(kept);
  for (const step of stepsOf(kept.flow)) {
    const state = kept.steps[step.id] ?? { status: "todo" as const };
    if (state.status === "done" && step.kind === "permit" && !sentStake && !sendAsked(kept))
      steps[step.id] = { status: "todo" };
    else if (state.status === "done" || state.status === "failed") steps[step.id] = state;
    else if (step.kind === "send" && state.nonceBefore !== undefined)
      steps[step.id] = { ...state, status: "asking" };
    else steps[step.id] = { ...state, status: "todo" };
  }
  return { ...kept, steps };
}

/**
 * After "try again": only what failed runs again. A send keeps the nonce it was asked under, so that a transaction
 * which left the wallet after all is found and not sent twice; a dead transaction goes back to its send.
 */
export function retryFrom(state: FlowState, id: string, options: { sendAgain: boolean }): FlowState {
  const steps = stepsOf(state.flow);
  const failed = steps.find((step) => step.id === id);
  if (!failed) return state;
  const next: FlowState = { ...state, steps: { ...state.steps } };
  const permit = steps.find((step) => step.kind === "permit");
  const send = steps.find((step) => step.kind === "send" && step.leg === failed.leg);
  if (failed.kind === "send") {
    const { nonceBefore, blockBefore } = state.steps[id] ?? {};
    next.steps[id] = { status: "todo", nonceBefore, blockBefore };
  } else {
    const { txHash: _kept, ...rest } = state.steps[id] ?? {};
    next.steps[id] = { ...rest, status: "todo", failure: undefined };
  }
  if (failed.kind === "wait" && options.sendAgain && send) next.steps[send.id] = { status: "todo" };
  if (permit && (failed.kind === "send" || (failed.kind === "wait" && options.sendAgain)))
    next.steps[permit.id] = { status: "todo" };
  return next;
}
