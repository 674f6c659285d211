import { sql } from "drizzle-orm";
import { bigint, index, jsonb, text, uuid } from "drizzle-orm/pg-core";
import { bankNow, hex, id, instant, micros, realNow } from "@/db/columns";
import { bank } from "@/db/schema/installation";

/** Append-only: who did what to which subject, with which permission, under which request. */
export const auditRow = bank.table(
  "audit_row",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant("at").notNull().default(bankNow),
    writtenAt: instant("written_at").notNull().default(realNow),
    actor: text("actor").notNull(),
    requestId: text("request_id").notNull(),
    command: text("command").notNull(),
    permission: text("permission").notNull(),
    subject: text("subject").notNull(),
    detail: jsonb("detail").$type<Record<string, string | number | boolean | null>>().notNull().default({}),
    xactId: text("xact_id").notNull().default(sql`pg_current_xact_id()`),
  },
  (table) => [
    index("audit_row_subject").on(table.subject),
    index("audit_row_request").on(table.requestId),
    index("audit_row_sealing").on(table.xactId),
  ],
);

/** Append-only: every money command asks, and the answer is kept. */
export const complianceDecision = bank.table(
  "compliance_decision",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant("at").notNull().default(bankNow),
    command: text("command").notNull(),
    profileId: uuid("profile_id"),
    outcome: text("outcome", { enum: ["allow", "hold", "block"] }).notNull(),
    rule: text("rule").notNull(),
    amountMicros: micros("amount_micros"),
    actor: text("actor").notNull(),
    requestId: text("request_id").notNull(),
  },
  (table) => [index("compliance_decision_profile").on(table.profileId)],
);

export const approvalStates = ["submitted", "approved", "refused", "expired"] as const;

/** Two persons: what the second one sees is bound by its hash to what is executed. */
export const approval = bank.table("approval", {
  id: id(),
  kind: text("kind").notNull(),
  subject: text("subject").notNull(),
  payload: jsonb("payload").$type<Record<string, unknown>>().notNull(),
  /** SHA-256 of kind, subject and payload in canonical JSON */
  payloadHash: hex("payload_hash").notNull(),
  state: text("state", { enum: approvalStates }).notNull().default("submitted"),
  submittedBy: text("submitted_by").notNull(),
  submittedAt: instant("submitted_at").notNull().default(bankNow),
  expiresAt: instant("expires_at").notNull(),
  decidedBy: text("decided_by"),
  decidedAt: instant("decided_at"),
  reason: text("reason"),
  requestId: text("request_id").notNull(),
});

export const reconciliation = bank.table("reconciliation", {
  id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
  at: instant("at").notNull().default(bankNow),
  blockNumber: bigint("block_number", { mode: "bigint" }).notNull(),
  /** the last final block of the chain at that moment */
  finalBlock: bigint("final_block", { mode: "bigint" }),
  outcome: text("outcome", { enum: ["equal", "different"] }).notNull(),
  differences: jsonb("differences")
    .$type<{ what: string; expectedMicros: string; bookedMicros: string }[]>()
    .notNull(),
});
