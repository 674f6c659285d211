import type { Step } from "@/components/ui/step-list";
import type { RegistrationStep } from "@/lib/operations/queries";

const titles: Record<string, string> = {
  "identity.register": "Register the wallet",
  "identity.renew": "Renew the wallet's identity",
  "identity.rate": "Change the withholding class",
};

const details: Record<RegistrationStep["state"], string> = {
  queued: "Waits for the bank's signer.",
  signed: "Signed and stored, about to be sent.",
  sent: "Sent to the chain.",
  mined: "In a block, waits until the block is final.",
  final: "In a final block.",
  reverted: "A contract refused it.",
  cancelled: "Cancelled before it took effect.",
};

const states: Record<RegistrationStep["state"], Step["state"]> = {
  queued: "busy",
  signed: "busy",
  sent: "busy",
  mined: "busy",
  final: "done",
  reverted: "failed",
  cancelled: "failed",
};

/** From a yes at the desk to a wallet that the chain knows. */
export function registrationSteps(
  steps: readonly RegistrationStep[],
  application: { state: "submitted" | "approved" | "refused"; walletStatus: string },
): Step[] {
  const isApproved = application.state === "approved";
  const isVerified = isApproved && application.walletStatus === "verified";
  const onChain = steps.map(
    (step, index): Step => ({
      id: `${step.kind}-${index}`,
      title: titles[step.kind] ?? step.kind,
      state: states[step.state],
      detail: step.error ? `${details[step.state]} ${step.error}` : details[step.state],
      meta: step.blockNumber === null ? undefined : `Block ${step.blockNumber}`,
    }),
  );
  return [
    {
      id: "decision",
      title: "Decision at the desk",
      state: application.state === "refused" ? "failed" : isApproved ? "done" : "now",
      detail: application.state === "refused" ? "Refused. Nothing is sent to the chain." : undefined,
    },
    ...(onChain.length > 0
      ? onChain
      : [{ id: "register", title: "Register the wallet", state: "todo" as const }]),
    {
      id: "verified",
      title: "Wallet verified",
      state: isVerified
        ? "done"
        : isApproved && onChain.every(({ state }) => state === "done")
          ? "busy"
          : "todo",
      detail: isVerified
        ? "The customer can hold and stake tokens."
        : "Once our own index has seen it in a final block.",
    },
  ];
}
