import { describe, expect, it } from "vitest";
import {
  type Flow,
  hasSent,
  isFinished,
  nextStep,
  resumeFlow,
  retryFrom,
  startFlow,
  stepsOf,
  withStep,
} from "./flow";

const byPermit: Flow = { kind: "stake", operatorId: 2, amountMicros: "5000000", permission: "permit" };
const byApproval: Flow = { ...byPermit, permission: "approve" };
const hash = `0x${"ab".repeat(32)}` as const;

describe("the steps of a flow", () => {
  it("shows a stake by permission as check, permit, send, wait, verify", () => {
    expect(stepsOf(byPermit).map((step) => step.id)).toEqual([
      "check",
      "permit",
      "send-stake",
      "wait-stake",
      "verify",
    ]);
  });

  it("shows both transactions of a stake by approval", () => {
    expect(stepsOf(byApproval).map((step) => step.kind)).toEqual([
      "check",
      "send",
      "wait",
      "send",
      "wait",
      "verify",
    ]);
  });

  it("claims from every operator in one flow", () => {
    expect(
      stepsOf({ kind: "claim", operatorIds: [1, 3] }).filter((step) => step.kind === "send"),
    ).toHaveLength(2);
  });

  it("goes step by step until all are done", () => {
    let state = startFlow(byPermit, 0);
    for (const step of stepsOf(byPermit)) {
      expect(nextStep(state)?.id).toBe(step.id);
      state = withStep(state, step.id, { status: "done" });
    }
    expect(isFinished(state)).toBe(true);
  });
});

describe("a reload", () => {
  it("waits for a transaction that was sent and never goes back to sending", () => {
    let state = startFlow(byPermit, 0);
    state = withStep(state, "check", { status: "done" });
    state = withStep(state, "permit", { status: "done" });
    state = withStep(state, "send-stake", { status: "done", txHash: hash, nonceBefore: 4 });
    state = withStep(state, "wait-stake", { status: "slow" });
    const resumed = resumeFlow(JSON.parse(JSON.stringify(state)));
    expect(nextStep(resumed)?.id).toBe("wait-stake");
    expect(hasSent(resumed)).toBe(true);
  });

  it("asks for the permission again when nothing was sent, because it lived in memory only", () => {
    let state = withStep(startFlow(byPermit, 0), "check", { status: "done" });
    state = withStep(state, "permit", { status: "done" });
    expect(nextStep(resumeFlow(state))?.id).toBe("permit");
  });

  it("does not send while it is unknown whether the wallet has sent", () => {
    let state = withStep(startFlow(byPermit, 0), "check", { status: "done" });
    state = withStep(state, "permit", { status: "done" });
    state = withStep(state, "send-stake", { status: "asking", nonceBefore: 7, blockBefore: "12" });
    const resumed = resumeFlow(state);
    expect(resumed.steps["send-stake"]).toMatchObject({ status: "asking", nonceBefore: 7 });
  });
});

describe("trying again", () => {
  it("repeats only the failed step", () => {
    let state = withStep(startFlow(byApproval, 0), "check", { status: "done" });
    state = withStep(state, "send-approve", { status: "done", txHash: hash });
    state = withStep(state, "wait-approve", { status: "done", blockNumber: "9" });
    state = withStep(state, "send-stake", { status: "failed", failure: "wallet_rejected" });
    const again = retryFrom(state, "send-stake", { sendAgain: false });
    expect(nextStep(again)?.id).toBe("send-stake");
    expect(again.steps["send-approve"]?.txHash).toBe(hash);
    expect(again.steps["send-stake"]?.failure).toBeUndefined();
  });

  it("keeps the nonce of a send without an answer, so that it can be found instead of repeated", () => {
    let state = withStep(startFlow(byPermit, 0), "send-stake", {
      status: "asking",
      nonceBefore: 3,
      blockBefore: "8",
    });
    state = withStep(state, "send-stake", { status: "failed", failure: "chain_down" });
    expect(retryFrom(state, "send-stake", { sendAgain: false }).steps["send-stake"]).toMatchObject({
      status: "todo",
      nonceBefore: 3,
      blockBefore: "8",
    });
  });

  it("sends anew only when the network has lost or refused the transaction", () => {
    let state = withStep(startFlow(byApproval, 0), "check", { status: "done" });
    state = withStep(state, "send-approve", { status: "done", txHash: hash });
    state = withStep(state, "wait-approve", { status: "failed", failure: "transaction_lost" });
    expect(nextStep(retryFrom(state, "wait-approve", { sendAgain: false }))?.id).toBe("wait-approve");
    const lost = retryFrom(state, "wait-approve", { sendAgain: true });
    expect(nextStep(lost)?.id).toBe("send-approve");
    expect(lost.steps["send-approve"]?.txHash).toBeUndefined();
  });
});
