import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { address, bankNow, hex, id, instant } from "@/db/columns";
import { outboxIntent } from "@/db/schema/chain";
import { approval } from "@/db/schema/control";
import { bank } from "@/db/schema/installation";

export const certificationKinds = ["validator", "wallet", "subsidiary"] as const;
export type CertificationKind = (typeof certificationKinds)[number];
export const evidenceKinds = ["owner", "keys", "insurance", "hosting", "security"] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];
export const checkNames = ["owner", "independence", "keys", "insurance", "hosting", "security"] as const;
export type CheckName = (typeof checkNames)[number];
export const actKinds = ["approve", "renew", "revoke", "reinstate"] as const;
export type CertificationActKind = (typeof actKinds)[number];

const standing = sql`state IN ('applied', 'approved')`;

/** Who asks to be certified for what; one beneficial owner asks once. */
export const certification = bank.table(
  "certification",
  {
    id: id(),
    kind: text("kind", { enum: certificationKinds }).notNull(),
    name: text("name").notNull(),
    /** the wallet that applies on chain and decides for the operator */
    controller: address("controller").notNull(),
    /** salted hash of the beneficial owner, as the registry knows it */
    ownerHash: hex("owner_hash").notNull(),
    affiliated: boolean("affiliated").notNull(),
    signer: address("signer").notNull(),
    node: address("node").notNull(),
    state: text("state", { enum: ["applied", "approved", "refused", "revoked"] })
      .notNull()
      .default("applied"),
    /** given by the registry once approved there */
    operatorId: integer("operator_id"),
    why: text("why"),
    appliedBy: text("applied_by").notNull(),
    appliedAt: instant("applied_at").notNull().default(bankNow),
    requestId: text("request_id").notNull(),
  },
  (table) => [
    uniqueIndex("certification_owner").on(table.kind, table.ownerHash).where(standing),
    uniqueIndex("certification_controller").on(table.kind, table.controller).where(standing),
    uniqueIndex("certification_operator").on(table.operatorId).where(sql`operator_id IS NOT NULL`),
  ],
);

/** Documents stay with whoever wrote them; the bank keeps what they digest to. */
export const certificationEvidence = bank.table(
  "certification_evidence",
  {
    certificationId: uuid("certification_id")
      .notNull()
      .references(() => certification.id),
    kind: text("kind", { enum: evidenceKinds }).notNull(),
    digest: hex("digest").notNull(),
    title: text("title").notNull(),
  },
  (table) => [primaryKey({ columns: [table.certificationId, table.kind, table.digest] })],
);

/** Append-only; of one name the last counts. */
export const certificationCheck = bank.table(
  "certification_check",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    certificationId: uuid("certification_id")
      .notNull()
      .references(() => certification.id),
    name: text("name", { enum: checkNames }).notNull(),
    outcome: text("outcome", { enum: ["passed", "failed"] }).notNull(),
    note: text("note"),
    checkedBy: text("checked_by").notNull(),
    at: instant("at").notNull().default(bankNow),
    requestId: text("request_id").notNull(),
  },
  (table) => [index("certification_check_of").on(table.certificationId, table.name, table.id)],
);

/** What two people agreed to do on chain, and the call that does it. */
export const certificationAct = bank.table(
  "certification_act",
  {
    id: id(),
    certificationId: uuid("certification_id").references(() => certification.id),
    kind: text("kind", { enum: actKinds }).notNull(),
    operatorId: integer("operator_id"),
    controller: address("controller"),
    ownerHash: hex("owner_hash"),
    affiliated: boolean("affiliated"),
    certifiedUntil: instant("certified_until"),
    orderHash: hex("order_hash"),
    reason: text("reason").notNull(),
    approvalId: uuid("approval_id")
      .notNull()
      .references(() => approval.id),
    intentId: uuid("intent_id").references(() => outboxIntent.id),
    askedBy: text("asked_by").notNull(),
    at: instant("at").notNull().default(bankNow),
  },
  (table) => [
    uniqueIndex("certification_act_intent").on(table.intentId),
    uniqueIndex("certification_act_approval").on(table.approvalId),
  ],
);
