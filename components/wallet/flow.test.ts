import { describe, expect, it } from "vitest";
import {
  type Flow,
  hasSent,
  isFinished,
  nextStep,
  reshape,
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
    const again = retryFrom(state, "send-stake");
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
    expect(retryFrom(state, "send-stake").steps["send-stake"]).toMatchObject({
      status: "todo",
      nonceBefore: 3,
      blockBefore: "8",
    });
  });

  const sentAndThen = (failure: string) => {
    let state = withStep(startFlow(byApproval, 0), "check", { status: "done" });
    state = withStep(state, "send-approve", {
      status: "done",
      txHash: hash,
      nonceBefore: 5,
      blockBefore: "9",
    });
    return withStep(state, "wait-approve", { status: "failed", failure });
  };

  it.each(["chain_down", "transaction_unclear", "unexpected"])("only waits on after %s", (failure) => {
    expect(nextStep(retryFrom(sentAndThen(failure), "wait-approve"))?.id).toBe("wait-approve");
  });

  it("sends a lost one again under its own number, so that only one of both can count", () => {
    const lost = retryFrom(sentAndThen("transaction_lost"), "wait-approve");
    expect(nextStep(lost)?.id).toBe("send-approve");
    expect(lost.steps["send-approve"]).toMatchObject({ status: "todo", nonceBefore: 5, blockBefore: "9" });
    expect(lost.steps["send-approve"]?.txHash).toBeUndefined();
  });

  it.each(["transaction_failed", "transaction_cancelled", "transaction_replaced"])(
    "sends under a new number after %s, when the old one is used up",
    (failure) => {
      const over = retryFrom(sentAndThen(failure), "wait-approve");
      expect(nextStep(over)?.id).toBe("send-approve");
      expect(over.steps["send-approve"]).toEqual({ status: "todo", overNonce: 6, overBlock: "9" });
      expect(hasSent(over)).toBe(false);
    },
  );
});

describe("another shape of the same wish", () => {
  const batch: Flow = { ...byPermit, batch: true };

  it("asks once for everything that a wallet carries as one", () => {
    expect(stepsOf(batch).map((step) => step.id)).toEqual(["check", "send-batch", "wait-batch", "verify"]);
  });

  it("is taken on only while the wallet was asked for nothing", () => {
    const checked = withStep(startFlow(byPermit, 0), "check", { status: "done" });
    expect(nextStep(reshape(checked, batch))?.id).toBe("send-batch");
    const asked = withStep(checked, "send-stake", { status: "asking", nonceBefore: 1, blockBefore: "2" });
    expect(reshape(asked, batch)).toBe(asked);
  });

  it("is looked up by its own name after a reload", () => {
    const asked = withStep(startFlow(batch, 0), "send-batch", { status: "asking", batchId: hash });
    expect(resumeFlow(asked).steps["send-batch"]).toMatchObject({ status: "asking", batchId: hash });
  });
});
