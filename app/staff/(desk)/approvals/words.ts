import type { Tone } from "@/components/ui/status-chip";
import type { ApprovalView } from "@/lib/approvals/queries";

export const kindWords: Record<string, string> = {
  issuance_above_limit: "Conversion above the limit for one person",
  account_opened: "Frozen account to be opened again",
  certification_approve: "Operator to be certified",
  certification_renew: "Certificate to be renewed",
  certification_revoke: "Certificate to be revoked",
  certification_reinstate: "Operator to be let out of jail",
};

/** What a request holds, where its own name would not tell. */
export const payloadWords: Record<string, string> = {
  act: "What",
  name: "Operator",
  reason: "Reason",
  operatorId: "Operator's number",
  controller: "Wallet",
  ownerHash: "Owner, sealed",
  affiliated: "Belongs to the bank's house",
  certifiedUntil: "Certified until",
  orderHash: "Seal of the reason",
  actId: "Act",
};

export const blockedWords: Record<NonNullable<ApprovalView["blockedBy"]>, string> = {
  same_person: "You asked for this yourself. Another person must decide.",
  role: "Your role may look at this and not decide it.",
  late: "Nobody decided in time. It can no longer be approved.",
  decided: "This has been decided.",
};

export function stateChip({ state, isLate }: ApprovalView): { tone: Tone; word: string } {
  if (state === "approved") return { tone: "good", word: "Approved" };
  if (state === "refused") return { tone: "bad", word: "Refused" };
  if (state === "expired" || isLate) return { tone: "neutral", word: "Expired" };
  return { tone: "warn", word: "Waits" };
}
