import { createHash } from "node:crypto";
import type { Hex } from "viem";

export type ApprovalKind =
  | "issuance_above_limit"
  | "account_opened"
  | "certification_approve"
  | "certification_renew"
  | "certification_revoke"
  | "certification_reinstate";
export type ApprovalPayload = Record<string, string | number | boolean | null>;

/** SHA-256 over kind, subject and payload with sorted keys: what the second person saw is what is executed. */
export function payloadHash(input: { kind: string; subject: string; payload: ApprovalPayload }): Hex {
  const entries = Object.entries(input.payload).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([input.kind, input.subject, entries]);
  return `0x${createHash("sha256").update(text).digest("hex")}`;
}

export const approvalHours = 24;
