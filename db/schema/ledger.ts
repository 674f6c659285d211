import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgSchema,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bankNow, hex, instant, micros, scope } from "@/db/columns";

export const ledger = pgSchema("ledger");

export const accountClass = ledger.table("account_class", {
  class: text("class").primaryKey(),
  asset: text("asset").notNull(),
  side: text("side", { enum: ["debit", "credit"] }).notNull(),
  /** who holds the supply, not what the bank owes: outside the sum */
  isMemo: boolean("is_memo").notNull(),
  /** may stand on either side, because it only carries what is under way */
  isClearing: boolean("is_clearing").notNull(),
});

/** Written by ledger.post alone. Micros of the account's asset. */
export const account = ledger.table(
  "account",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    ...scope(),
    class: text("class").notNull(),
    asset: text("asset").notNull(),
    side: text("side", { enum: ["debit", "credit"] }).notNull(),
    isClearing: boolean("is_clearing").notNull(),
    /** "" for the bank's own, else "profile:…", "wallet:0x…", "operator:1", "authority:US-MD", "class:0" */
    owner: text("owner").notNull().default(""),
    profileId: uuid("profile_id"),
    debitsMicros: micros("debits_micros").notNull().default(sql`0`),
    creditsMicros: micros("credits_micros").notNull().default(sql`0`),
    openedAt: instant("opened_at").notNull().default(bankNow),
  },
  (table) => [
    uniqueIndex("account_of_owner").on(table.class, table.asset, table.owner),
    index("account_profile").on(table.profileId),
  ],
);

export const event = ledger.table(
  "event",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    key: text("key").notNull(),
    payloadHash: hex("payload_hash").notNull(),
    kind: text("kind").notNull(),
    subject: text("subject").notNull(),
    effectiveAt: instant("effective_at").notNull(),
    recordedAt: instant("recorded_at").notNull(),
    actor: text("actor").notNull(),
    requestId: text("request_id").notNull(),
    transferCount: integer("transfer_count").notNull(),
    detail: jsonb("detail").$type<Record<string, string>>().notNull().default({}),
    /** commit order is read from this, never from id */
    xactId: text("xact_id").notNull(),
  },
  (table) => [uniqueIndex("event_key").on(table.key), index("event_effective").on(table.effectiveAt)],
);

export const transfer = ledger.table(
  "transfer",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    eventId: bigint("event_id", { mode: "bigint" }).notNull(),
    seq: integer("seq").notNull(),
    debitAccount: bigint("debit_account", { mode: "bigint" }).notNull(),
    creditAccount: bigint("credit_account", { mode: "bigint" }).notNull(),
    asset: text("asset").notNull(),
    amountMicros: micros("amount_micros").notNull(),
  },
  (table) => [
    uniqueIndex("transfer_of_event").on(table.eventId, table.seq),
    index("transfer_debit").on(table.debitAccount),
    index("transfer_credit").on(table.creditAccount),
  ],
);
