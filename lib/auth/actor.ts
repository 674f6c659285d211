import type { Db } from "@/db/client";

export type StaffRole = "clerk" | "compliance" | "valuer" | "custodian" | "examiner";

/** Who acts. Ids are proven by the session before an actor is made. */
export type Actor =
  | { kind: "customer"; profileId: string; walletId?: string; address?: `0x${string}`; sessionId: string }
  | { kind: "staff"; staffId: string; role: StaffRole; sessionId: string }
  | { kind: "system"; job: string }
  /** with the reason why a session that was theirs counts no more */
  | { kind: "anonymous"; ended?: "by_somebody" | "by_time" };

/** What every command is handed: who, under which request, on which database handle. */
export type CommandContext = { actor: Actor; requestId: string; db: Db };

/** One line for an audit row. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case "customer":
      return `customer:${actor.profileId}`;
    case "staff":
      return `staff:${actor.staffId}`;
    case "system":
      return `system:${actor.job}`;
    case "anonymous":
      return "anonymous";
  }
}
