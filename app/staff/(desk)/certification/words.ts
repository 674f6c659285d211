import type { Tone } from "@/components/ui/status-chip";
import type { CheckName, EvidenceKind, RegisterEntry } from "@/lib/validators/register/queries";

export const applicationChips: Record<string, { tone: Tone; word: string }> = {
  applied: { tone: "warn", word: "Waits" },
  approved: { tone: "good", word: "Certified" },
  refused: { tone: "bad", word: "Refused" },
  revoked: { tone: "bad", word: "Revoked" },
};

export const operatorChips: Record<RegisterEntry["state"], { tone: Tone; word: string }> = {
  approved: { tone: "neutral", word: "Certified, no seat" },
  bonded: { tone: "busy", word: "Waits for a seat" },
  active: { tone: "good", word: "Active" },
  exiting: { tone: "neutral", word: "Leaving" },
  exited: { tone: "neutral", word: "Has left" },
  jailed: { tone: "warn", word: "Jailed" },
  revoked: { tone: "bad", word: "Revoked" },
  expired: { tone: "warn", word: "Expired" },
};

export const checkWords: Record<CheckName, { title: string; look: string }> = {
  owner: {
    title: "Beneficial owner",
    look: "The person behind the company is known, is on no list, and owns no other operator.",
  },
  independence: {
    title: "Independence",
    look: "Whether it belongs to the bank's house is declared, and contracts bear it out.",
  },
  keys: {
    title: "Keys",
    look: "Each key was made on its own device, and its holder signed a message with it.",
  },
  insurance: {
    title: "Insurance",
    look: "The policy covers slashing and theft of keys, and runs beyond the certificate.",
  },
  hosting: {
    title: "Hosting",
    look: "Own machines, in no region or company that hosts a third of the others.",
  },
  security: { title: "Security", look: "A report of this year, with what it found put right." },
};

export const evidenceWords: Record<EvidenceKind, string> = {
  owner: "Owner",
  keys: "Keys",
  insurance: "Insurance",
  hosting: "Hosting",
  security: "Security",
};

export const actWords = {
  approve: "Certify",
  renew: "Renew",
  revoke: "Revoke",
  reinstate: "Let out of jail",
} as const;

/** Where an act stands: with the second person, or on its way to the chain. */
export function actStanding(one: { approvalState: string; intentState: string | null }): {
  tone: Tone;
  word: string;
} {
  if (one.approvalState === "submitted") return { tone: "warn", word: "Waits for a second person" };
  if (one.approvalState === "refused") return { tone: "bad", word: "Refused by the second person" };
  if (one.approvalState === "expired") return { tone: "neutral", word: "Nobody decided in time" };
  if (one.intentState === "final") return { tone: "good", word: "Done on chain" };
  if (one.intentState === "reverted" || one.intentState === "cancelled")
    return { tone: "bad", word: "The chain refused it" };
  return { tone: "busy", word: "On its way to the chain" };
}
